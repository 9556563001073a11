/// What a store knows of a job. Whoever reads one believes nothing of it but what it checks here.
package enum JobRecord: Sendable, Hashable {
    /// Somebody asks the API, and will say what came of it.
    case asking
    /// Somebody has asked, and there is nothing to share: the next one asks.
    case released
    /// It ran when somebody last asked.
    case running(RunningJob)
    case ended(EndedJob)
    /// Something that another version of this program has written: it is left alone.
    case other

    /// Bytes of the contents of an object; a longer one is no record.
    package static let largest =
        EndedJob.longestDocument + RecordFrame.largestHeader + RecordFrame.lengthBytes

    private enum State: String {
        case asking
        case released
        case running
        case ended
    }

    private struct Header: Codable {
        let state: String
        var grants: [String]?
        var sizes: [String: UInt64]?
        /// Bytes of the document, when it is an object of its own.
        var apart: UInt64?
        /// Milliseconds.
        var interval: UInt64?
        var poller: String?
        var isDue: Bool?
    }

    /// Nil for what is no record.
    package init?(_ contents: [UInt8]) {
        guard contents.count <= Self.largest, let (header, end) = RecordFrame.read(Header.self, contents) else {
            return nil
        }
        switch State(rawValue: header.state) {
        case .asking: self = .asking
        case .released: self = .released
        case .running:
            guard let interval = header.interval,
                let job = RunningJob(
                    Array(contents[end...]), grants: header.grants ?? [],
                    interval: .milliseconds(Int64(clamping: interval)), poller: header.poller,
                    isDue: header.isDue ?? false)
            else { return nil }
            self = .running(job)
        case .ended:
            let document: EndedJob.Document =
                header.apart.map { .apart(size: $0) } ?? .inline(Array(contents[end...]))
            guard let job = EndedJob(document, grants: header.grants ?? []) else { return nil }
            self = .ended(job.learnt(header.sizes ?? [:]))
        case nil: self = .other
        }
    }

    /// Nil for what cannot be written down.
    package var contents: [UInt8]? {
        switch self {
        case .asking: return RecordFrame.head(Header(state: State.asking.rawValue))
        case .released: return RecordFrame.head(Header(state: State.released.rawValue))
        case .running(let job):
            var header = Header(state: State.running.rawValue, grants: job.grants)
            header.interval = UInt64(clamping: Int64(job.interval / .milliseconds(1)))
            header.poller = job.poller
            header.isDue = job.isDue ? true : nil
            return RecordFrame.head(header).map { $0 + job.document }
        case .ended(let job):
            var header = Header(state: State.ended.rawValue, grants: job.grants)
            header.sizes = job.sizes.isEmpty ? nil : job.sizes
            switch job.document {
            case .inline(let bytes): return RecordFrame.head(header).map { $0 + bytes }
            case .apart(let size):
                header.apart = size
                return RecordFrame.head(header)
            }
        case .other: return nil
        }
    }
}

/// A job of which the API will say nothing else: its answer, and to which keys it has given it.
package struct EndedJob: Sendable, Hashable {
    package enum Document: Sendable, Hashable {
        /// The API's answer as it came.
        case inline([UInt8])
        /// It is an object of its own, of so many bytes.
        case apart(size: UInt64)
    }

    package let document: Document
    /// Names of keys, as ``ObjectNames`` makes them, each once.
    package private(set) var grants: [String]
    /// Bytes of files that nobody may have fetched yet, as the API has told them, by their names among the files of the job.
    package private(set) var sizes: [String: UInt64] = [:]

    /// Characters of the sizes as they are written down, at most; more are not shared.
    private static let longestSizes = 12_000
    /// Bytes; a longer document is an object of its own.
    package static let longestDocument = 262_144
    /// Others have an object of their own each.
    package static let mostGrants = 16
    private static let nameLength = 20

    /// Nil for a document that is too long, or grants that are none or too many.
    package init?(_ document: Document, grants: [String]) {
        if case .inline(let bytes) = document, bytes.isEmpty || bytes.count > Self.longestDocument { return nil }
        guard grants.count <= Self.mostGrants, Set(grants).count == grants.count,
            grants.allSatisfy({ HexText.bytes($0)?.count == Self.nameLength && $0 == $0.lowercased() })
        else { return nil }
        (self.document, self.grants) = (document, grants)
    }

    package func isGranted(to key: ObjectNames.Name) -> Bool { grants.contains(key.text) }

    /// Nil when there is no room for another.
    package func granted(to key: ObjectNames.Name) -> EndedJob? {
        if isGranted(to: key) { return self }
        guard grants.count < Self.mostGrants else { return nil }
        var job = self
        job.grants.append(key.text)
        return job
    }

    /// With more sizes, as far as there is room; those that are here are replaced.
    package func learnt(_ sizes: [String: UInt64]) -> EndedJob {
        var job = self
        // A name takes twice its length where all of it is escaped, as long as it has no control characters, and a size has twenty
        // digits at most.
        func length(_ name: String) -> Int { name.utf8.count * 2 + 24 }
        var left = Self.longestSizes - job.sizes.keys.reduce(0) { $0 + length($1) }
        for (name, size) in sizes.sorted(by: { $0.key < $1.key }) where name.utf8.allSatisfy({ $0 >= 0x20 }) {
            if job.sizes[name] == nil {
                guard length(name) <= left else { continue }
                left -= length(name)
            }
            job.sizes[name] = size
        }
        return job
    }

    package func withdrawn(from key: ObjectNames.Name) -> EndedJob {
        var job = self
        job.grants.removeAll { $0 == key.text }
        return job
    }
}
