import Quantities
import System
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What happened to a result that can be fetched only once.
package enum LedgerEvent: String, Sendable, Codable {
    /// The download is about to begin.
    case claimed
    /// The result is in the store, complete.
    case delivered
    /// The API said that the link is spent or over.
    case gone
    /// What arrived is not a result; the bytes are kept aside.
    case unusable
    /// It is in the store that machines share, too.
    case uploaded
    /// It was read from the store that machines share, where it can be had again.
    case taken
    /// The user let go of the result with `jobs forget --lose-results`.
    case lost
}

/// One line of the ledger, which is only ever added to.
package struct LedgerEntry: Sendable, Hashable {
    package let event: LedgerEvent
    package let time: Timestamp
    /// Who: the mount or command, in words.
    package let actor: String

    package init(event: LedgerEvent, time: Timestamp, actor: String) {
        self.event = event
        self.time = time
        self.actor = actor
    }
}

extension [LedgerEntry] {
    /// The last that happened to the result here is that it was delivered, or shared after that.
    package var endsWithDelivery: Bool { last?.event == .delivered || last?.event == .uploaded }
}

/// The history of single-use results: a text file of one JSON object a line, each with a digest, that survives the loss of
/// the index. Lines are only added, whole and at once (O_APPEND), by any process of the cache.
struct Ledger: Sendable {
    let path: FilePath

    private struct Line: Codable {
        var origin: String
        var job: String
        var event: LedgerEvent
        /// Nanoseconds since 1970 UTC.
        var time: Int64
        var actor: String
    }

    /// Adds a line. On disk when this returns. Blocks on the disk.
    func enter(_ entry: LedgerEntry, origin: String, job: String) throws(StoreError) {
        let line = Line(origin: origin, job: job, event: entry.event, time: entry.time.nanoseconds, actor: entry.actor)
        try StoreError.system("write to the ledger \(path)") {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let json = Array(try encoder.encode(line))
            let isNew = try FileFacts.ofFile(at: path) == nil
            let file = try CacheFile.open(path, .readWrite, options: [.append, .create])
            try file.closeAfter {
                // A line that a full disk or a crash cut short must not swallow this one.
                let start: [UInt8] = try file.endsInside() ? [UInt8(ascii: "\n")] : []
                let bytes = start + Array(Self.digest(json).utf8) + [UInt8(ascii: " ")] + json + [UInt8(ascii: "\n")]
                _ = try file.writeAll(bytes)
                try file.synchronize()
            }
            if isNew { try path.removingLastComponent().synchronizeDirectory() }
        }
    }

    /// The lines about a job, oldest first. A line that is damaged says nothing.
    func entries(origin: String, job: String) throws(StoreError) -> [LedgerEntry] {
        try lines().filter { $0.origin == origin && $0.job == job }.map { line in
            LedgerEntry(event: line.event, time: Timestamp(nanoseconds: line.time), actor: line.actor)
        }
    }

    /// The jobs whose result is here and nowhere else, as `<origin>-<job>` with the origin's name on disk.
    func delivered() throws(StoreError) -> Set<String> {
        try lines().reduce(into: []) { jobs, line in
            let name = "\(OriginName.of(line.origin))-\(line.job)"
            switch line.event {
            case .delivered: jobs.insert(name)
            case .lost: jobs.remove(name)
            case .claimed, .gone, .unusable, .uploaded, .taken: break
            }
        }
    }

    private func lines() throws(StoreError) -> [Line] {
        // One that cannot be looked at now is not an empty one.
        guard try StoreError.system("look at the ledger \(path)", { try FileFacts.ofFile(at: path) }) != nil else {
            return []
        }
        let bytes = try StoreError.system("read the ledger \(path)") {
            let file = try CacheFile.open(path, .readOnly)
            return try file.closeAfter {
                var bytes = [UInt8](repeating: 0, count: Int(clamping: FileFacts(of: file)?.size ?? 0))
                let count = try bytes.withUnsafeMutableBytes { try file.readAll(at: 0, into: $0) }
                return bytes[..<count]
            }
        }
        let decoder = JSONDecoder()
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let space = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
            let json = Array(line[(space + 1)...])
            guard Self.digest(json).utf8.elementsEqual(line[..<space]) else { return nil }
            return try? decoder.decode(Line.self, from: Data(json))
        }
    }

    private static func digest(_ json: [UInt8]) -> String { String(FastDigest.of(json), radix: 16) }
}

extension FileDescriptor {
    /// The file is not empty and its last byte ends no line.
    fileprivate func endsInside() throws -> Bool {
        guard let size = FileFacts(of: self)?.size, size > 0 else { return false }
        var last: [UInt8] = [0]
        let count = try last.withUnsafeMutableBytes { try readAll(at: size -| 1, into: $0) }
        return count == 1 && last[0] != UInt8(ascii: "\n")
    }
}
