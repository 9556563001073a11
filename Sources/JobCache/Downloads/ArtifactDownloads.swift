import ArtifactStore
import Logging
import PulseAPI
import Synchronization
import Transfer

/// Where a reader gets a file's bytes from.
enum ArtifactSupply {
    case arriving(Download)
    /// They have arrived, and these are the facts.
    case stored(StoredArtifact)
    /// They are kept nowhere: neither the cache nor memory has room for them.
    case direct(OutgrownFile)
}

/// The downloads under way: one for each artifact, whoever asks.
final class ArtifactDownloads: Sendable {
    private struct State {
        var downloads: [ArtifactKey: (download: Download, task: Task<Void, Never>)] = [:]
        /// Files that neither the cache nor memory had room for, how they are read, if they are, and when that is found out anew.
        var outgrown = GenerationCache<ArtifactKey, (file: OutgrownFile?, end: ContinuousClock.Instant)>(generation: 64)
        /// Files that were found to be others than before: what machines share may be the version before.
        var changed = GenerationCache<ArtifactKey, Void>(generation: 64)
        var isClosed = false
        var observer: (@Sendable (ArtifactKey, Failure?) -> Void)?
    }

    private let client: any JobService
    let store: ArtifactStore
    let catalog: JobCatalog
    private let servers: Servers
    private let parts: PartGeometry
    private let shown: ShownFiles
    let tier: any JobTier
    private let directReads = DirectReads()
    /// Taken before the catalog's lock.
    private let state = Mutex(State())

    init(
        client: any JobService, store: ArtifactStore, catalog: JobCatalog, servers: Servers, parts: PartGeometry,
        shown: ShownFiles, tier: any JobTier = NoTier()
    ) {
        self.tier = tier
        self.shown = shown
        self.client = client
        self.store = store
        self.catalog = catalog
        self.servers = servers
        self.parts = parts
    }

    /// A file of a job: as it arrives, from a download that is started if none is under way, or as it is on disk.
    ///
    /// `isLost` says that the facts call it stored and its bytes are gone.
    func supply(
        _ name: String, from source: ArtifactSource, of job: Job, for wish: Download.Wish = .bytes, isLost: Bool = false
    ) throws(Failure) -> ArtifactSupply {
        let key = ArtifactKey(job, name, source)
        let outcome: Result<ArtifactSupply, Failure> = state.withLock { state in
            let known = state.downloads[key]?.download
            if let known, known.join(for: wish) { return .success(.arriving(known)) }
            // A download makes its facts known before it leaves the table: one that ended since the caller looked is seen.
            if !isLost, let stored = catalog.storedArtifact(key.file, of: job) {
                return .success(.stored(stored))
            }
            if catalog.hasExpired(job) {
                return .failure(Failure(.notFound, "\(name) of job \(job.id): the API has deleted the job"))
            }
            if state.isClosed { return .failure(Failure(.shuttingDown, "the mount is ending")) }
            if let known = state.outgrown.value(for: key), known.end > .now {
                return known.file.map { .success(.direct($0)) } ?? .failure(.outgrown)
            }
            // The size that is known may be that of the version that the one before has found to be gone.
            let size = known?.isOutdated == true ? nil : catalog.artifact(key.file, of: job)?.size
            let download = Download(
                into: store, for: wish, size: size,
                ranges: servers.ranges(of: source), geometry: parts,
                whenChanged: { [weak self] in self?.hasChanged(key, job) },
                whenOutgrown: { [weak self] in self?.hasOutgrown(key, $0) })
            let task = Task {
                await run(download, name, source, job)
                let observer = self.state.withLock { state in
                    // One that was given up may have a successor there.
                    if state.downloads[key]?.download === download { state.downloads[key] = nil }
                    return state.observer
                }
                observer?(key, download.failure)
            }
            state.downloads[key] = (download, task)
            return .success(.arriving(download))
        }
        return try outcome.get()
    }

