import System
import SystemPackage

/// What blobs say when the index does not.
extension ArtifactStore {
    /// A job whose facts the index has lost, as its result's blob has them; nil when there is none, or it is not lost.
    ///
    /// For the key alone that fetched it.
    package func lostTree(origin: String, id: String, for fingerprint: KeyFingerprint) throws(StoreError)
        -> LabelledTree?
    {
        guard let tree = labelledTree(origin: origin, id: id), tree.grantee == fingerprint,
            try index.tree(origin: origin, id: id) == nil
        else { return nil }
        return tree
    }

    /// The facts of a job as its result's blob has them, whoever may see them.
    package func labelledTree(origin: String, id: String) -> LabelledTree? {
        for shelf in shelves {
            let labels = shelf.slots(ofJob: id, origin: origin).compactMap { slot in
                shelf.label(BlobKey(origin: origin, job: id, slot: slot))
            }
            if let tree = Self.tree(of: labels) { return tree }
        }
        return nil
    }

    /// The facts of a job as one blob of it has them; nil when there is no such blob, or what is there is not it. Throws when
    /// that cannot be found out: a read error is no absence. Blocks on the disk.
    package func publishedTree(_ key: BlobKey) throws(StoreError) -> LabelledTree? {
        guard try shelf.isReadable(key) || readOnlyHas(key) else { return nil }
        return labelledTree(origin: key.origin, id: key.job)
    }

    private func readOnlyHas(_ key: BlobKey) -> Bool { shelves.dropFirst().contains { $0.label(key) != nil } }

    /// Enters jobs that blobs say of; what the index has it knows better.
    package func restore(_ trees: [LabelledTree]) async throws(StoreError) {
        try await index.restore(trees, at: Self.now)
    }

    /// Ends the claims of processes that died between publishing a result and saying so: the ledger gets its line, the
    /// download's own file goes. What was not published stays for whoever looks for the result next.
    package func settleLeftoverClaims(actor: String) async throws(StoreError) {
        for name in DirectoryListing.names(in: directory.claims) {
            guard let dash = name.firstIndex(of: "-"), !name.hasPrefix("fetch-") else { continue }
            // Of a result that was published, only the facts may be left.
            var id = String(name[name.index(after: dash)...])
            for suffix in [PartFactsFile.newSuffix, PartFactsFile.suffix] where id.hasSuffix(suffix) {
                id.removeLast(suffix.count)
            }
            let published = try index.trees(id: id).first { tree in
                OriginName.of(tree.job.origin) == name[..<dash]
                    && tree.artifacts.contains { $0.isSingleUse && $0.isStored }
            }
            // Held by someone alive: they settle it themselves.
            guard let published else { continue }
            let origin = published.job.origin
            let path = claimPath(origin: origin, id: id)
            let taken: SingleUseClaim?
            do throws(StoreError) {
                taken = try await disk.run { () throws(StoreError) in try SingleUseClaim.take(path) }
            } catch  where error.code == .refused {
                // What is no file is no claim, and in nobody else's way.
                continue
            }
            guard let claim = taken else { continue }
            if try !ledger(origin: origin, id: id).endsWithDelivery {
                try await enter(.delivered, origin: origin, id: id, actor: actor, at: Self.now)
            }
            claim.settle()
        }
    }

    /// Fills an index that began empty from the blobs. Does nothing for any other.
    ///
    /// What is looked up meanwhile is found by `lostTree`.
    package func rebuildIndexIfLost() async throws(StoreError) {
        guard index.takeFreshness() else { return }
        let shelf = shelf
        let trees = try await disk.run { () throws(StoreError) in
            var trees: [LabelledTree] = []
            var job: [PlacedLabel] = []
            shelf.forEachFile { _, label, facts in
                guard let label else { return }
                if let before = job.first?.label.facts.key, !before.isOfSameJob(as: label.facts.key) {
                    if let tree = Self.tree(of: job) { trees.append(tree) }
                    job = []
                }
                job.append(PlacedLabel(label: label, allocatedSize: facts.allocated))
            }
            if let tree = Self.tree(of: job) { trees.append(tree) }
            return trees
        }
        guard !trees.isEmpty else { return }
        for start in stride(from: 0, to: trees.count, by: 256) {
            try await index.restore(Array(trees[start..<min(start + 256, trees.count)]), at: Self.now)
        }
        trouble.report(
            .indexRebuilt(jobs: trees.count, blobs: trees.reduce(0) { $0 + $1.artifacts.count { $0.isStored } }))
    }

    /// One job from its blobs: the listing that the result carries, with what is here of it.
    private static func tree(of blobs: [PlacedLabel]) -> LabelledTree? {
        guard var tree = blobs.lazy.compactMap(\.label.facts.tree).first else { return nil }
        var artifacts = Dictionary(tree.artifacts.map { ($0.slot, $0.withoutBlob) }, uniquingKeysWith: { $1 })
        for blob in blobs {
            let facts = blob.label.facts
            var artifact =
                artifacts[facts.key.slot]
                ?? StoredArtifact(
                    slot: facts.key.slot, name: facts.name, size: nil, source: facts.source, isListed: facts.isListed)
            guard artifact.name == facts.name else { continue }
            artifact.isSingleUse = facts.isSingleUse
            artifact.take(blob)
            artifacts[facts.key.slot] = artifact
        }
        tree.artifacts = artifacts.values.sorted { $0.slot < $1.slot }
        return tree
    }

    /// The artifacts, with those marked as stored that have a blob of their own here.
    func withBlobsFound(_ artifacts: [StoredArtifact], of job: StoredJob) -> [StoredArtifact] {
        guard artifacts.contains(where: { !$0.isStored }) else { return artifacts }
        let keys = shelves.map { shelf in
            (shelf, Set(shelf.slots(ofJob: job.id, origin: job.origin)))
        }
        guard keys.contains(where: { !$0.1.isEmpty }) else { return artifacts }
        return artifacts.map { artifact in
            // Bytes that were part of another answer belong to that answer alone.
            guard !artifact.isStored, let source = artifact.source,
                let shelf = keys.first(where: { $0.1.contains(artifact.slot) })?.0,
                let blob = shelf.label(BlobKey(origin: job.origin, job: job.id, slot: artifact.slot)),
                blob.label.facts.name == artifact.name, blob.label.facts.source == source
            else { return artifact }
            var artifact = artifact
            artifact.take(blob)
            return artifact
        }
    }
}
