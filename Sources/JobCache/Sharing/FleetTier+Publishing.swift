package import ArtifactStore
import Quantities
import SharedStore
import Transfer

/// Files of this machine that go into the store.
extension FleetTier {
    /// Bytes that are read at once to see that a file is what was published.
    private static let checkedAtOnce: UInt64 = 67_108_864

    package func publish(_ file: SharedFile, _ blob: BlobKey, _ ticket: FileTicket) {
        guard rules.isWritten, let size = store.open(blob)?.size else { return release(file, ticket) }
        // The bytes know better than what the record of the job says.
        if let told = sizes.size(of: file), told != size { note(size, of: file) }
        guard size <= rules.largestShared else { return end(.unshared, file, ticket) }
        let key = key(file)
        let isLarge = size > rules.largestFile
        let isAdded = outbox.add(isLarge ? .largeFiles : .files, bytes: size) { [self] in
            // It may have been evicted meanwhile.
            guard admits(), let blob = store.open(blob), blob.isKept else { return release(file, ticket) }
            // Whoever fetched it at the same time may have been quicker.
            if isLarge, await hasChanged(key, since: ticket.condition) { return }
            guard await isIntact(blob), let head = FileRecord.whole(WholeFile(blob)).head else {
                return release(file, ticket)
            }
            let isPut = await put(
                CachedSource(head, blob), key, condition(ticket.condition), within: rules.writeTimeout(of: size))
            if !isPut { release(file, ticket) }
        }
        if !isAdded { release(file, ticket) }
    }

    private func isIntact(_ blob: BlobFile) async -> Bool {
        var start: UInt64 = 0
        while start < blob.size {
            let range = start..<min(start +| Self.checkedAtOnce, blob.size)
            let isIntact = try? await store.onDisk { () throws(StoreError) in blob.isIntact(range) }
            guard isIntact == true, !Task.isCancelled else { return false }
            start = range.upperBound
        }
        return true
    }

    /// Whether a writing under this condition would come to nothing, as far as can be told: that is not worth sending a large file.
    private func hasChanged(_ key: ObjectKey, since condition: WriteCondition) async -> Bool {
        let reading: ReadCondition
        switch self.condition(condition) {
        case .none: return false
        case .ifAbsent: reading = .none
        case .ifStill(let etag): reading = .ifStill(etag)
        }
        do throws(ObjectStoreError) {
            _ = try await fleet.objects.get(
                key, range: ByteRange(first: 0, last: 0), reading, limit: 1, within: rules.timeout)
            return reading == .none
        } catch {
            failed(error)
            return error.kind != .absent || reading != .none
        }
    }

    /// A document that is an object of its own; whether it is there.
    func put(_ document: SpoolFile, _ size: UInt64, _ job: ObjectNames.Name) async -> Bool {
        let key = ObjectKey.file(names.file(SharedFile.documentName, of: job), of: job)
        guard let head = FileRecord.whole(WholeFile(size: ByteCount(size))).head else {
            return false
        }
        return await put(CachedSource(head, document, size: size), key, .none, within: rules.writeTimeout)
    }

    private func put(
        _ source: CachedSource, _ key: ObjectKey, _ condition: WriteCondition, within: Duration
    ) async -> Bool {
        do {
            let sealer = try ObjectSealer(key, SealedHeader(writer: rules.writer), fleet.secret.first)
            _ = try await fleet.objects.put(key, .all(of: SealedSource(source, sealer)), condition, within: within)
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
