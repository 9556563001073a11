import ArtifactStore
import PulseAPI
import Synchronization

/// Finds out how large files are without fetching them, where the server can say: one question for each file however many
/// ask, and few at a time ahead of the readers. What is learnt is kept for ever.
///
/// Reading never waits for it.
final class SizeProbe: Sendable {
    private struct State {
        var walks = DirectoryWalks()
        var names = NamedImages()
        /// Files of which not HEAD has told the size.
        var told = GenerationCache<ArtifactKey, Teller>(generation: 256)
        var runs: [JobOrdinal: Task<Void, Never>] = [:]
        var absenceObserver: (@Sendable (StoredArtifact, Job) async -> Void)?
        var isClosed = false
    }

    /// Who has told a size, other than HEAD.
    private enum Teller {
        case get
        case otherMachines
    }

    /// Questions at a time that are asked ahead in one directory. What a reader waits for is not held up by them.
    private static let width = 16

    private let client: any JobService
    private let catalog: JobCatalog
    private let downloads: ArtifactDownloads
    private let keyring: Keyring
    private let servers: Servers
    private let notes: SizeNotes
    private let flights = Flights<ForKey<ArtifactKey>, UInt64>()
    private let state = Mutex(State())

    init(
        client: any JobService, store: ArtifactStore, catalog: JobCatalog, downloads: ArtifactDownloads,
        keyring: Keyring,
        servers: Servers
    ) {
        self.client = client
        self.catalog = catalog
        self.downloads = downloads
        self.keyring = keyring
        self.servers = servers
        notes = SizeNotes(store: store)
    }

    /// The artifact with its size. Whoever asks for a second image of a job soon after the first gets the others' sizes on
    /// their way too, unless it is to be read: then its bytes are fetched, and the size with them. One that is named gets its size
    /// with its first bytes. `reader` is the thread that asks; 0 is unknown.
    func sized(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, isToBeRead: Bool, by reader: Int32
    ) async throws(Failure) -> StoredArtifact {
        if isToBeRead {
            switch try downloads.supply(artifact.name, from: source, of: job) {
            case .stored(let artifact): return artifact
            case .arriving(let download):
                var artifact = artifact
                artifact.size = try await download.size()
                return note(artifact, of: job)
            case .direct(let file):
                var artifact = artifact
                artifact.size = file.size
                return note(artifact, of: job)
            }
        }
        let look = artifact.slot.isImage ? self.look(at: artifact.slot, of: job, by: reader) : nil
        let isNamed = look?.isNamed == true
        noticeWalk(to: artifact, of: job, isReader: look?.isOneOfMany == false)
        do throws(Failure) {
            let sized = try await learn(artifact, from: source, of: job, .foreground, isNamed: isNamed)
            noticeAnswer(to: look, isError: false)
            return sized
        } catch {
            noticeAnswer(to: look, isError: true)
            throw error
        }
    }

    /// The size of an image that has no place in the index yet, in bytes. No listing names it.
    func size(ofUnlisted name: String, from source: ArtifactSource, of job: Job) async throws(Failure) -> UInt64 {
        try await size(name, from: source, of: job, .foreground, isNamed: true) { _ in }
    }

    /// Takes in that the names of a job's images are listed.
    func noticeListing(of job: JobOrdinal) { state.withLock { $0.names.noticeListing(of: job) } }

    /// Takes in that an image is read.
    func noticeRead(of slot: ArtifactSlot, of job: JobOrdinal) {
        let now = catalog.clock()
        state.withLock { $0.names.noticeRead(of: slot, of: job, at: now) }
    }

    private func look(at slot: ArtifactSlot, of job: Job, by reader: Int32) -> NamedImages.Look {
        state.withLock { state in
            state.names.look(
                at: slot, of: job.ordinal, by: reader, isWalk: state.runs[job.ordinal] != nil, at: catalog.clock())
        }
    }

    private func noticeAnswer(to look: NamedImages.Look?, isError: Bool) {
        guard let look else { return }
        let now = catalog.clock()
        state.withLock { state in
            state.walks.answer(in: look.job, at: now)
            if isError { state.names.forget(look) } else { state.names.tell(look, at: now) }
        }
    }

    /// Takes in what became known of a file that is not stored: its size, or that the size it had was wrong.
    func note(_ artifact: StoredArtifact, of job: Job) -> StoredArtifact {
        // A download may have ended meanwhile, and then more is known than this.
        if let known = known(artifact, of: job), known.isStored { return known }
        catalog.put(artifact, of: job.ordinal)
        notes.add(LearntSize(artifact, of: job.ordinal))
        return artifact
    }

    /// The bytes that came are more or fewer than was told: whoever told is not believed any more, which is a HEAD of that server
    /// unless it is known to be another.
    func disprove(_ name: String, from source: ArtifactSource, of job: Job) {
        let key = ArtifactKey(job, name, source)
        switch state.withLock({ $0.told.value(for: key) }) {
        case .get: break
        case .otherMachines: downloads.distrust(key)
        case nil: servers.withHeads(of: source) { $0.disprove($1) }
        }
    }

    private func learn(
        _ artifact: StoredArtifact, from source: ArtifactSource, of job: Job, _ level: Urgency.Level,
        isNamed: Bool = false
    ) async throws(Failure) -> StoredArtifact {
        var sized = artifact
        sized.size = try await size(artifact.name, from: source, of: job, level, isNamed: isNamed) { [self] size in
            var artifact = artifact
            artifact.size = size
            _ = note(artifact, of: job)
        }
        // A download may have ended meanwhile, and then more is known than the size.
        let known = known(artifact, of: job)
        return known?.size == nil ? sized : known ?? sized
    }