    private func hasOutgrown(_ key: ArtifactKey, _ file: OutgrownFile?) {
        // Room may be there again after this.
        let end = ContinuousClock.now + .seconds(file == nil ? 10 : 60)
        state.withLock { $0.outgrown.set((file, end), for: key) }
    }

    /// The server has another version of a file than readers have bytes of: its node is stale, and its size not known.
    func hasChanged(_ key: ArtifactKey, _ job: Job) {
        state.withLock { state in
            state.outgrown.remove(key)
            state.changed.set((), for: key)
        }
        guard var artifact = catalog.artifact(key.file, of: job) else { return }
        artifact.size = nil
        shown.replace(.init(job.ordinal, artifact.slot)) { catalog.put(artifact, of: job.ordinal) }
    }

    /// What other machines say of a file was wrong: they are not asked about it again.
    func distrust(_ key: ArtifactKey) { state.withLock { $0.changed.set((), for: key) } }

    /// Whether a file has been found to be another than before.
    func hasBeenAnother(_ key: ArtifactKey) -> Bool { state.withLock { $0.changed.value(for: key) != nil } }

    /// Whether someone waits for the bytes of an image that is on its way.
    func isWanted(_ name: String, of job: Job) -> Bool {
        let image = ArtifactKey.File.image(FileName(name))
        return state.withLock { state in
            state.downloads.contains { $0.key.job == job.ordinal && $0.key.file == image && $0.value.download.isWanted }
        }
    }

    /// Gives up what was fetched ahead and nobody has come to want.
    func abandon(_ key: ArtifactKey) {
        guard let (download, task) = state.withLock({ $0.downloads[key] }), download.abandon() else { return }
        task.cancel()
    }

    /// Gives up what someone has named and nobody has come to read.
    func sweep() {
        let now = ContinuousClock.now
        let idle = state.withLock { state in
            state.downloads.filter { $0.value.download.hasRested(until: now) }.map(\.key)
        }
        for key in idle { abandon(key) }
    }

    /// Versions of a file that are tried, one after the other, where it changes while it comes.
    static let mostVersions = 3

    /// Brings a file whole. Returns when it is in the cache; nil when the cache's disk does not take it.
    func bring(
        _ name: String, from source: ArtifactSource, of job: Job, isLost: Bool
    ) async throws(Failure) -> StoredArtifact? {
        for _ in 1..<Self.mostVersions {
            do throws(Failure) { return try await bringOnce(name, from: source, of: job, isLost: isLost) } catch {
                guard error.reason == .changed else { throw error }
            }
        }
        return try await bringOnce(name, from: source, of: job, isLost: isLost)
    }

    private func bringOnce(
        _ name: String, from source: ArtifactSource, of job: Job, isLost: Bool
    ) async throws(Failure) -> StoredArtifact? {
        let download: Download
        switch try supply(name, from: source, of: job, isLost: isLost) {
        case .stored(let artifact): return artifact
        case .arriving(let arriving): download = arriving
        case .direct: throw .outgrown
        }
        _ = try await download.bytes(in: 0..<UInt64.max)
        let key = ArtifactKey(job, name, source)
        // The last byte is there a while before the file is the cache's.
        await state.withLock { $0.downloads[key]?.task }?.value
        return catalog.storedArtifact(key.file, of: job)
    }

    /// The size of a file in bytes, from the head of the answer to a GET. A small file goes on to arrive; a large one does
    /// only if a reader has come meanwhile. Where the file was named, its first bytes come with the size, and the rest waits for a
    /// reader for a while.
    func size(
        _ name: String, from source: ArtifactSource, of job: Job, isNamed: Bool = false
    ) async throws(Failure) -> UInt64 {
        switch try supply(name, from: source, of: job, for: isNamed ? .beginning : .size) {
        case .stored(let artifact): return artifact.size ?? 0
        case .arriving(let download):
            do throws(Failure) { return try await download.size() } catch {
                // It will not be fetched, but how large it is was said.
                guard let size = error.announcedSize else { throw error }
                return size
            }
        case .direct(let file): return file.size
        }
    }

