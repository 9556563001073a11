import Crypto
package import Quantities
import Synchronization
import Transfer

/// Reads everything that a store holds, and says what of it opens and is what it says. Changes nothing.
package struct StoreVerification: Sendable {
    package struct Finding: Sendable, Hashable {
        package enum Problem: Sendable, Hashable {
            /// It does not open, or is not what it should be; in words.
            case damaged(String)
            /// It could not be read; in words. It may be well.
            case unread(String)
        }

        package let key: ObjectKey
        package let kind: ObjectKind
        package let problem: Problem

        /// What was lost with it cannot be fetched again.
        package var isLoss: Bool {
            if case .damaged = problem { return kind == .claim || kind == .result || kind == .description }
            return false
        }
    }

    package struct Total: Sendable, Hashable {
        package var objects = 0
        package var bytes = ByteCount.zero

        package init() {}
    }

    package struct Report: Sendable {
        /// What is sound, by what it is.
        package fileprivate(set) var sound: [ObjectKind: Total] = [:]
        package fileprivate(set) var damaged = 0
        package fileprivate(set) var unread = 0
        /// Jobs and files that somebody is asking for.
        package fileprivate(set) var leases = 0
        /// Written by another version of this program.
        package fileprivate(set) var unknown = 0
        /// Names below the prefix that no object of a store has.
        package fileprivate(set) var foreign = 0
    }

    private enum Verdict: Sendable {
        case sound
        case lease
        case unknown
        case gone
        case problem(Finding.Problem)
    }

    /// Objects that are read at a time.
    private static let width = 4
    private static let longestRecord = JobRecord.largest + 70_000

    private let store: any ObjectStore
    private let secret: FleetSecret
    private let within: Duration

    /// - Parameter within: bounds the beginning of each answer.
    package init(_ store: any ObjectStore, _ secret: FleetSecret, within: Duration) {
        (self.store, self.secret, self.within) = (store, secret, within)
    }

    /// Throws what keeps the store from being listed. `found` is called with each problem, and `looked` with how many objects have
    /// been looked at.
    package func run(
        found: @Sendable (Finding) -> Void = { _ in }, looked: @Sendable (Int) -> Void = { _ in }
    ) async throws(ObjectStoreError) -> Report {
        var report = Report()
        var (next, count) = (String?.none, 0)
        repeat {
            let page = try await store.list("", from: next, limit: 1000, within: within)
            report.foreign += page.foreign
            let known = page.entries.compactMap { entry in ObjectKind(entry.key).map { (entry, $0) } }
            report.foreign += page.entries.count - known.count
            let verdicts = await verdicts(known)
            for ((entry, kind), verdict) in zip(known, verdicts) {
                note(verdict, entry, kind, in: &report, found)
            }
            count += page.entries.count
            looked(count)
            next = page.next
        } while next != nil && !Task.isCancelled
        if Task.isCancelled { throw ObjectStoreError(.cancelled, "it was given up") }
        return report
    }

    private func note(
        _ verdict: Verdict, _ entry: ObjectPage.Entry, _ kind: ObjectKind, in report: inout Report,
        _ found: @Sendable (Finding) -> Void
    ) {
        switch verdict {
        case .gone: return
        case .problem(let problem):
            if case .damaged = problem { report.damaged += 1 } else { report.unread += 1 }
            return found(Finding(key: entry.key, kind: kind, problem: problem))
        case .lease: report.leases += 1
        case .unknown: report.unknown += 1
        case .sound: break
        }
        report.sound[kind, default: Total()].objects += 1
        report.sound[kind, default: Total()].bytes += entry.size
    }

    private func verdicts(_ entries: [(ObjectPage.Entry, ObjectKind)]) async -> [Verdict] {
        await withTaskGroup(of: (Int, Verdict).self) { group in
            var verdicts = [Verdict](repeating: .gone, count: entries.count)
            for (number, (entry, kind)) in entries.enumerated() {
                if number >= Self.width, let (done, verdict) = await group.next() { verdicts[done] = verdict }
                if Task.isCancelled { break }
                group.addTask { (number, await verdict(entry.key, kind)) }
            }
            for await (done, verdict) in group { verdicts[done] = verdict }
            return verdicts
        }
    }

    private func verdict(_ key: ObjectKey, _ kind: ObjectKind) async -> Verdict {
        do throws(ObjectStoreError) {
            switch kind {
            case .check: return .sound
            case .description: return try await description()
            case .job, .grant, .verdict, .claim: return try await record(key, kind)
            case .file, .result: return try await contents(key, kind)
            }
        } catch {
            switch error.kind {
            case .absent: return .gone
            case .beyondEnd: return .problem(.damaged("it is empty"))
            case .tooLarge: return .problem(.damaged("it is larger than anything that is written there"))
            default: return .problem(.unread("\(error)"))
            }
        }
    }

    private func description() async throws(ObjectStoreError) -> Verdict {
        let read = try await store.get(
            .description, range: nil, .none, limit: StoreDescription.largest, within: within)
        guard case .bytes(let bytes, _) = read, let there = try? StoreDescription(bytes) else {
            return .problem(.damaged("it is no description of a store"))
        }
        return there.fits(secret) ? .sound : .problem(.damaged("its secret is another"))
    }

    private func record(_ key: ObjectKey, _ kind: ObjectKind) async throws(ObjectStoreError) -> Verdict {
        let read = try await store.get(key, range: nil, .none, limit: Self.longestRecord, within: within)
        guard case .bytes(let bytes, _) = read else { return .gone }
        let contents: [UInt8]
        do throws(SealError) { contents = try ObjectOpener.open(bytes, as: key, secret).contents } catch {
            return .problem(.damaged(error.words))
        }
        guard kind == .job else { return .sound }
        switch JobRecord(contents) {
        case .asking, .released: return .lease
        case .running, .ended: return .sound
        case .other: return .unknown
        case nil: return .problem(.damaged("it opens, and is no record of a job"))
        }
    }

    private func contents(_ key: ObjectKey, _ kind: ObjectKind) async throws(ObjectStoreError) -> Verdict {
        let reading = ContentReading()
        let sink = OpeningSink(key, secret) { contents, offset in reading.take(contents, at: offset) }
        do throws(ObjectStoreError) {
            _ = try await store.get(key, range: nil, .none, into: sink, within: within)
        } catch {
            guard error.kind == .notTaken else { throw error }
            return .problem(.damaged("it does not open"))
        }
        guard sink.isComplete else { return .problem(.damaged("it does not open whole")) }
        return kind == .result ? .sound : reading.verdict
    }

    /// The contents of a file's object, while they come: what they say, and whether that is so.
    private final class ContentReading: Sendable {
        private struct State {
            var record: FileRecord?
            var digest = SHA256()
            var bytes = ByteCount.zero
        }

        private let state = Mutex(State())

        func take(_ contents: [UInt8], at offset: ByteCount) {
            state.withLock { state in
                var rest = contents[...]
                if offset == .zero {
                    guard let (record, start) = FileRecord.read(contents) else { return }
                    state.record = record
                    rest = contents.dropFirst(start)
                }
                state.digest.update(data: rest)
                state.bytes += ByteCount(UInt64(rest.count))
            }
        }

        var verdict: Verdict {
            state.withLock { state in
                switch state.record {
                case .asking, .released, .unshared: return .lease
                case .other: return .unknown
                case nil: return .problem(.damaged("it opens, and is no file"))
                case .whole(let file):
                    guard file.size == state.bytes else {
                        return .problem(.damaged("it has \(state.bytes) in place of \(file.size)"))
                    }
                    guard let sha256 = file.sha256 else { return .sound }
                    return HexText.text(state.digest.finalize()) == sha256
                        ? .sound : .problem(.damaged("its bytes are not those that were meant"))
                }
            }
        }
    }
}

extension SealError {
    /// The rest of a sentence about an object.
    var words: String {
        switch self {
        case .notSealed: "it is not sealed"
        case .unknownSecret: "it is sealed under another secret"
        case .notOpened, .badHeader: "it does not open"
        case .wrongLength: "it is cut, or has more than it should"
        }
    }
}
