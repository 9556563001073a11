import ArtifactStore
import PulseAPI
import Quantities
import SharedStore
import Synchronization
import Transfer

extension FleetTier {
    /// Bytes of an object that are read at first: the whole of most, and the first piece of all.
    private static let firstBytes = 262_144

    func key(_ file: SharedFile) -> ObjectKey {
        let job = job(file.job)
        return .file(names.file(file.name, of: job), of: job)
    }

    package func size(of file: SharedFile) async -> UInt64? {
        guard admits() else { return nil }
        if let size = await recordedSize(of: file) { return size }
        // A store that could not be asked is not met twice.
        guard admits() else { return nil }
        let key = key(file)
        do throws(ObjectStoreError) {
            guard case .bytes(let bytes, let facts) = try await head(of: key),
                case .whole(let file) = begin(key, bytes, facts)?.record
            else { return nil }
            return file.size.bytes
        } catch {
            failed(error)
            return nil
        }
    }

    /// What one look at a file's object comes to.
    enum FileRead {
        case found(SpoolFile, WholeFile)
        case large(StoredStream)
        /// It is not there to be read.
        case seen(JobLease.Seen)
        /// The same, and it is too large for anybody to wait for.
        case unheld(ETag)
        /// It is of no bytes, as no member of a fleet writes one.
        case empty
        /// Nobody shares it, or it cannot be taken in.
        case unusable
    }

    /// Throws why the store could not be asked.
    func read(_ key: ObjectKey) async throws(ObjectStoreError) -> FileRead {
        do throws(ObjectStoreError) {
            guard case .bytes(let bytes, let facts) = try await head(of: key) else { return .unusable }
            guard let beginning = begin(key, bytes, facts) else { return .seen(.free(facts.etag)) }
            switch beginning.record {
            case .asking: return .seen(.asking(facts.etag))
            case .released: return .seen(.free(facts.etag))
            case .unshared: return .unheld(facts.etag)
            case .other: return .unusable
            case .whole(let file) where file.size.bytes > rules.largestAtOnce:
                return .large(StoredStream(file, beginning, facts, key, in: self))
            case .whole(let file):
                let size = file.size.bytes
                guard await store.arrivals.find(size, of: size), let spool = try? await store.spoolWhenPossible(),
                    !spool.isInMemory
                else { return .unusable }
                let sink = ArrivingFile(key, fleet.secret, start: beginning.start, size: file.size, into: spool)
                if UInt64(bytes.count) == facts.size.bytes {
                    sink.take(bytes, facts)
                } else {
                    try await bring(key, facts.etag, into: sink)
                }
                guard sink.isWhole else {
                    noteRejected(key, "incomplete")
                    return .seen(.free(facts.etag))
                }
                renew(key, facts)
                return .found(spool, file)
            }
        } catch {
            if error.kind == .absent { return .seen(.absent) }
            guard error.kind == .beyondEnd else { throw error }
            noteRejected(key, "empty")
            return .empty
        }
    }

    /// The beginning of an object. Throws `.absent` when there is none.
    func head(of key: ObjectKey) async throws(ObjectStoreError) -> ObjectRead {
        let last = UInt64(Self.firstBytes) -| 1
        return try await fleet.objects.get(
            key, range: ByteRange(first: 0, last: last), .none, limit: Self.firstBytes, within: rules.timeout)
    }

    /// What an object says of itself.
    struct Beginning {
        let record: FileRecord
        /// Where the file begins in the contents.
        let start: Int
        let opener: ObjectOpener
        /// The contents of the first piece.
        let first: [UInt8]
    }

    /// From an object's first piece; nil when that does not open.
    private func begin(_ key: ObjectKey, _ bytes: [UInt8], _ facts: ObjectFacts) -> Beginning? {
        do throws(SealError) {
            let opener = try ObjectOpener(key, head: bytes, total: facts.size, fleet.secret)
            let offset = Int(clamping: opener.whole.offset.bytes)
            let first = try opener.open(piece: 0, bytes.dropFirst(offset).prefix(opener.sealedLength(of: 0)))
            guard let (record, start) = FileRecord.read(first) else { throw .badHeader }
            if case .whole(let file) = record, opener.size != file.size + ByteCount(UInt64(start)) {
                throw .wrongLength
            }
            return Beginning(record: record, start: start, opener: opener, first: first)
        } catch {
            noteRejected(key, error.word)
            return nil
        }
    }

    private func bring(_ key: ObjectKey, _ etag: ETag, into sink: ArrivingFile) async throws(ObjectStoreError) {
        let (objects, rules) = (fleet.objects, rules)
        let outcome = await withTaskGroup(of: Result<Void, ObjectStoreError>.self) { group in
            group.addTask {
                do throws(ObjectStoreError) {
                    _ = try await objects.get(
                        key, range: nil, .ifStill(etag), into: sink.sink, within: rules.timeout)
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask { [sleep] in
                try? await sleep(rules.fileTimeout)
                return .failure(
                    ObjectStoreError(
                        .unavailable(.unreached(.totalTimedOut)), "\(key) takes longer than \(rules.fileTimeout)"))
            }
            defer { group.cancelAll() }
            return await group.next()
        }
        do throws(ObjectStoreError) { try outcome?.get() } catch {
            // What did not open is told by the sink.
            guard error.kind == .notTaken || error.kind == .conditionFailed else { throw error }
        }
    }
}

/// Puts a file that a store has into a file of the cache, a piece at a time as it opens.
private final class ArrivingFile: Sendable {
    private let spool: SpoolFile
    private let size: ByteCount
    let sink: OpeningSink

    /// - Parameter start: where the file begins in the contents.
    init(_ key: ObjectKey, _ secret: FleetSecret, start: Int, size: ByteCount, into spool: SpoolFile) {
        (self.spool, self.size) = (spool, size)
        let arrived = Arrived()
        sink = OpeningSink(key, secret) { [spool] contents, offset in
            let skipped = Int(clamping: UInt64(start) -| offset.bytes)
            let part = contents.dropFirst(skipped)
            try spool.write(part, at: offset.bytes +| UInt64(clamping: skipped) -| UInt64(start))
            arrived.bytes.withLock { $0 +|= UInt64(part.count) }
        }
        self.arrived = arrived
    }

    private final class Arrived: Sendable {
        let bytes = Mutex<UInt64>(0)
    }

    private let arrived: Arrived

    var isWhole: Bool { sink.isComplete && arrived.bytes.withLock { $0 } == size.bytes }

    /// An object that is in memory.
    func take(_ bytes: [UInt8], _ facts: ObjectFacts) {
        sink.begin(facts)
        // What does not open leaves the file incomplete.
        _ = try? sink.receive(bytes.span.bytes, at: .zero)
    }
}
