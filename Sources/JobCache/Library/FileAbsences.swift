import ArtifactStore
import PulseAPI

/// Files that cannot be had: jobs that the API has let go of show what is here of them, and the rest is absent without a request;
/// an image that the API does not have is not listed any more.
struct FileAbsences: Sendable {
    let refresher: JobRefresher

    private var catalog: JobCatalog { refresher.fetcher.catalog }
    private var store: ArtifactStore { refresher.fetcher.store }

    /// Whether a file can be read, as far as is known without asking the API.
    func mayBeHad(_ artifact: StoredArtifact, of job: Job) -> Bool {
        job.phase != .expired || (artifact.size != nil && isHere(artifact, of: job))
    }

    /// Whether the cache has the bytes of a file, or those that it is cut out of.
    private func isHere(_ artifact: StoredArtifact, of job: Job) -> Bool {
        if store.has(job.blobKey(artifact.slot)) { return true }
        return artifact.source == nil && artifact.slot != .result && store.has(job.blobKey(.result))
    }

    /// Throws when the API has deleted the job, so that there is nobody to ask for a file of it.
    func checkExpiry(of name: String, _ job: Job) throws(Failure) {
        guard catalog.hasExpired(job) else { return }
        throw Failure(.notFound, "\(name) of job \(job.id) is not in the cache, and the API has deleted the job")
    }

    /// The same for a file that the kernel may have been told of.
    func reportLoss(of artifact: StoredArtifact, _ job: Job) throws(Failure) {
        if catalog.hasExpired(job) { catalog.noticeLoss(of: artifact.slot, job.ordinal) }
        try checkExpiry(of: artifact.name, job)
    }

    /// Work that asks the API for a file of a job. When the API does not have a file that the result lists, it is asked what
    /// has become of the job.
    func seeking<Value: Sendable>(
        _ artifact: StoredArtifact, of job: Job, _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        if refresher.isWorthAskingAgain(job) { _ = await refresher.doubt(job) }
        do throws(Failure) {
            try reportLoss(of: artifact, job)
            return try await work()
        } catch {
            if error.isAbsence { await notice(artifact, of: job) }
            throw error
        }
    }

    /// The API does not have a file. Where its job is still there, it is this file that is not.
    func notice(_ artifact: StoredArtifact, of job: Job) async {
        guard artifact.isListed else { return }
        if await refresher.doubt(job).phase == .completed, artifact.slot.isImage { await unlist(artifact, of: job) }
    }

    /// The same, of a file that was asked for ahead of its readers.
    func notice(_ key: ArtifactKey) async {
        guard let job = (try? catalog.job(key.job)) ?? nil, let artifact = catalog.artifact(key.file, of: job)
        else { return }
        await notice(artifact, of: job)
    }

    /// An image that cannot be had is not listed any more, here and after a remount: whoever walks through the directory would
    /// stumble over it. By its name it is still asked for.
    private func unlist(_ artifact: StoredArtifact, of job: Job) async {
        guard let refused = catalog.unlist(artifact.slot, of: job.ordinal) else { return }
        do throws(StoreError) { try await store.put(refused, of: job.ordinal) } catch { store.reportUnwritable(error) }
    }
}
