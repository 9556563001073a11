package import ArtifactStore
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
                case .whole(let file) = begin(key, bytes, facts)?.record, file.size.bytes <= rules.largestFile
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
        /// It is not there to be read.
        case seen(JobLease.Seen)
        /// It is of no bytes, as no member of a fleet writes one.
        case empty
        /// Nobody shares it, or it cannot be taken in.
        case unusable
    }

    /// Throws why the store could not be asked.
    func read(_ key: ObjectKey) async throws(ObjectStoreError) -> FileRead {
        do throws(ObjectStoreError) {
            guard case .bytes(let bytes, let facts) = try await head(of: key) else { return .unusable }
            guard let (record, start) = begin(key, bytes, facts) else { return .seen(.free(facts.etag)) }
            switch record {
            case .asking: return .seen(.asking(facts.etag))
            case .released: return .seen(.free(facts.etag))
            case .unshared, .other: return .unusable
            case .whole(let file):
                let size = file.size.bytes
                guard size <= rules.largestFile, await store.arrivals.find(size, of: size),
                    let spool = try? await store.spoolWhenPossible(), !spool.isInMemory
                else { return .unusable }
                let sink = ArrivingFile(key, fleet.secret, start: start, size: file.size, into: spool)
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
    private func head(of key: ObjectKey) async throws(ObjectStoreError) -> ObjectRead {
        let last = UInt64(Self.firstBytes) -| 1
        return try await fleet.objects.get(
            key, range: ByteRange(first: 0, last: last), .none, limit: Self.firstBytes, within: rules.timeout)
    }

    /// What an object says of itself, from its first piece; nil when that does not open.
    private func begin(_ key: ObjectKey, _ bytes: [UInt8], _ facts: ObjectFacts) -> (record: FileRecord, start: Int)? {
        do throws(SealError) {
            let opener = try ObjectOpener(key, head: bytes, total: facts.size, fleet.secret)
            let offset = Int(clamping: opener.whole.offset.bytes)
            let first = try opener.open(piece: 0, bytes.dropFirst(offset).prefix(opener.sealedLength(of: 0)))
            guard let (record, start) = FileRecord.read(first) else { throw .badHeader }
            if case .whole(let file) = record, opener.size != file.size + ByteCount(UInt64(start)) {
                throw .wrongLength
            }
            return (record, start)
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

    // MARK: Publishing

    package func publish(_ file: SharedFile, _ blob: BlobKey, _ ticket: FileTicket) {
        guard rules.isWritten, let size = store.open(blob)?.size else { return release(file, ticket) }
        // The bytes know better than what the record of the job says.
        if let told = sizes.size(of: file), told != size { note(size, of: file) }
        guard size <= rules.largestFile else { return end(.unshared, file, ticket) }
        let key = key(file)
        let isAdded = outbox.add(.files, bytes: size) { [self] in
            // It may have been evicted meanwhile.
            guard admits(), let blob = store.open(blob), blob.isKept else { return release(file, ticket) }
            let isIntact = try? await store.onDisk { () throws(StoreError) in blob.isIntact(0..<blob.size) }
            guard isIntact == true,
                let head = FileRecord.whole(WholeFile(blob)).head
            else { return release(file, ticket) }
            if !(await put(CachedSource(head, blob), key, condition(ticket.condition))) { release(file, ticket) }
        }
        if !isAdded { release(file, ticket) }
    }

    /// A document that is an object of its own; whether it is there.
    func put(_ document: SpoolFile, _ size: UInt64, _ job: ObjectNames.Name) async -> Bool {
        let key = ObjectKey.file(names.file(SharedFile.documentName, of: job), of: job)
        guard let head = FileRecord.whole(WholeFile(size: ByteCount(size))).head else {
            return false
        }
        return await put(CachedSource(head, document, size: size), key, .none)
    }

    private func put(_ source: CachedSource, _ key: ObjectKey, _ condition: WriteCondition) async -> Bool {
        do {
            let sealer = try ObjectSealer(key, SealedHeader(writer: rules.writer), fleet.secret.first)
            _ = try await fleet.objects.put(
                key, .all(of: SealedSource(source, sealer)), condition, within: rules.writeTimeout)
            return true
        } catch let error as ObjectStoreError {
            // Somebody else has shared it.
            if error.kind != .denied { failed(error) }
            return false
        } catch {
            return false
        }
    }
}

extension WholeFile {
    fileprivate init(_ blob: BlobFile) {
        self.init(
            size: ByteCount(blob.size), sha256: blob.sha256, entityTag: blob.entityTag, lastModified: blob.lastModified)
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
        try? sink.receive(bytes.span.bytes, at: .zero)
    }
}
