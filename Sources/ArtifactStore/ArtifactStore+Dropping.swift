import System

/// Letting go of the files of a job that stays known.
extension ArtifactStore {
    /// Whether there is a file for a blob, whole or not. A look at the disk.
    package func has(_ key: BlobKey) -> Bool {
        shelves.contains { FileFacts(of: $0.path(key)) != nil } || unkept.blob(key) != nil
    }

    /// Removes the bytes of a job's files, but for those that cannot be fetched again. True when there are such. Whoever has
    /// a file open goes on reading it.
    ///
    /// `artifacts` are what is known of the files; call `forgetDropped` when it is recorded what became of the job. A process
    /// that dies in between leaves a job whose files are missed one by one, as after an eviction.
    package func drop(_ artifacts: [StoredArtifact], of job: StoredJob) async throws(StoreError) -> Bool {
        // What was cut out of a result goes by the result.
        let isResultKept = artifacts.contains(where: \.isSingleUse)
        let singleUse = Set(
            artifacts.lazy.filter { $0.isSingleUse || (isResultKept && $0.source == nil) }.map(\.slot))
        for artifact in artifacts where !singleUse.contains(artifact.slot) {
            unkept.remove(BlobKey(origin: job.origin, job: job.id, slot: artifact.slot))
        }
        let shelf = shelf
        return try await disk.run { [self] () throws(StoreError) in
            dropPartials(origin: job.origin, id: job.id)
            var isSomeKept = false
            for slot in shelf.slots(ofJob: job.id, origin: job.origin) {
                let key = BlobKey(origin: job.origin, job: job.id, slot: slot)
                // One whose label cannot be read may be what is left of such a file.
                if singleUse.contains(slot) || shelf.label(key)?.label.facts.isSingleUse == true {
                    isSomeKept = true
                } else {
                    shelf.remove(key)
                }
            }
            return isSomeKept
        }
    }

    /// Forgets the files of a job but for those that cannot be fetched again. Names that no listing has keep their numbers,
    /// which someone may still hold.
    package func forgetDropped(of job: JobOrdinal) async throws(StoreError) { try await index.forgetDropped(of: job) }
}
