import Quantities
import System
import SystemPackage

/// What a pruning has removed, and what it has kept and why.
package struct PruneOutcome: Sendable, Hashable {
    /// Used least recently, and over the bound.
    package var evicted = FileTotal()
    /// Not known to the index, and to be had again.
    package var orphans = FileTotal()
    package var quarantined = FileTotal()
    /// Damaged, and perhaps the only copy of a result that cannot be fetched again: kept.
    package var keptInQuarantine = FileTotal()
    /// Half filled by processes that died.
    package var spool = FileTotal()
    /// Locks that nobody holds.
    package var locks = 0
    /// Jobs that the index did not know and that have files which cannot be fetched again: it knows them now.
    package var restoredJobs = 0
}

extension ArtifactStore {
    /// Evicts down to `size` bytes, or to the cache's own limit, and removes what nobody will look for.
    ///
    /// What cannot be fetched again stays: it is not evicted, a blob of it without a row gets its row back, a damaged one
    /// stays in the quarantine, and `aside/` is not looked at.
    @discardableResult
    package func prune(to size: UInt64? = nil) async throws(StoreError) -> PruneOutcome {
        var outcome = PruneOutcome()
        outcome.spool = directory.swept
        // Before eviction: what gets its row back is counted. On a full disk there may be room for that only after it.
        let isSettled = try await settledOrphans(&outcome)
        try await removeQuarantined(&outcome)
        outcome.locks = try await removeFreeLocks()
        var limits = limits
        if let size { limits.size = size }
        // What has come of a file that nobody fetches now can be had again.
        let directory = directory
        let parts = try await disk.run { () throws(StoreError) in directory.dropPartials(freeing: .max) }
        outcome.spool.files += parts.files
        outcome.spool.bytes +|= parts.bytes
        let evicted = try await evictor.run(limits)
        outcome.evicted = FileTotal(files: evicted.files, bytes: evicted.bytes)
        if !isSettled { _ = try await settledOrphans(&outcome) }
        return outcome
    }

    // MARK: Blobs without rows

    /// False when the disk has no room for the rows: what is left is settled when it has.
    private func settledOrphans(_ outcome: inout PruneOutcome) async throws(StoreError) -> Bool {
        do throws(StoreError) { try await settleOrphans(&outcome) } catch {
            guard error.isOutOfRoom else { throw error }
            return false
        }
        return true
    }

    private func settleOrphans(_ outcome: inout PruneOutcome) async throws(StoreError) {
        for origin in DirectoryListing.names(in: shelf.root).sorted() {
            for job in DirectoryListing.names(in: shelf.root.appending(origin)).sorted() {
                guard !Task.isCancelled else { return }
                try await settleOrphans(origin, job, &outcome)
            }
        }
    }

    private func settleOrphans(
        _ origin: String, _ job: String, _ outcome: inout PruneOutcome
    ) async throws(StoreError) {
        let directory = shelf.root.appending(origin).appending(job)
        let labels = try await disk.run {
            DirectoryListing.names(in: directory).compactMap { name -> BlobFacts? in
                guard let facts = BlobLabel(of: directory.appending(name))?.facts else { return nil }
                return facts.key.isPlace(origin, job, name) ? facts : nil
            }
        }
        guard let key = labels.first?.key else { return }
        if let tree = try index.tree(origin: key.origin, id: key.job) {
            try await adopt(tree)
            let known = Set(tree.artifacts.map(\.slot))
            return try await remove(labels.filter { !known.contains($0.key.slot) }, &outcome)
        }
        // A row that is damaged is mended by whoever asks for the job.
        guard try !index.hasRow(origin: key.origin, id: key.job) else { return }
        if labels.contains(where: \.isSingleUse), let tree = labelledTree(origin: key.origin, id: key.job) {
            try await restore([tree])
            outcome.restoredJobs += 1
            return
        }
        try await remove(labels, &outcome)
    }

    /// Enters files that are here and whose rows do not say so: a process died between the two.
    private func adopt(_ tree: StoredTree) async throws(StoreError) {
        for (known, found) in zip(tree.artifacts, withBlobsFound(tree.artifacts, of: tree.job)) where known != found {
            try await index.put(found, of: tree.ordinal, at: Self.now)
        }
    }

    /// Removes files that the index does not know, unless they cannot be had again or someone is about to enter them.
    private func remove(_ orphans: [BlobFacts], _ outcome: inout PruneOutcome) async throws(StoreError) {
        let shelf = shelf
        for orphan in orphans where !orphan.isSingleUse {
            let key = orphan.key
            let path = fetchLockPath(origin: key.origin, id: key.job, what: orphan.source ?? "job")
            guard let lock = try FetchLock.take(path) else { continue }
            defer { withExtendedLifetime(lock) {} }
            let tree = try index.tree(origin: key.origin, id: key.job)
            guard tree?.artifacts.contains(where: { $0.slot == key.slot }) != true else { continue }
            let bytes = try await disk.run { () -> UInt64? in
                let bytes = FileFacts(of: shelf.path(key))?.allocated
                shelf.remove(key)
                return bytes
            }
            if let bytes { outcome.orphans.add(bytes) }
        }
    }

    // MARK: Beside the blobs

    private func removeQuarantined(_ outcome: inout PruneOutcome) async throws(StoreError) {
        let (quarantine, delivered) = (directory.quarantine, try ledgerFile.delivered())
        let (removed, kept) = try await disk.run {
            var (removed, kept) = (FileTotal(), FileTotal())
            for name in DirectoryListing.names(in: quarantine) {
                let path = quarantine.appending(name)
                guard let facts = FileFacts(of: path) else { continue }
                let isOfDelivered = QuarantinedName(name).map { delivered.contains($0.job) } ?? false
                if BlobLabel(of: path)?.facts.isSingleUse ?? isOfDelivered {
                    kept.add(facts.allocated)
                } else {
                    path.unlink()
                    removed.add(facts.allocated)
                }
            }
            return (removed, kept)
        }
        (outcome.quarantined, outcome.keptInQuarantine) = (removed, kept)
    }

    private func removeFreeLocks() async throws(StoreError) -> Int {
        let claims = directory.claims
        return try await disk.run { () throws(StoreError) in
            var removed = 0
            for name in DirectoryListing.names(in: claims) where name.hasPrefix("fetch-") {
                // A lock takes its name away when it is let go.
                if try FetchLock.take(claims.appending(name)) != nil { removed += 1 }
            }
            return removed
        }
    }
}
