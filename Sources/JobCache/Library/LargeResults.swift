import ArtifactStore
import PulseAPI

/// Results that came as a link, or hold one: what the link gives is fetched once for all who wait.
final class LargeResults: Sendable {
    /// Whether those that can be fetched only once are fetched when someone looks for their files.
    let policy: LargeResultPolicy
    private let refresher: JobRefresher
    private let blobs: OpenBlobs
    private let fetches = Flights<ForKey<JobOrdinal>, Job>()

    init(_ refresher: JobRefresher, _ blobs: OpenBlobs, _ policy: LargeResultPolicy) {
        self.refresher = refresher
        self.blobs = blobs
        self.policy = policy
    }

    private var fetcher: JobFetcher { refresher.fetcher }
    private var catalog: JobCatalog { refresher.fetcher.catalog }
    private var budget: Duration { refresher.fetcher.client.budget }

    /// Brings a result that came as a link; the job as it is when there is none to bring, or bringing it is for
    /// `secure` alone.
    func fetch(of job: Job) async throws(Failure) -> Job {
        policy == .manual ? try known(job) : try await secure(job, waitingFor: budget)
    }

    /// Brings a result that came as a link, whatever the policy; the job as it is when there is none to bring.
    ///
    /// Waits for as long as something comes, or `silence` passes without; it is fetched all the same. Nobody waits for
    /// another process that does nothing, nor for room on a full disk, for longer than a file operation may take.
    func secure(_ job: Job, waitingFor silence: Duration? = nil) async throws(Failure) -> Job {
        guard job.awaitsLargeResult else { return job }
        return try await followed(job, waitingFor: silence)
    }

    /// Follows the link that the result of a job holds, if it holds one: what it gives is the result from then on.
    func followLink(of job: Job) async throws(Failure) -> Job {
        job.holdsLink ? try await followed(job, waitingFor: nil) : job
    }

    /// Brings what the link gives that a job's result is, or holds.
    private func followed(_ job: Job, waitingFor silence: Duration?) async throws(Failure) -> Job {
        let progress = fetcher.singleUse.progress(of: job)
        let (key, queue, begin) = (fetcher.keyring.own(job.ordinal), budget, ContinuousClock.now)
        return try await OperationLimit.exempting { () throws(Failure) in
            try await Self.first(
                { () throws(Failure) in try await self.brought(job, key, progress) },
                unless: { progress.disappointment(after: silence, ofQueue: queue, since: begin) })
        }
    }

    private func brought(
        _ job: Job, _ key: ForKey<JobOrdinal>, _ progress: SingleUseProgress
    ) async throws(Failure) -> Job {
        try await fetches.join(key) { [fetcher, catalog] _ throws(Failure) in
            fetcher.singleUse.begin(job.ordinal, progress)
            defer { fetcher.singleUse.remove(job.ordinal) }
            // Whoever came a moment later finds the work done.
            let job = try catalog.job(job.ordinal) ?? job
            do throws(Failure) {
                let whole = try await fetcher.fetchLargeResult(of: job, progress)
                if job.awaitsLargeResult { catalog.noteListing(of: job.ordinal) }
                self.noteFollowed(job, whole)
                return whole
            } catch {
                guard error.isDenial else { throw error }
                // There is something to explain now.
                if fetcher.results != nil { catalog.noteListing(of: job.ordinal) }
                let job = await self.refresher.doubt(job)
                guard job.phase == .expired else { throw error }
                return job
            }
        }
    }

    /// What `work` comes to, unless `reason` says before that it is not worth waiting for any more.
    private static func first(
        _ work: @escaping @Sendable () async throws(Failure) -> Job, unless reason: @escaping @Sendable () -> Failure?
    ) async throws(Failure) -> Job {
        let outcome = await withTaskGroup(of: Result<Job, Failure>?.self) { group in
            group.addTask {
                do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
            }
            group.addTask {
                while !Task.isCancelled {
                    if let failure = reason() { return .failure(failure) }
                    try? await Task.sleep(for: .milliseconds(250))
                }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        return try (outcome ?? .failure(Failure(.interrupted, "the reader left"))).get()
    }

    /// The result is there to be had, and is not fetched because someone looks.
    func withholds(_ job: Job) -> Bool { job.isWithheld(policy) }

    /// A job whose result is withheld, as the index has it now: another process may have fetched it.
    func known(_ job: Job) throws(Failure) -> Job {
        guard withholds(job) else { return job }
        let latest = try fetcher.latest(job)
        noteFollowed(job, latest)
        return latest
    }

    /// What a link gave stands where the result stood that held it.
    private func noteFollowed(_ before: Job, _ after: Job) {
        guard before.holdsLink, !after.holdsLink, after.artifact(.result)?.isSingleUse == true else { return }
        blobs.letGo(of: [after.blobKey(.result)])
        blobs.shown.replace(.init(after.ordinal, .result)) {}
        catalog.noteListing(of: after.ordinal)
    }

    /// The bytes of `error.txt`; nil when there is nothing to explain.
    func explanation(of job: Job) -> [UInt8]? {
        if withholds(job) { return job.explanation ?? Array(Explanation.withheld(job.id).utf8) }
        if job.awaitsLargeResult, let lost = fetcher.results?.explanation(of: job.id) { return Array(lost.utf8) }
        return job.explanation
    }

    /// Lets what is under way end within `grace`. What can be fetched only once has as long as it takes: `waiting` is called
    /// about once a second with how many such there are.
    func close(grace: Duration, waiting: @escaping @Sendable (Int) -> Void) async {
        await fetches.close(
            grace: grace, unless: { [fetcher] key in fetcher.singleUse.mustFinish(key.subject) }, waiting: waiting)
    }
}
