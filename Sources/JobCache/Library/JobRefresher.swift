import ArtifactStore
import PulseAPI

/// Asks the API about jobs, once for all who ask now: how one stands, for files of it that only the answer has, and whether the
/// API still has it.
package final class JobRefresher: Sendable {
    let fetcher: JobFetcher
    package let time: LibraryTime
    private let fetches = Flights<ForKey<JobID>, Job>()
    private let refills = Flights<ForKey<JobOrdinal>, Job>()
    private let doubts = Flights<ForKey<JobOrdinal>, Job>()
    private let pauses = Pauses()

    /// A job that the API denied may be there again after this long.
    private static let patience = Duration.seconds(3600)
    /// The API could not be asked: it is let alone for this long.
    private static let pause = Duration.seconds(60)

    init(_ fetcher: JobFetcher, _ time: LibraryTime) {
        self.fetcher = fetcher
        self.time = time
    }

    private var catalog: JobCatalog { fetcher.catalog }
    private var keyring: Keyring { fetcher.keyring }
    private var store: ArtifactStore { fetcher.store }

    // MARK: How a job stands

    /// Asks the API about a job. A job that has ended is not asked about again.
    ///
    /// A poll is not repeated when it fails: whoever polls asks again by the job's clock, and has something to show meanwhile.
    func ask(
        _ id: JobID, _ level: Urgency.Level = .foreground, isPoll: Bool = false
    ) async throws(Failure) -> Job {
        // A large document takes its time. One that is silent, or drips, is given up by the request itself.
        try await OperationLimit.exempting { () throws(Failure) in try await self.asked(id, level, isPoll) }
    }

    private func asked(_ id: JobID, _ level: Urgency.Level, _ isPoll: Bool) async throws(Failure) -> Job {
        try await fetches.join(keyring.own(id), level) { [fetcher, catalog] urgency throws(Failure) in
            // Whoever came a moment later finds the work done.
            if let known = catalog.held(id), catalog.freshness(of: known) != .zero { return known }
            do throws(Failure) {
                return try await fetcher.fetch(id, urgency, isAskedOnce: isPoll)
            } catch {
                // Once for all who asked.
                if error.leavesKnownJobsReadable, let known = catalog.held(id) {
                    catalog.postpone(known, for: error.retryAfter)
                }
                throw error
            }
        }
    }

    /// The same; a job that is known stays known when the API cannot be asked, or no longer has it.
    func refresh(_ id: JobID) async throws(Failure) -> Job {
        do throws(Failure) {
            return try await ask(id, isPoll: catalog.held(id) != nil)
        } catch {
            // Whoever asked has brought into memory what the index has.
            guard error.leavesKnownJobsReadable, let known = catalog.held(id) else { throw error }
            return known
        }
    }

    // MARK: Files that only the answer has

    /// The files of a job that were cut out of its document, once more: from the result if that is here, else from the API.
    func refill(
        _ artifact: StoredArtifact, of job: Job, _ level: Urgency.Level = .foreground
    ) async throws(Failure) -> Job {
        try await OperationLimit.exempting { () throws(Failure) in try await self.refilled(artifact, job, level) }
    }

    private func refilled(
        _ artifact: StoredArtifact, _ job: Job, _ level: Urgency.Level
    ) async throws(Failure) -> Job {
        let refilled = try await refills.join(keyring.own(job.ordinal), level) { [fetcher] urgency throws(Failure) in
            // It may have expired, by word to another process of the cache.
            let job = try fetcher.latest(job)
            if artifact.slot != .result, let whole = try await fetcher.harvestAgain(job) { return whole }
            guard !artifact.isSingleUse, job.artifact(.result)?.isSingleUse != true else {
                throw Failure(
                    .cacheFailed,
                    "\(artifact.name) of job \(job.id) was damaged on the disk and can be fetched only once; what is left of it is in the cache's quarantine"
                )
            }
            if let taken = try await fetcher.takeAgain(job) { return taken }
            if job.phase == .expired {
                guard level == .foreground, self.isWorthAskingAgain(job) else { return job }
                return await self.doubt(job)
            }
            return try await fetcher.fetch(job.id, urgency, for: .files)
        }
        // It may have been listed without the parts of its result, or with none that are made as they are made now.
        catalog.noteListing(of: refilled.ordinal)
        return refilled
    }

    /// Brings what is missing of these files of a job, if that needs the network. What can be fetched only once is not
    /// fetched for someone who may never come. The job as it is then; nil for one that has not ended, or shows nothing.
    func fetchAhead(_ ordinal: JobOrdinal, _ slots: Set<ArtifactSlot>) async -> Job? {
        guard let job = (try? catalog.job(ordinal)) ?? nil, !job.awaitsLargeResult, job.phase != .expired else {
            return nil
        }
        guard job.phase.isTerminal else {
            if catalog.freshness(of: job) == .zero { _ = try? await ask(job.id, .prefetch, isPoll: true) }
            return nil
        }
        let lost = slots.compactMap { job.artifact($0) }.first { artifact in
            artifact.source == nil && !artifact.isSingleUse && store.open(job.blobKey(artifact.slot)) == nil
        }
        if let lost { _ = try? await refill(lost, of: job, .prefetch) }
        return (try? catalog.job(ordinal)) ?? nil
    }

    // MARK: Jobs that the API may have let go of

    /// The API denied the job, which may have been a mistake of an hour, and that is over.
    func isWorthAskingAgain(_ job: Job) -> Bool {
        guard job.isGone, pauses.isOver(for: job.ordinal, at: time.clock()) else { return false }
        return job.facts.checkedAt.age(at: time.now()).map { $0 >= Self.patience } ?? true
    }

    /// Finds out whether the API has let go of a completed job, or has one again that it denied; the job as it is then. One
    /// request for all who ask now, and none for a while afterwards. A failure to ask changes nothing.
    func doubt(_ job: Job) async -> Job {
        let known = ((try? catalog.job(job.ordinal)) ?? nil) ?? job
        guard known.phase == .completed || isWorthAskingAgain(known) else { return known }
        let asked = try? await doubts.join(keyring.own(job.ordinal)) { [self] urgency throws(Failure) in
            guard pauses.isOver(for: job.ordinal, at: time.clock()) else {
                return try catalog.job(job.ordinal) ?? known
            }
            pauses.begin(for: job.ordinal, until: time.clock() + Self.pause)
            let asked = try await fetcher.fetch(job.id, urgency, for: .doubt, isAskedOnce: true)
            pauses.begin(for: job.ordinal, until: time.clock() + Self.patience)
            return asked
        }
        return asked ?? known
    }

    // MARK: The end

    func closeFetches(grace: Duration) async { await fetches.close(grace: grace) }
    func closeRefills(grace: Duration) async { await refills.close(grace: grace) }
    func closeDoubts(grace: Duration) async { await doubts.close(grace: grace) }
}