    /// Bytes of a file that is kept nowhere.
    func bytes(
        in range: Range<UInt64>, of file: OutgrownFile, _ name: String, from source: ArtifactSource, of job: Job
    ) async throws(Failure) -> [UInt8] {
        do throws(Failure) {
            let request = request(name, source, job)
            return try await directReads.bytes(in: range, of: file) { part, sink, urgency throws(APIError) in
                try await request(part, sink, urgency)
            }
        } catch {
            if error.reason == .changed { hasChanged(ArtifactKey(job, name, source), job) }
            throw error
        }
    }

    /// The download of a file that is under way, if one is; none of a version that the server has no more.
    func underWay(_ key: ArtifactKey) -> Download? {
        state.withLock { $0.downloads[key]?.download }.flatMap { $0.isOutdated ? nil : $0 }
    }

    private func run(_ download: Download, _ name: String, _ source: ArtifactSource, _ job: Job) async {
        // Without the lock the file is fetched all the same, perhaps by another process of the cache too.
        let lock = try? await store.fetchLock(origin: job.facts.origin, id: job.id.text, what: source.text)
        defer { withExtendedLifetime(lock) {} }
        if let blob = fetchedElsewhere(name, source, job) { return download.complete(with: blob) }
        let (shared, turn) = await fetchShared(name, source, job)
        if let shared { return download.complete(with: shared) }
        defer { turn.end() }
        let keeper: PartKeeper
        do throws(StoreError) { keeper = try await open(download, lock != nil, source, job) } catch {
            return download.fail(Failure(error))
        }
        turn.watch(download)
        let (client, request) = (client, request(name, source, job))
        let run = DownloadRun(
            download: download, budget: client.budget, rest: { try await client.rest($0) }, stream: turn.stream
        ) { asked, part, urgency throws(APIError) in
            try await request(asked, part, urgency)
        }
        await keeper.run { await run.run() }
        if turn.stream == nil { servers.note(ranges: download.ranges, of: source) }
        // A job that expired meanwhile may have been dropped: what comes late is its readers' alone.
        guard download.isComplete, !hasDropped(name, source, job) else {
            return await keeper.end(isForgotten: isForgotten(job))
        }
        // From here on readers have what they came for; what fails below costs another request one day.
        do throws(StoreError) {
            let slot = try await slot(of: name, source, job)
            var artifact =
                job.artifact(slot)
                ?? StoredArtifact(slot: slot, name: name, size: nil, source: source.text, isListed: false)
            let facts = BlobFacts(
                key: job.blobKey(slot), name: name, source: source.text, isListed: artifact.isListed,
                entityTag: download.validators?.entityTag, lastModified: download.validators?.lastModified)
            let blob = try await publish(download, facts, turn.stream?.digest, at: .init(job.ordinal, slot))
            turn.stream?.end(isRight: true)
            artifact.take(blob)
            catalog.put(artifact, of: job.ordinal)
            try await store.put(artifact, of: job.ordinal)
            if blob.isKept { await turn.publish(facts.key) }
        } catch  where error.code == .notAsAnnounced {
            // A machine of the fleet has shared something else than it meant to. Whoever has bytes of it is told, and the API is asked.
            turn.stream?.end(isRight: false)
            hasChanged(ArtifactKey(job, name, source), job)
        } catch {
            if !isForgotten(job) { store.reportUnwritable(error) }
        }
        await keeper.end()
        if download.spool?.isPartial != true {
            let (store, origin, id) = (store, job.facts.origin, job.id.text)
            try? await store.onDisk { () throws(StoreError) in
                store.dropPartial(origin: origin, id: id, what: source.text)
            }
        }
    }

