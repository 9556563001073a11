import ArtifactStore
import Synchronization

/// Files of the cache that are kept open for readers to come, and are checked before a reader gets bytes of them.
final class OpenBlobs: Sendable {
    let store: ArtifactStore
    /// What the kernel has bytes of.
    let shown: ShownFiles
    private let open: Mutex<GenerationCache<BlobKey, BlobFile>>

    /// `most` is how many are kept open.
    init(of store: ArtifactStore, most: Int, shown: ShownFiles) {
        self.store = store
        self.shown = shown
        open = Mutex(GenerationCache(generation: most / 2))
    }

    /// The bytes of a file, if they are on disk. Says nothing yet of whether they are what was published.
    func blob(_ slot: ArtifactSlot, of job: Job) -> BlobFile? {
        let key = job.blobKey(slot)
        let blob: BlobFile
        if let open = open.withLock({ $0.value(for: key) }) {
            blob = open
        } else {
            guard let found = store.open(key) else { return nil }
            open.withLock { $0.set(found, for: key) }
            blob = found
            // A page is made anew whenever the job has changed, and shown as what it was before until it is looked at again.
            if slot != .page { shown.show(.init(of: found), at: .init(job.ordinal, slot)) }
        }
        if blob.isKept, blob.isDueForUseNote() { store.noteUse(of: slot, job: job.ordinal) }
        return blob
    }

    /// The bytes of a file if this range of them is what was published, which is looked at away from the caller's thread; nil when
    /// they are not here, or were damaged and are now set aside.
    func intact(_ artifact: StoredArtifact, of job: Job, _ range: Range<UInt64>) async throws(Failure) -> BlobFile? {
        guard let blob = blob(artifact.slot, of: job) else { return nil }
        if try await isIntact(blob, range) { return blob }
        let key = job.blobKey(artifact.slot)
        open.withLock { $0.remove(key) }
        do throws(StoreError) { try await store.quarantine(blob, key, name: artifact.name, job: job.ordinal) } catch {
            throw Failure(error)
        }
        return nil
    }

    private func isIntact(_ blob: BlobFile, _ range: Range<UInt64>) async throws(Failure) -> Bool {
        if blob.isKnownIntact(range) { return true }
        do throws(StoreError) { return try await store.onDisk { () throws(StoreError) in blob.isIntact(range) } } catch
        {
            throw Failure(error)
        }
    }

    /// Files of the cache that are not what they were.
    func letGo(of keys: [BlobKey]) {
        open.withLock { blobs in for key in keys { blobs.remove(key) } }
    }

    /// Descriptors are wanted for something else.
    func letGoOfAll() { open.withLock { $0.removeAll { _ in true } } }

    /// Lets go of blobs that were evicted or forgotten, by any process: the disk waits for that.
    func releaseOrphans() {
        let held = open.withLock { $0.values }
        guard held.contains(where: \.isOrphan) else { return }
        open.withLock { $0.removeAll(where: \.isOrphan) }
    }
}
