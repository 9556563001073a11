import ArtifactStore
import PulseAPI
import Synchronization

/// Jobs that the API has let go of: what is here of them is shown, and the rest is absent without a request.
extension JobLibrary {
    /// A job that the API denied may be there again after this long.
    private static let patience = Duration.seconds(3600)
    /// The API could not be asked: it is let alone for this long.
    private static let pause = Duration.seconds(60)

    /// Whether a file can be read, as far as is known without asking the API.
    func mayBeHad(_ artifact: StoredArtifact, of job: Job) -> Bool {
        job.phase != .expired || (artifact.size != nil && isHere(artifact, of: job))
    }

    /// Whether the cache has the bytes of a file, or those that it is cut out of.
    private func isHere(_ artifact: StoredArtifact, of job: Job) -> Bool {
        if store.has(job.blobKey(artifact.slot)) { return true }
        return artifact.source == nil && artifact.slot != .result && store.has(job.blobKey(.result))
    }

    /// Throws when the API has let go of the job, so that there is nobody to ask for a file of it.
    func checkExpiry(of name: String, _ job: Job) throws(Failure) {
        guard catalog.hasExpired(job) else { return }
        throw Failure(.notFound, "\(name) of job \(job.id) is not in the cache, and the API has let go of the job")
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
        if isWorthAskingAgain(job) { _ = await doubt(job) }
        do throws(Failure) {
            try reportLoss(of: artifact, job)
            return try await work()
        } catch {
            if error.isAbsence { await noticeAbsence(of: artifact, of: job) }
            throw error
        }
    }

    /// The API does not have a file. Where its job is still there, it is this file that is not.
    func noticeAbsence(of artifact: StoredArtifact, of job: Job) async {
        guard artifact.isListed else { return }
        if await doubt(job).phase == .completed, artifact.slot.isImage { await unlist(artifact, of: job) }
    }

    /// The same, of a file that was asked for ahead of its readers.
    func noticeAbsence(of key: ArtifactKey) async {
        guard let job = (try? catalog.job(key.job)) ?? nil, let artifact = catalog.artifact(image: key.image, of: job)
        else { return }
        await noticeAbsence(of: artifact, of: job)
    }

    /// An image that cannot be had is not listed any more, here and after a remount: whoever walks through the directory would
    /// stumble over it. By its name it is still asked for.
    private func unlist(_ artifact: StoredArtifact, of job: Job) async {
        guard let refused = catalog.unlist(artifact.slot, of: job.ordinal) else { return }
        do throws(StoreError) { try await store.put(refused, of: job.ordinal) } catch { store.reportUnwritable(error) }
    }

    /// The API denied the job, which may have been a mistake of an hour, and that is over.
    func isWorthAskingAgain(_ job: Job) -> Bool {
        guard job.isGone, pauses.isOver(for: job.ordinal, at: clock()) else { return false }
        return job.facts.checkedAt.age(at: now()).map { $0 >= Self.patience } ?? true
    }

    /// Finds out whether the API has let go of a completed job, or has one again that it denied; the job as it is then. One
    /// request for all who ask now, and none for a while afterwards. A failure to ask changes nothing.
    func doubt(_ job: Job) async -> Job {
        let known = ((try? catalog.job(job.ordinal)) ?? nil) ?? job
        guard known.phase == .completed || isWorthAskingAgain(known) else { return known }
        let asked = try? await doubts.join(keyring.own(job.ordinal)) { [self] urgency throws(Failure) in
            guard pauses.isOver(for: job.ordinal, at: clock()) else { return try catalog.job(job.ordinal) ?? known }
            pauses.begin(for: job.ordinal, until: clock() + Self.pause)
            let asked = try await fetcher.fetch(job.id, urgency, for: .doubt, isAskedOnce: true)
            pauses.begin(for: job.ordinal, until: clock() + Self.patience)
            return asked
        }
        return asked ?? known
    }
}

/// How long jobs are not asked about again. The latest few thousand are kept.
final class Pauses: Sendable {
    private let ends = Mutex(GenerationCache<JobOrdinal, ContinuousClock.Instant>(generation: 1024))

    func begin(for job: JobOrdinal, until end: ContinuousClock.Instant) {
        ends.withLock { $0.set(end, for: job) }
    }

    func isOver(for job: JobOrdinal, at now: ContinuousClock.Instant) -> Bool {
        ends.withLock { $0.value(for: job) }.map { $0 <= now } ?? true
    }
}
