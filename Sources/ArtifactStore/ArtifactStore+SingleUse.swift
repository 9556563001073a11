import Quantities
import System
import SystemPackage

/// Results that are here and cannot be fetched again.
extension ArtifactStore {
    private static let page = 1024

    /// The results that are here and must not be evicted, by job; of one API, or of all. Blocks on the disk.
    package func singleUseResults(origin: String? = nil) throws(StoreError) -> [BlobKey] {
        var (keys, last) = ([BlobKey](), ArtifactPlace(job: JobOrdinal(.min), slot: ArtifactSlot(0)))
        while true {
            let rows = try index.singleUseRows(after: last, limit: Self.page)
            guard let end = rows.last else { return keys }
            keys += rows.map(\.key).filter { origin == nil || $0.origin == origin }
            last = end.place
        }
    }

    /// Jobs of an API of which a download has left something behind: a part, all of it, or a result that is not known to be here. Blocks
    /// on the disk.
    package func leftoverClaims(origin: String) -> Set<String> {
        let start = "\(OriginName.of(origin))-"
        return DirectoryListing.names(in: directory.claims).reduce(into: []) { jobs, name in
            guard name.hasPrefix(start) else { return }
            let job = name.dropFirst(start.utf8.count)
            let suffix = [PartFactsFile.newSuffix, PartFactsFile.suffix].first { job.hasSuffix($0) }
            guard suffix != nil || (FileFacts(of: directory.claims.appending(name))?.size ?? 0) > 0 else { return }
            jobs.insert(String(job.dropLast(suffix?.utf8.count ?? 0)))
        }
    }

    /// Removes a result that is certain to be somewhere else: it can be had again from now on. Whoever has it open goes on reading. What
    /// went; nothing while another process works with it.
    ///
    /// Until the last step the row says that the result is here, and without its bytes it is had again.
    package func letGo(_ key: BlobKey) async throws(StoreError) -> FileTotal {
        var total = FileTotal()
        guard let claim = try await claimNow(origin: key.origin, id: key.job) else { return total }
        defer { if !claim.hasLeftover { claim.settle() } }
        guard let tree = try index.tree(origin: key.origin, id: key.job),
            var artifact = tree.artifacts.first(where: { $0.slot == key.slot }), artifact.isStored
        else { return total }
        artifact.isSingleUse = false
        try await index.put(artifact, of: tree.ordinal, at: Self.now)
        let shelf = shelf
        let bytes = try await disk.run { () -> UInt64? in
            let bytes = FileFacts(of: shelf.path(key))?.allocated
            return shelf.remove(key) ? bytes : nil
        }
        try await index.put(artifact.withoutBlob, of: tree.ordinal, at: Self.now)
        if let bytes { total.add(bytes) }
        return total
    }
}
