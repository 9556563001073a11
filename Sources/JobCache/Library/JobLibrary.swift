package import ArtifactStore
package import PulseAPI

/// Everything a mount knows or can find out about jobs: answers from the cache at once, and work that fetches the rest,
/// the same work once however many ask.
package final class JobLibrary: Sendable {
    package let refresher: JobRefresher
    let blobs: OpenBlobs
    package let reader: ArtifactReader
    let large: LargeResults
    package let batches: BatchJobs
    package let derived = DerivedFiles()
    let rules: LibraryRules
    /// Who waits for jobs that are still running.
    package let watches: JobWatches

    init(
        reader: ArtifactReader, large: LargeResults, batches: BatchJobs, watches: JobWatches, rules: LibraryRules
    ) {
        refresher = reader.refresher
        blobs = reader.blobs
        self.reader = reader
        self.large = large
        self.batches = batches
        self.watches = watches
        self.rules = rules
    }

    package var store: ArtifactStore { fetcher.store }
    package var catalog: JobCatalog { fetcher.catalog }
    package var events: EventLog { fetcher.events }
    package var fetcher: JobFetcher { refresher.fetcher }
    package var keyring: Keyring { fetcher.keyring }
    var downloads: ArtifactDownloads { reader.downloads }
    /// What the kernel has bytes of.
    package var shown: ShownFiles { blobs.shown }
    package var partsPolicy: PartsPolicy { rules.parts }
    private var client: any JobService { fetcher.client }

    /// How long a file operation may take as a whole. The request that it waits for ends by then for a reason of its own, which
    /// says more.
    package var operationLimit: Duration { client.budget + max(.milliseconds(500), client.budget / 20) }

    /// The API that jobs are of, as the index has it.
    package var origin: String { fetcher.origin }

    /// Bytes that have come from the network so far, whatever became of them.
    package var receivedBytes: UInt64 { client.receivedBytes }

    /// What is shared with other machines; nil when nothing is.
    package var sharing: SharingFigures? {
        var figures = fetcher.tier.figures
        figures?.claimed = fetcher.results?.heldCount ?? 0
        return figures
    }

    // MARK: Jobs

    /// Asks the API about a job, once for all who ask now.
    ///
    /// A job that is known stays known when the API cannot be asked, or no longer has it.
    package func refresh(_ id: JobID) async throws(Failure) -> Job { try await refresher.refresh(id) }

    /// The same, and a failure to ask is one also when the job is known. A job that has ended is not asked about again.
    package func ask(_ id: JobID) async throws(Failure) -> Job { try await refresher.ask(id) }

    /// Whether the API is worth asking again about a job that it denied, and what it then says.
    package func isWorthAskingAgain(_ job: Job) -> Bool { refresher.isWorthAskingAgain(job) }
    package func doubt(_ job: Job) async -> Job { await refresher.doubt(job) }

    /// The job when it has ended, asked about as often as its status clock allows, once for all who wait or look.
    ///
    /// What the API refuses or does not know is thrown at once. Where it cannot be asked, or gives no answer to use, it is
    /// asked again until this library's patience ends, with `Failure.Reason.timedOut`. Cancellation ends the waiting with
    /// `Failure.Reason.interrupted`.
    package func untilEnded(_ id: JobID) async throws(Failure) -> Job {
        try await watches.untilEnded(id, patience: rules.waiting.patience)
    }

    // MARK: Results that came as a link

    /// Brings a result that came as a link; the job as it is when there is none to bring, or bringing it is for a command alone.
    package func fetchLargeResult(of job: Job) async throws(Failure) -> Job { try await large.fetch(of: job) }

    /// The result is there to be had, and is not fetched because someone looks.
    package func withholds(_ job: Job) -> Bool { large.withholds(job) }

    /// A job whose result is withheld, as the index has it now: another process may have fetched it.
    package func known(_ job: Job) throws(Failure) -> Job { try large.known(job) }

    /// The bytes of `error.txt`; nil when there is nothing to explain.
    package func explanation(of job: Job) -> [UInt8]? { large.explanation(of: job) }

    /// Sees to it that others can have the results which are here and can be fetched only once, now and once a day, until the end.
    package func beginAudit() { fetcher.beginAudit() }

    // MARK: Files

    /// Whether a file can be read, as far as is known without asking the API.
    package func mayBeHad(_ artifact: StoredArtifact, of job: Job) -> Bool {
        reader.absences.mayBeHad(artifact, of: job)
    }

    /// The bytes of a file, if they are on disk. Says nothing yet of whether they are what was published.
    package func blob(_ slot: ArtifactSlot, of job: Job) -> BlobFile? { blobs.blob(slot, of: job) }

    /// Lets go of blobs that were evicted or forgotten, by any process: the disk waits for that.
    package func releaseOrphans() { blobs.releaseOrphans() }

    /// An image by name, with its size. `thread` is whose look it is; 0 is unknown.
    package func image(
        named name: String, of job: Job, for thread: Int32 = 0
    ) async throws(Failure) -> StoredArtifact {
        try await reader.image(named: name, of: job, for: thread)
    }

    /// The artifact with its size. `thread` is whose look it is; 0 is unknown.
    package func sized(
        _ artifact: StoredArtifact, of job: Job, for thread: Int32 = 0
    ) async throws(Failure) -> StoredArtifact {
        try await reader.sized(artifact, of: job, for: thread)
    }

    /// Whether a file of known size is not fetched, as it is too large.
    package func isTooLarge(_ artifact: StoredArtifact) -> Bool { reader.isTooLarge(artifact) }

    /// Bytes of a file that was not on disk a moment ago, or was damaged there.
    package func read(
        _ artifact: StoredArtifact, of job: Job, at offset: UInt64, count: Int, for thread: Int32 = 0
    ) async throws(Failure) -> StoredBytes {
        try await reader.read(artifact, of: job, at: offset, count: count, for: thread)
    }

    /// Takes in that a thread begins to read a file. Does not wait.
    package func noticeRead(of slot: ArtifactSlot, of job: Job, by thread: Int32) {
        reader.ahead.noticeRead(of: slot, of: job, by: thread)
    }

    /// Takes in that a thread lists the jobs, or the images of one.
    package func noticeListing(ofImagesOf job: Job? = nil, by thread: Int32) {
        reader.ahead.noticeListing(ofImagesOf: job, by: thread)
    }

    /// Takes in that the parts of a job were made for someone who lists them.
    package func noticeParts(of job: Job) { reader.ahead.jobs.noticeParts(of: job.ordinal) }

    /// Gives up what is fetched ahead of readers who have gone.
    package func sweepAhead() { reader.ahead.sweep() }

    // MARK: The end

    /// Lets work under way end within `grace`, which all of it has together; nothing new is begun. What can be fetched only
    /// once and is on its way has as long as it takes: `waiting` is called about once a second with how many such there are.
    package func close(
        grace: Duration, sharing: Duration? = JobLibrary.sharingGrace,
        waiting: @escaping @Sendable (Int) -> Void = { _ in }
    ) async {
        let end = ContinuousClock.now + grace
        let rest = { max(.zero, ContinuousClock.now.duration(to: end)) }
        reader.ahead.images.close()
        await watches.close()
        await large.close(grace: rest(), waiting: waiting)
        await refresher.closeFetches(grace: rest())
        await derived.close(within: rest)
        await refresher.closeRefills(grace: rest())
        await refresher.closeDoubts(grace: rest())
        await reader.sizes.close(grace: rest())
        await reader.ahead.jobs.close()
        await batches.close()
        await downloads.close(grace: rest())
        await fetcher.results?.close(within: sharing, waiting: waiting)
        await fetcher.tier.close(within: sharing)
        await store.close()
    }

    /// What waits to be shared with other machines has so long when a mount ends.
    package static let sharingGrace = Duration.seconds(5)
}
