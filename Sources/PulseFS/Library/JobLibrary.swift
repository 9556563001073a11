package import ArtifactStore
package import FUSE
import Parts
package import PulseAPI
import Quantities
import Synchronization
import SystemPackage

/// Everything a mount knows or can find out about jobs: answers from the cache at once, and work that fetches the rest,
/// the same work once however many ask.
package final class JobLibrary: Sendable {
    package let store: ArtifactStore
    package let catalog: JobCatalog
    private let client: PulseClient
    let fetcher: JobFetcher
    let downloads: ArtifactDownloads
    /// What the kernel has bytes of.
    let shown = ShownFiles()
    private let sizes: SizeProbe
    private let imagesAhead: ImagePrefetch
    private let jobsAhead: JobPrefetch
    let batches: BatchJobs
    /// Who waits for jobs that are still running.
    package let watches: JobWatches
    let waitRules: WaitRules
    let keyring: Keyring
    package let events: EventLog
    private let fetches = Flights<ForKey<JobID>, Job>()
    private let largeFetches = Flights<ForKey<JobOrdinal>, Job>()
    let partsPolicy: PartsPolicy
    let partLists = Flights<ForKey<JobOrdinal>, PartList>()
    let partsKnown = KnownParts()
    let pages = Flights<ForKey<JobOrdinal>, StoredArtifact>()
    let shownPages = ShownPages()
    let resultReads = Flights<ForKey<JobOrdinal>, ResultNotes?>()
    let knownResults = KnownResults()
    private let refills = Flights<ForKey<JobOrdinal>, Job>()
    let doubts = Flights<ForKey<JobOrdinal>, Job>()
    let pauses = Pauses()
    private let openBlobs: Mutex<GenerationCache<BlobKey, BlobFile>>

    /// Whether results that can be fetched only once are fetched when someone looks for their files.
    package let largeResults: LargeResultPolicy
    /// Bytes that a file may have to be fetched; nil for any.
    private let maximumArtifactSize: UInt64?
    let clock: @Sendable () -> ContinuousClock.Instant
    let now: @Sendable () -> Timestamp

    /// `actor` says in the ledger who fetched what, such as `the mount on /home/me/pulse`. `openBlobs` is how many files of the
    /// cache are kept open for readers to come. `clock` is what everything grows
    /// old by within this library; `now` dates what the API says.
    init(
        client: PulseClient, store: ArtifactStore, keyring: Keyring, events: EventLog = EventLog(), actor: String,
        largeResults: LargeResultPolicy = .automatic, maximumArtifactSize: UInt64? = nil,
        onExpiry: ExpiryPolicy = .keep, showing partsPolicy: PartsPolicy = PartsPolicy(),
        waiting: WaitRules = WaitRules(), parts: PartGeometry = .standard, openBlobs: Int = 256,
        tier: any JobTier = NoTier(),
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (ContinuousClock.Instant) async throws -> Void = {
            try await ContinuousClock().sleep(until: $0)
        },
        now: @escaping @Sendable () -> Timestamp = { APITime.now }
    ) {
        self.store = store
        self.partsPolicy = partsPolicy
        self.openBlobs = Mutex(GenerationCache(generation: openBlobs / 2))
        self.largeResults = largeResults
        self.maximumArtifactSize = maximumArtifactSize
        waitRules = waiting
        self.clock = clock
        self.now = now
        self.keyring = keyring
        self.events = events
        self.client = client
        catalog = JobCatalog(store: store, origin: client.origin, keyring: keyring, clock: clock)
        fetcher = JobFetcher(
            client: client, store: store, catalog: catalog, keyring: keyring, events: events, actor: actor,
            onExpiry: onExpiry, tier: tier, now: now)
        shown.recall(
            ((try? store.changes()) ?? []).map { (ShownFiles.Place($0.job, $0.slot), $0.at) })
        shown.observeChanges { place, at in
            Task {
                do throws(StoreError) {
                    try await store.record(StoredChange(job: place.job, slot: place.slot, at: at))
                } catch { store.reportUnwritable(error) }
            }
        }
        let servers = Servers(api: client.origin)
        downloads = ArtifactDownloads(
            client: client, store: store, catalog: catalog, servers: servers, parts: parts, shown: shown, tier: tier)
        sizes = SizeProbe(
            client: client, store: store, catalog: catalog, downloads: downloads, keyring: keyring, servers: servers)
        imagesAhead = ImagePrefetch(downloads, clock: clock)
        let ahead = WeakLibrary()
        jobsAhead = JobPrefetch(
            clock: clock,
            next: { [catalog] job, count in ((try? catalog.known(after: job, limit: count)) ?? []).map(\.ordinal) },
            fetch: { job, slots in await ahead.library?.fetchAhead(job, slots) })
        batches = BatchJobs { id in
            guard let library = ahead.library, library.catalog.held(id) == nil else { return }
            _ = try? await library.ask(id, .prefetch, isPoll: true)
        }
        let awaited = WeakLibrary()
        let known = { @Sendable [catalog] (id: JobID) in (try? catalog.job(id)) ?? nil }
        watches = JobWatches(
            JobWatches.Ground(
                now: clock, sleep: sleep, known: known,
                freshness: { [catalog] id in known(id).map { catalog.freshness(of: $0) ?? .zero } ?? .zero },
                ask: { id throws(Failure) in
                    guard let library = awaited.library else { throw Failure(.shuttingDown, "the mount is ending") }
                    return try await library.ask(id, waiting.polls, isPoll: true)
                }))
        (ahead.library, awaited.library) = (self, self)
        catalog.observeAnswers { [weak watches] job in watches?.answered(job) }
        store.observeEvictions { [weak self] keys in self?.letGo(of: keys) }
        store.observeShortage { [weak self] in self?.letGoOfAll() }
        sizes.observeAbsences { [weak self] in await self?.noticeAbsence(of: $0, of: $1) }
        downloads.observeEnds { [weak self] key, failure in
            guard let self, imagesAhead.ended(key), failure?.isAbsence == true else { return }
            Task { await self.noticeAbsence(of: key) }
        }
    }

    /// How long a file operation may take as a whole. The request that it waits for ends by then for a reason of its own, which
    /// says more.
    var operationLimit: Duration { client.budget + max(.milliseconds(500), client.budget / 20) }

    /// The API that jobs are of, as the index has it.
    var origin: String { fetcher.origin }

    /// Bytes that have come from the network so far, whatever became of them.
    package var receivedBytes: UInt64 { client.receivedBytes }

    // MARK: Jobs

    /// Asks the API about a job, once for all who ask now.
    ///
    /// A job that is known stays known when the API cannot be asked, or no longer has it.
    package func refresh(_ id: JobID) async throws(Failure) -> Job {
        do throws(Failure) {
            return try await ask(id, isPoll: catalog.held(id) != nil)
        } catch {
            // Whoever asked has brought into memory what the index has.
            guard error.leavesKnownJobsReadable, let known = catalog.held(id) else { throw error }
            return known
        }
    }

    /// The same, and a failure to ask is one also when the job is known. A job that has ended is not asked about again.
    ///
    /// A poll is not repeated when it fails: whoever polls asks again by the job's clock, and has something to show meanwhile.
    package func ask(
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

    /// Brings a result that came as a link; the job as it is when there is none to bring, or bringing it is for
    /// `secure` alone.
    package func fetchLargeResult(of job: Job) async throws(Failure) -> Job {
        largeResults == .manual ? try known(job) : try await secure(job, waitingFor: client.budget)
    }

    /// Brings a result that came as a link, whatever the policy; the job as it is when there is none to bring.
    ///
    /// Waits for as long as something comes, or `silence` passes without; it is fetched all the same. Nobody waits for
    /// another process that does nothing, nor for room on a full disk, for longer than a file operation may take.
    package func secure(_ job: Job, waitingFor silence: Duration? = nil) async throws(Failure) -> Job {
        guard job.awaitsLargeResult else { return job }
        return try await followed(job, waitingFor: silence)
    }

    /// Brings what the link gives that a job's result is, or holds.
    private func followed(_ job: Job, waitingFor silence: Duration?) async throws(Failure) -> Job {
        let progress = fetcher.singleUse.progress(of: job)
        let (key, queue, begin) = (keyring.own(job.ordinal), client.budget, ContinuousClock.now)
        return try await OperationLimit.exempting { () throws(Failure) in
            try await Self.first(
                { () throws(Failure) in try await self.brought(job, key, progress) },
                unless: { progress.disappointment(after: silence, ofQueue: queue, since: begin) })
        }
    }

    private func brought(
        _ job: Job, _ key: ForKey<JobOrdinal>, _ progress: SingleUseProgress
    ) async throws(Failure) -> Job {
        try await largeFetches.join(key) { [fetcher, catalog] _ throws(Failure) in
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
                let job = await self.doubt(job)
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
    package func withholds(_ job: Job) -> Bool { job.isWithheld(largeResults) }

    /// A job whose result is withheld, as the index has it now: another process may have fetched it.
    package func known(_ job: Job) throws(Failure) -> Job {
        guard withholds(job) else { return job }
        let latest = try fetcher.latest(job)
        noteFollowed(job, latest)
        return latest
    }

    /// Follows the link that the result of a job holds, if it holds one: what it gives is the result from then on.
    func followLink(of job: Job) async throws(Failure) -> Job {
        job.holdsLink ? try await followed(job, waitingFor: nil) : job
    }

    /// What a link gave stands where the result stood that held it.
    private func noteFollowed(_ before: Job, _ after: Job) {
        guard before.holdsLink, !after.holdsLink, after.artifact(.result)?.isSingleUse == true else { return }
        letGo(of: [after.blobKey(.result)])
        shown.replace(.init(after.ordinal, .result)) {}
        catalog.noteListing(of: after.ordinal)
    }

    /// The bytes of `error.txt`; nil when there is nothing to explain.
    package func explanation(of job: Job) -> [UInt8]? {
        withholds(job) ? job.explanation ?? Array(Explanation.withheld(job.id).utf8) : job.explanation
    }

    // MARK: Files

    /// The bytes of a file, if they are on disk. Says nothing yet of whether they are what was published.
    package func blob(_ slot: ArtifactSlot, of job: Job) -> BlobFile? {
        let key = job.blobKey(slot)
        let blob: BlobFile
        if let open = openBlobs.withLock({ $0.value(for: key) }) {
            blob = open
        } else {
            guard let found = store.open(key) else { return nil }
            openBlobs.withLock { $0.set(found, for: key) }
            blob = found
            // A page is made anew whenever the job has changed, and shown as what it was before until it is looked at again.
            if slot != .page { shown.show(.init(sha256: found.sha256), at: .init(job.ordinal, slot)) }
        }
        if blob.isKept, blob.isDueForUseNote() { store.noteUse(of: slot, job: job.ordinal) }
        return blob
    }

    /// Files of the cache that are not what they were.
    func letGo(of keys: [BlobKey]) {
        openBlobs.withLock { blobs in for key in keys { blobs.remove(key) } }
    }

    /// Descriptors are wanted for something else.
    private func letGoOfAll() { openBlobs.withLock { $0.removeAll { _ in true } } }

    /// Lets go of blobs that were evicted or forgotten, by any process: the disk waits for that.
    package func releaseOrphans() {
        let held = openBlobs.withLock { $0.values }
        guard held.contains(where: \.isOrphan) else { return }
        openBlobs.withLock { $0.removeAll(where: \.isOrphan) }
    }

    /// An image by name, with its size. `reader` is the thread that looks; 0 is unknown.
    package func image(
        named name: String, of job: Job, for reader: Int32 = 0
    ) async throws(Failure) -> StoredArtifact {
        let job = try catalog.job(job.ordinal) ?? job
        if let known = job.image(named: name) { return try await sized(known, of: job, for: reader) }
        try checkExpiry(of: name, job)
        let source = ArtifactSource.image(.endpoint(PathSegment(encoding: name)))
        let size = try await sizes.size(ofUnlisted: name, from: source, of: job)
        let noted: StoredArtifact
        do throws(StoreError) {
            let slot = try await store.slot(forUnlisted: name, of: job.ordinal, from: .firstImage)
            guard slot <= .last else { throw StoreError(.index, "job \(job.id) has more files than numbers for them") }
            let artifact = StoredArtifact(slot: slot, name: name, size: size, source: source.text, isListed: false)
            noted = sizes.note(artifact, of: job)
        } catch {
            throw Failure(error)
        }
        return try taken(noted, of: job)
    }

    /// The artifact with its size. `reader` is the thread that looks; 0 is unknown.
    package func sized(
        _ artifact: StoredArtifact, of job: Job, for reader: Int32 = 0
    ) async throws(Failure) -> StoredArtifact {
        let artifact = try catalog.job(job.ordinal)?.artifact(artifact.slot) ?? artifact
        guard artifact.size == nil else { return try taken(artifact, of: job) }
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            throw Failure(.cacheFailed, "the cache does not know where \(artifact.name) of job \(job.id) comes from")
        }
        // Whoever reads one after the other reads this one next: the size comes with the bytes.
        let isToBeRead = artifact.slot.isImage && imagesAhead.expectsRead(of: artifact.slot, of: job, by: reader)
        return try await seeking(artifact, of: job) { () throws(Failure) in
            try self.taken(
                try await self.sizes.sized(
                    artifact, from: source, of: job, isToBeRead: isToBeRead, by: reader), of: job)
        }
    }

    /// Whether a file of known size is not fetched, as it is too large. What is in the cache is shown, however large.
    func isTooLarge(_ artifact: StoredArtifact) -> Bool {
        guard let limit = maximumArtifactSize, let size = artifact.size else { return false }
        return size > limit && !artifact.isStored
    }

    /// The artifact, if it may be fetched.
    private func taken(_ artifact: StoredArtifact, of job: Job) throws(Failure) -> StoredArtifact {
        guard isTooLarge(artifact) else { return artifact }
        throw Failure(
            .tooLarge,
            "\(artifact.name) of job \(job.id) has \(artifact.size ?? 0) bytes, which is more than --max-artifact-size")
    }

    /// Takes in that a thread begins to read a file, so that what it is going to read next can be on its way. Does not wait.
    func noticeRead(of slot: ArtifactSlot, of job: Job, by reader: Int32) {
        if slot.isImage {
            imagesAhead.noticeRead(of: slot, of: job, by: reader)
            sizes.noticeRead(of: slot, of: job.ordinal)
        }
        jobsAhead.noticeRead(of: slot, of: job.ordinal, by: reader)
    }

    /// Takes in that a thread lists the jobs, or the images of one.
    func noticeListing(ofImagesOf job: Job? = nil, by reader: Int32) {
        guard let job else { return jobsAhead.noticeListing(by: reader) }
        imagesAhead.noticeListing(of: job, by: reader)
        sizes.noticeListing(of: job.ordinal)
    }

    /// Gives up what is fetched ahead of readers who have gone.
    func sweepAhead() {
        imagesAhead.sweep()
        downloads.sweep()
    }

    /// Brings what is missing of these files of a job, if that needs the network. What can be fetched only once is not
    /// fetched for someone who may never come.
    private func fetchAhead(_ ordinal: JobOrdinal, _ slots: Set<ArtifactSlot>) async {
        guard let job = (try? catalog.job(ordinal)) ?? nil, !job.awaitsLargeResult, job.phase != .expired else {
            return
        }
        guard job.phase.isTerminal else {
            if catalog.freshness(of: job) == .zero { _ = try? await ask(job.id, .prefetch, isPoll: true) }
            return
        }
        let lost = slots.compactMap { job.artifact($0) }.first { artifact in
            artifact.source == nil && !artifact.isSingleUse && store.open(job.blobKey(artifact.slot)) == nil
        }
        if let lost { _ = try? await refill(lost, of: job, .prefetch) }
    }

    /// Bytes of a file that was not on disk a moment ago, or was damaged there: from the download under way, or a new one,
    /// or the job's document again.
    package func read(
        _ artifact: StoredArtifact, of job: Job, at offset: UInt64, count: Int, for reader: Int32 = 0
    ) async throws(Failure) -> ReadReply {
        let range = Self.range(at: offset, count: count)
        guard !job.isMisshown(artifact.slot) else { throw Self.wrongSize(artifact, of: job) }
        // Said as soon as the reader's own request is on its way, so that it goes first.
        let notice = { [self] in if offset == 0 { noticeRead(of: artifact.slot, of: job, by: reader) } }
        if let reply = try await intact(artifact, of: job, range) {
            notice()
            return reply
        }
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            notice()
            let job = try await refill(artifact, of: job)
            if let reply = try await intact(artifact, of: job, range) { return reply }
            try reportLoss(of: artifact, job)
            throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is no longer in the cache, nor at the API")
        }
        return try await seeking(artifact, of: job) { () throws(Failure) in
            try await self.arriving(artifact, from: source, of: job, range, notice)
        }
    }

    /// Bytes of a file that is fetched by itself.
    private func arriving(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, _ range: Range<UInt64>,
        _ notice: () -> Void
    ) async throws(Failure) -> ReadReply {
        let place = ShownFiles.Place(job.ordinal, artifact.slot)
        let node = shown.node(of: place)
        // A file that changes before anyone has bytes of it is begun with once more.
        for _ in 1..<ArtifactDownloads.mostVersions {
            do throws(Failure) { return try await arrivingOnce(artifact, from: source, of: job, range, notice) } catch {
                // One that there is no room for is read without being kept.
                if error.reason == .outgrown { continue }
                guard error.reason == .changed, shown.node(of: place) == node else { throw error }
            }
        }
        return try await arrivingOnce(artifact, from: source, of: job, range, notice)
    }

    private func arrivingOnce(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, _ range: Range<UInt64>,
        _ notice: () -> Void
    ) async throws(Failure) -> ReadReply {
        var supply = try downloads.supply(artifact.name, from: source, of: job)
        if case .stored(let stored) = supply {
            if let reply = try await intact(stored, of: job, range) {
                notice()
                return reply
            }
            supply = try downloads.supply(artifact.name, from: source, of: job, isLost: true)
        }
        notice()
        if case .direct(let file) = supply { return try await direct(file, artifact, from: source, of: job, range) }
        guard case .arriving(let download) = supply else {
            throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is not in the cache where it was just put")
        }
        let available: UInt64
        do throws(Failure) {
            available = try await download.bytes(in: range)
            // Whether more comes after the last byte that was told is known when the answer has begun.
            if let told = artifact.size, range.upperBound >= told { _ = try await download.size() }
        } catch {
            try check(artifact, from: source, of: job, against: download)
            throw error
        }
        try await show(download, artifact, from: source, of: job)
        try check(artifact, from: source, of: job, against: download)
        guard let file = download.file else { return .bytes([]) }
        return .file(file, offset: range.lowerBound, length: Int(clamping: range.count), size: available)
    }

    /// Bytes of a file that is kept nowhere, straight from the server.
    private func direct(
        _ file: OutgrownFile, _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job,
        _ range: Range<UInt64>
    ) async throws(Failure) -> ReadReply {
        if let told = artifact.size, told != file.size { throw Self.wrongSize(artifact, of: job) }
        let place = ShownFiles.Place(job.ordinal, artifact.slot)
        let version = ShownFiles.Version(validators: file.validators, download: file.download)
        // Nobody can tell whether it is what was shown: all of it would have to come.
        if shown.compare(version, at: place) == .unknown { throw .outgrown }
        let node = shown.node(of: place)
        let bytes = try await downloads.bytes(in: range, of: file, artifact.name, from: source, of: job)
        shown.show(version, at: place)
        if shown.node(of: place) != node { throw .changed }
        return .bytes(bytes)
    }

    /// Makes sure that bytes of a download go only to those who have none of another version.
    private func show(
        _ download: Download, _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job
    ) async throws(Failure) {
        let place = ShownFiles.Place(job.ordinal, artifact.slot)
        var version = ShownFiles.Version(
            sha256: download.digest, validators: download.validators, download: download.number)
        if shown.compare(version, at: place) == .unknown, shown.isKnownByDigest(place) {
            // Only all of it tells whether it is what was shown before.
            version.sha256 = try await downloads.bring(artifact.name, from: source, of: job, isLost: false)?.sha256
        }
        let node = shown.node(of: place)
        shown.show(version, at: place)
        // It may have come into the cache a moment ago, when nothing of it had been shown that could be told to be the same.
        if version.sha256 == nil, let digest = download.digest {
            version.sha256 = digest
            shown.show(version, at: place)
        }
        if shown.node(of: place) != node { throw .changed }
    }

    /// A reader goes by the size that was told before the bytes came, and must not get fewer, or the beginning of more.
    private func check(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, against download: Download
    ) throws(Failure) {
        guard let told = artifact.size, download.disproves(told) else { return }
        // Whoever began before the file was looked at again is late, and takes nothing back that is known since.
        guard try catalog.job(job.ordinal)?.artifact(artifact.slot)?.size == told else {
            throw Self.wrongSize(artifact, of: job)
        }
        sizes.disprove(artifact.name, from: source, of: job)
        shown.doubtSize(at: .init(job.ordinal, artifact.slot))
        var unsized = artifact
        unsized.size = nil
        // Which of the two is true is known when all has come: until then whoever looks asks again.
        _ = sizes.note(unsized, of: job)
        throw Self.wrongSize(artifact, of: job)
    }

    /// Another process of the cache may have fetched it, and this one have told the size before.
    private func check(_ artifact: StoredArtifact, of job: Job, against blob: BlobFile) throws(Failure) {
        guard let told = artifact.size, told != blob.size else { return }
        var whole = artifact
        whole.take(blob)
        catalog.put(whole, of: job.ordinal)
        throw Self.wrongSize(artifact, of: job)
    }

    static func wrongSize(_ artifact: StoredArtifact, of job: Job) -> Failure {
        Failure(.badAnswer, "\(artifact.name) of job \(job.id) has another size than was announced; look at it again")
    }

    /// The bytes a reader asks for, which may lie past any end.
    static func range(at offset: UInt64, count: Int) -> Range<UInt64> {
        let (end, overflow) = offset.addingReportingOverflow(UInt64(count))
        return offset..<(overflow ? .max : end)
    }

    /// A range of a blob that is what was published; nil when the blob is not here, or was damaged and is now set aside.
    func intact(
        _ artifact: StoredArtifact, of job: Job, _ range: Range<UInt64>
    ) async throws(Failure) -> ReadReply? {
        guard let blob = blob(artifact.slot, of: job) else { return nil }
        if try await isIntact(blob, range) {
            try check(artifact, of: job, against: blob)
            return .file(blob, offset: range.lowerBound, length: Int(clamping: range.count), size: blob.size)
        }
        let key = job.blobKey(artifact.slot)
        openBlobs.withLock { $0.remove(key) }
        do throws(StoreError) { try await store.quarantine(blob, key, name: artifact.name, job: job.ordinal) } catch {
            throw Failure(error)
        }
        return nil
    }

    /// Digests what has not been looked at yet, away from the caller's thread.
    private func isIntact(_ blob: BlobFile, _ range: Range<UInt64>) async throws(Failure) -> Bool {
        if blob.isKnownIntact(range) { return true }
        do throws(StoreError) { return try await store.onDisk { () throws(StoreError) in blob.isIntact(range) } } catch
        {
            throw Failure(error)
        }
    }

    /// The blob of a file if all of it is what was published; nil when it is not here, or was damaged and is now set aside.
    func whole(_ artifact: StoredArtifact, of job: Job) async throws(Failure) -> BlobFile? {
        guard try await intact(artifact, of: job, 0..<(artifact.size ?? .max)) != nil else { return nil }
        return blob(artifact.slot, of: job)
    }

    /// The files of a job that were cut out of its document, once more: from the result if that is here, else from the API.
    func refill(
        _ artifact: StoredArtifact, of job: Job, _ level: Urgency.Level = .foreground
    ) async throws(Failure) -> Job {
        try await OperationLimit.exempting { () throws(Failure) in try await self.refilled(artifact, job, level) }
    }

    private func refilled(
        _ artifact: StoredArtifact, _ job: Job, _ level: Urgency.Level
    ) async throws(Failure) -> Job {
        try await refills.join(keyring.own(job.ordinal), level) { [fetcher] urgency throws(Failure) in
            // It may have expired, by word to another process of the cache.
            let job = try fetcher.latest(job)
            if artifact.slot != .result, let whole = try await fetcher.harvestAgain(job) { return whole }
            guard !artifact.isSingleUse, job.artifact(.result)?.isSingleUse != true else {
                throw Failure(
                    .cacheFailed,
                    "\(artifact.name) of job \(job.id) was damaged on the disk and can be fetched only once; what is left of it is in the cache's quarantine"
                )
            }
            if job.phase == .expired {
                guard level == .foreground, self.isWorthAskingAgain(job) else { return job }
                return await self.doubt(job)
            }
            return try await fetcher.fetch(job.id, urgency, for: .files)
        }
    }

    /// Lets work under way end within `grace`, which all of it has together; nothing new is begun. What can be fetched only
    /// once and is on its way has as long as it takes: `waiting` is called about once a second with how many such there are.
    package func close(
        grace: Duration, sharing: Duration? = JobLibrary.sharingGrace,
        waiting: @escaping @Sendable (Int) -> Void = { _ in }
    ) async {
        let end = ContinuousClock.now + grace
        let rest = { max(.zero, ContinuousClock.now.duration(to: end)) }
        imagesAhead.close()
        await watches.close()
        await largeFetches.close(
            grace: rest(), unless: { [fetcher] key in fetcher.singleUse.mustFinish(key.subject) }, waiting: waiting)
        await fetches.close(grace: rest())
        await pages.close(grace: rest())
        await partLists.close(grace: rest())
        await resultReads.close(grace: rest())
        await refills.close(grace: rest())
        await doubts.close(grace: rest())
        await sizes.close(grace: rest())
        await jobsAhead.close()
        await batches.close()
        await downloads.close(grace: rest())
        await fetcher.tier.close(within: sharing)
        await store.close()
    }

    /// What waits to be shared with other machines has so long when a mount ends.
    package static let sharingGrace = Duration.seconds(5)
}

/// The way from a part of the library, made before it, to the whole.
private final class WeakLibrary: Sendable {
    private struct Held { weak var library: JobLibrary? }
    private let held = Mutex(Held())

    var library: JobLibrary? {
        get { held.withLock { $0.library } }
        set { held.withLock { $0.library = newValue } }
    }
}

extension BlobFile: CheckedFile {}

extension ReadReply {
    /// What of `length` bytes at `offset` lies within `size`.
    static func file(_ file: any OpenFile, offset: UInt64, length: Int, size: UInt64) -> ReadReply {
        guard offset < size else { return .bytes([]) }
        return .file(file, offset: offset, count: Int(min(UInt64(length), size -| offset)))
    }

    /// What of `length` bytes at `offset` lies within a blob, if it is what was published.
    static func file(
        _ blob: BlobFile, offset: UInt64, length: Int,
        otherwise: @escaping @Sendable () async throws(Errno) -> ReadReply
    ) -> ReadReply {
        guard offset < blob.size else { return .bytes([]) }
        let count = Int(min(UInt64(length), blob.size -| offset))
        if blob.isKnownIntact(offset..<offset +| UInt64(count)) { return .file(blob, offset: offset, count: count) }
        return .checked(blob, offset: offset, count: count, otherwise: otherwise)
    }
}