    private func known(_ artifact: StoredArtifact, of job: Job) -> StoredArtifact? {
        ((try? catalog.job(job.ordinal)) ?? nil)?.artifact(artifact.slot)
    }

    // MARK: One file

    /// `note` takes the size in before anyone is answered: whoever comes after that finds it known, and asks for nothing.
    private func size(
        _ name: String, from source: ArtifactSource, of job: Job, _ level: Urgency.Level, isNamed: Bool,
        note: @escaping @Sendable (UInt64) -> Void
    ) async throws(Failure) -> UInt64 {
        let key = ArtifactKey(job, name, source)
        return try await flights.join(keyring.own(key), level) { [self] urgency throws(Failure) in
            let size = try await ask(key, name, source, job, urgency, isNamed: isNamed)
            note(size)
            return size
        }
    }

    private func ask(
        _ key: ArtifactKey, _ name: String, _ source: ArtifactSource, _ job: Job, _ urgency: Urgency, isNamed: Bool
    ) async throws(Failure) -> UInt64 {
        if let size = catalog.artifact(key.file, of: job)?.size { return size }
        if let download = downloads.underWay(key) { return try await download.size() }
        if catalog.hasExpired(job) {
            throw Failure(.notFound, "\(name) of job \(job.id): the API has deleted the job")
        }
        if !isNamed, let size = await downloads.sharedSize(name, from: source, of: job) {
            state.withLock { $0.told.set(.otherMachines, for: key) }
            return size
        }
        guard !isNamed, servers.withHeads(of: source, { $0.question(at: $1) }) == .head else {
            let size = try await downloads.size(name, from: source, of: job, isNamed: isNamed)
            state.withLock { $0.told.set(.get, for: key) }
            return size
        }
        let result = await head(name, source, of: job, urgency).map { announcement -> UInt64? in
            if let serves = announcement.servesRanges { servers.note(ranges: serves ? .served : .ignored, of: source) }
            return announcement.size
        }
        let answer = HeadTrust.Answer(result)
        switch servers.withHeads(of: source, { $0.decide(answer, at: $1) }) {
        case .believe:
            state.withLock { $0.told.remove(key) }
            guard let size = try result.mapError({ Failure($0) }).get() else {
                throw Failure(.badAnswer, "\(name) of job \(job.id) was announced without a size")
            }
            downloads.share(size, of: name, from: source, of: job)
            return size
        case .askByGet:
            let size = try await downloads.size(name, from: source, of: job)
            servers.withHeads(of: source) { $0.confirm(size, after: answer, at: $1) }
            return size
        }
    }

    private func head(
        _ name: String, _ source: ArtifactSource, of job: Job, _ urgency: Urgency
    ) async -> Result<FileAnnouncement, APIError> {
        do throws(APIError) {
            return .success(try await client.head(source.file(name, of: job.id), urgency: urgency))
        } catch {
            return .failure(error)
        }
    }

    // MARK: The rest of a directory

    private func noticeWalk(to artifact: StoredArtifact, of job: Job, isReader: Bool) {
        guard artifact.slot.isImage else { return }
        state.withLock { state in
            guard
                state.walks.notice(artifact.name, of: job.ordinal, at: catalog.clock(), isReader: isReader),
                !state.isClosed,
                state.runs[job.ordinal] == nil
            else { return }
            state.runs[job.ordinal] = Task {
                await learnAll(of: job)
                self.state.withLock { $0.runs[job.ordinal] = nil }
            }
        }
    }

    /// Whether those whose looks began a walk turn out to read what they look at: then the bytes bring the sizes.
    private func endsForReaders(_ job: Job) -> Bool {
        state.withLock { state in
            guard state.names.areRead(job.ordinal) else { return false }
            state.walks.end(job.ordinal)
            return true
        }
    }

    /// Asks for the listed images of unknown size, in the order of the listing. Ends early when the API cannot be asked, or when
    /// whoever goes through them reads them.
    private func learnAll(of job: Job) async {
        var unknown = job.listedImages.lazy.compactMap { slot -> (StoredArtifact, ArtifactSource)? in
            guard let artifact = job.artifact(slot), artifact.size == nil,
                let source = artifact.source.flatMap(ArtifactSource.init(text:))
            else { return nil }
            return (artifact, source)
        }.makeIterator()
        await withTaskGroup(of: Bool.self) { group in
            var running = 0
            var goesOn = true
            repeat {
                goesOn = goesOn && !endsForReaders(job)
                while goesOn, running < Self.width, let (artifact, source) = unknown.next() {
                    running += 1
                    group.addTask { await self.isAnswered(artifact, from: source, of: job) }
                }
                guard let isAnswered = await group.next() else { break }
                running -= 1
                goesOn = goesOn && isAnswered
            } while true
        }
    }

    private func isAnswered(_ artifact: StoredArtifact, from source: ArtifactSource, of job: Job) async -> Bool {
        do throws(Failure) {
            _ = try await learn(artifact, from: source, of: job, .prefetch)
            return true
        } catch {
            guard error.isAbsence else { return false }
            let observer = state.withLock { $0.absenceObserver }
            await observer?(artifact, job)
            return true
        }
    }

    /// Calls `observer` with each listed image that the API turned out not to have before a reader came to it. One observer.
    func observeAbsences(_ observer: @escaping @Sendable (StoredArtifact, Job) async -> Void) {
        state.withLock { $0.absenceObserver = observer }
    }

    /// Lets questions under way end within `grace`; nothing new is asked.
    func close(grace: Duration) async {
        let runs = state.withLock { state in
            state.isClosed = true
            return Array(state.runs.values)
        }
        for run in runs { run.cancel() }
        await flights.close(grace: grace)
        await runs.finish(within: .zero)
        await notes.flush()
    }
}