    /// Makes the file of a download: one that goes on with what was left of an earlier one, if no other process can have it open.
    private func open(
        _ download: Download, _ isAlone: Bool, _ source: ArtifactSource, _ job: Job
    ) async throws(StoreError) -> PartKeeper {
        let (store, origin, id) = (store, job.facts.origin, job.id.text)
        if isAlone, !store.isTemporary {
            let partial = try? await store.onDisk { () throws(StoreError) in
                try store.partialFile(origin: origin, id: id, what: source.text)
            }
            if let found = partial {
                if let facts = found.facts { download.open(found.file, facts) } else { download.open(found.file) }
                return PartKeeper(of: download, in: store, known: found.facts)
            }
        }
        try await download.open()
        return PartKeeper(of: download, in: store, known: nil)
    }

    /// What sends a request for a file, or for a part of it.
    private func request(
        _ name: String, _ source: ArtifactSource, _ job: Job
    ) -> @Sendable (FilePart?, any BodySink, Urgency) async throws(APIError) -> ResponseHead {
        let file = source.file(name, of: job.id)
        return { [client] part, sink, urgency throws(APIError) in
            try await client.get(file, part, into: sink, urgency: urgency)
        }
    }

    private func publish(
        _ download: Download, _ facts: BlobFacts, _ digest: String?, at place: ShownFiles.Place
    ) async throws(StoreError) -> BlobFile {
        shown.arrive(at: place)
        do throws(StoreError) {
            guard let spool = download.spool else { throw StoreError(.system, "a download has no file") }
            let blob = try await store.publish(spool, facts, digest: digest)
            download.isPublished(as: blob.sha256)
            shown.complete(
                .init(sha256: blob.sha256, validators: download.validators, download: download.number), at: place)
            return blob
        } catch {
            shown.complete(nil, at: place)
            throw error
        }
    }

    /// The job has expired since, and its files were dropped.
    func hasDropped(_ name: String, _ source: ArtifactSource, _ job: Job) -> Bool {
        job.artifact(ArtifactKey(job, name, source).file).map { $0.isListed && catalog.hasDropped($0.slot, of: job) }
            ?? false
    }

    /// A job that was forgotten while a file of it arrived takes no files, and that is no trouble of the disk.
    private func isForgotten(_ job: Job) -> Bool {
        do throws(StoreError) { return try !store.isKnown(job.ordinal) } catch { return false }
    }

    /// The blob that another process of the cache has published since this one looked.
    private func fetchedElsewhere(_ name: String, _ source: ArtifactSource, _ job: Job) -> BlobFile? {
        let slot = source.slot ?? job.image(named: name)?.slot
        guard let stored = (try? store.artifact(of: job.ordinal, slot, named: name)) ?? nil, stored.isStored,
            source.slot != nil || stored.slot.isImage, let blob = store.open(job.blobKey(stored.slot))
        else { return nil }
        catalog.put(stored, of: job.ordinal)
        return blob
    }

    func slot(of name: String, _ source: ArtifactSource, _ job: Job) async throws(StoreError) -> ArtifactSlot {
        if let known = source.slot ?? job.image(named: name)?.slot { return known }
        return try await store.slot(forUnlisted: name, of: job.ordinal, from: .firstImage)
    }

    /// Calls `observer` with each file of which a download has ended, and why if it did without the whole file. One observer.
    func observeEnds(_ observer: @escaping @Sendable (ArtifactKey, Failure?) -> Void) {
        state.withLock { $0.observer = observer }
    }

    /// Returns when the downloads that are under way now have ended.
    func waitUntilIdle() async {
        for task in state.withLock({ $0.downloads.values.map(\.task) }) { await task.value }
    }

    /// Lets downloads under way end within `grace`, then gives them up.
    func close(grace: Duration) async {
        let tasks = state.withLock { state in
            state.isClosed = true
            for (download, task) in state.downloads.values where download.isResting && download.abandon() {
                task.cancel()
            }
            return state.downloads.values.map(\.task)
        }
        await tasks.finish(within: grace)
        await directReads.close(grace: .zero)
    }
}
