package import ArtifactStore
import JSONStream
import PulseAPI
import SystemPackage
import Transfer

/// Asks the API about jobs and takes their documents apart.
package final class JobFetcher: Sendable {
    let client: any JobService
    let store: ArtifactStore
    let catalog: JobCatalog
    let keyring: Keyring
    let events: EventLog
    /// Who asks, in words, for the ledger.
    let actor: String
    let onExpiry: ExpiryPolicy
    let now: @Sendable () -> Timestamp
    let denials = Denials()
    let singleUse = SingleUseRegistry()
    package let tier: any JobTier
    /// Nil when machines share nothing.
    let results: SharedResults?

    /// What jobs are asked about with, and kept in.
    package struct Ground: Sendable {
        package let client: any JobService
        package let store: ArtifactStore
        package let keyring: Keyring
        package var events = EventLog()
        /// Who asks, in words, for the ledger, such as `the mount on /home/me/pulse`.
        package let actor: String
        package var tier: any JobTier = NoTier()

        package init(
            client: any JobService, store: ArtifactStore, keyring: Keyring, events: EventLog = EventLog(),
            actor: String,
            tier: any JobTier = NoTier()
        ) {
            (self.client, self.store, self.keyring) = (client, store, keyring)
            (self.events, self.actor, self.tier) = (events, actor, tier)
        }
    }

    /// `now` is what answers are dated by.
    init(_ ground: Ground, _ catalog: JobCatalog, onExpiry: ExpiryPolicy, now: @escaping @Sendable () -> Timestamp) {
        client = ground.client
        store = ground.store
        keyring = ground.keyring
        events = ground.events
        actor = ground.actor
        tier = ground.tier
        self.catalog = catalog
        self.onExpiry = onExpiry
        results = ground.tier.claimTier.map { SharedResults($0) }
        self.now = now
    }

    var origin: String { client.origin.description }

    /// What the API is asked about a job for.
    enum Purpose: Sendable {
        /// How it stands, unless it has ended.
        case status
        /// Files of it are gone that only the answer has.
        case files
        /// Whether the API still has it: it is taken in only when it says something else than before.
        case doubt
    }

    /// One `GET /job`, its result published when the job is completed; none when another process of the cache has just
    /// done so, or the index has lost a job whose files are here.
    ///
    /// All is done once more when the key changes meanwhile: an answer is shown to the key that got it. `isAskedOnce` is for
    /// polls, which are repeated by a clock of their own.
    func fetch(
        _ id: JobID, _ urgency: Urgency, for purpose: Purpose = .status, isAskedOnce: Bool = false
    ) async throws(Failure) -> Job {
        while true {
            let reader = keyring.inUse
            let outcome: Result<Job, Failure>
            do throws(Failure) {
                outcome = .success(try await fetch(id, urgency, purpose, isAskedOnce, for: reader))
            } catch {
                outcome = .failure(error)
            }
            if keyring.generation == reader.generation || keyring.closed != nil { return try outcome.get() }
        }
    }

    private func fetch(
        _ id: JobID, _ urgency: Urgency, _ purpose: Purpose, _ isAskedOnce: Bool, for reader: KeyInUse
    ) async throws(Failure) -> Job {
        if let found = try await recovered(id, for: reader) { return found }
        let started = now()
        // Without the lock the job is asked for all the same, perhaps by another process of the cache too.
        let lock = try? await store.fetchLock(origin: origin, id: id.text, what: "job")
        defer { withExtendedLifetime(lock) {} }
        let look = try catalog.look(id, for: reader)
        if let found = try fetchedElsewhere(id, look, purpose, since: started, for: reader) { return found }
        return try await ask(id, look, urgency, purpose, isAskedOnce, for: reader)
    }

    /// A job that the index has lost, from its own files.
    private func recovered(_ id: JobID, for reader: KeyInUse) async throws(Failure) -> Job? {
        do throws(StoreError) {
            guard let tree = try store.lostTree(origin: origin, id: id.text, for: reader.fingerprint) else {
                return nil
            }
            try await store.restore([tree])
        } catch {
            throw Failure(error)
        }
        return try catalog.job(id)
    }

    /// The job as another process has recorded it for this key while this one waited for its turn, or before, if that is
    /// enough for the purpose.
    private func fetchedElsewhere(
        _ id: JobID, _ look: JobCatalog.Look, _ purpose: Purpose, since started: Timestamp, for reader: KeyInUse
    ) throws(Failure) -> Job? {
        guard look.isGranted, let job = look.stored else { return nil }
        let shown = look.shown
        let isNew = job.facts.checkedAt >= started && job.facts.checkedAt.age(at: now()) != nil
        var age = Duration.zero
        switch purpose {
        case .files: return nil
        case .doubt:
            guard isNew || (job.phase == .expired && shown?.phase != .expired) else { return nil }
        case .status:
            if isNew || job.phase.isTerminal { break }
            guard let asked = freshness(of: job, since: shown) else { return nil }
            age = asked
        }
        let hasChanged = shown.map { $0.facts.statusDocument != job.facts.statusDocument } ?? true
        catalog.put(job, for: reader, changed: hasChanged, age: age)
        return job
    }

    /// How long ago another process asked about a running job, if that was after this one did and its answer is still good:
    /// then the mounts of a cache share their polls.
    private func freshness(of job: Job, since known: Job?) -> Duration? {
        guard let known, job.facts.checkedAt > known.facts.checkedAt, let interval = catalog.interval(of: known) else {
            return nil
        }
        return job.facts.checkedAt.age(at: now()).flatMap { $0 < interval ? $0 : nil }
    }

    private func ask(
        _ id: JobID, _ look: JobCatalog.Look, _ urgency: Urgency, _ purpose: Purpose, _ isAskedOnce: Bool,
        for reader: KeyInUse
    ) async throws(Failure) -> Job {
        let shown = look.shown
        // What another key has fetched is not shown before the API agrees, but then it need not be fetched again.
        let known = shown ?? look.stored
        let elsewhere = try await lookElsewhere(id, known, purpose, for: reader)
        switch elsewhere {
        case .document(let document):
            // What cannot be taken in is not there.
            let taken = try? await take(document, id, shown, known, purpose, for: reader, isShared: true)
            if let taken { return taken.job }
        case .running(let status):
            if let job = await take(status, id, shown, known, purpose, for: reader) { return job }
        case .alone, .ask: break
        }
        var outcome = JobOutcome.failed
        defer { if case .ask(let ticket) = elsewhere { tier.settle(ticket, outcome) } }
        do throws(Failure) {
            let document = try await document(of: id, isAskedOnce, urgency)
            let taken = try await take(document, id, shown, known, purpose, for: reader)
            outcome = self.outcome(document, taken)
            return taken.job
        } catch {
            if error.isDenial || error.reason == .forbidden { outcome = .released }
            if let shown, let gone = try await denied(shown, error, for: reader) { return gone }
            if shown == nil || !error.leavesKnownJobsReadable { catalog.refuse(id, error, for: reader) }
            if let shown, error.reason == .forbidden, keyring.generation == reader.generation {
                await withdraw(shown, from: reader)
            }
            throw error
        }
    }

    /// The API's answer about a job, taken apart and shown from then on. `isFinal` is whether it will say nothing else, and all of it
    /// can be asked for again.
    /// - Parameters:
    ///   - isShared: another machine was given it.
    ///   - isLatest: it need not be final: it is the latest that another machine was given.
    func take(
        _ document: SpoolFile, _ id: JobID, _ shown: Job?, _ known: Job?, _ purpose: Purpose, for reader: KeyInUse,
        isShared: Bool = false, isLatest: Bool = false
    ) async throws(Failure) -> (job: Job, isFinal: Bool) {
        let scanned = try await ResultHarvest.scan(DocumentSource(document), in: store) {
            source throws(JSONError) in
            let answer = try JobAnswer.scan(source)
            return (answer, try Self.statusDocument(answer, source))
        }
        let (answer, status): (JobAnswer, [UInt8])
        switch scanned {
        case .success(let found): (answer, status) = found
        case .failure(let error): throw Failure(.notAJob, "GET /job/\(id): \(error)")
        }
        if let named = answer.jobID, named != id.text {
            throw Failure(.notAJob, "GET /job/\(id): the answer is about another job")
        }
        let phase = JobPhase(status: answer.status)
        let isFinal = answer.isFinal(phase)
        guard isFinal || !isShared || (isLatest && phase != .expired) else {
            throw Failure(.notAJob, "job \(id): what is shared of it is not its end")
        }
        denials.forget(id)
        if purpose == .doubt, phase == .completed, let shown, shown.phase == phase { return (shown, false) }
        let shownStatus = StatusPadding.padded(
            status, after: known?.facts.statusDocument.count, isRunning: !phase.isTerminal)
        let (facts, artifacts) = try await takeApart(id, answer, shownStatus, document, known, reader.fingerprint)
        guard keyring.generation == reader.generation else { throw Self.keyHasChanged }
        if phase == .expired {
            let expired = try await expire(known, as: facts, of: id, for: reader) { remains in
                Explanation.expired(answer.errorText ?? answer.result?.facts.message, remains)
            }
            return (expired, false)
        }
        let job = try await recorded(facts, artifacts, of: id, known, reader.fingerprint)
        catalog.put(
            job, for: reader, changed: known.map { $0.facts.statusDocument != facts.statusDocument } ?? true)
        return (job, isFinal)
    }

    static let keyHasChanged = Failure(.forbidden, "the API key has changed meanwhile")

    /// The key in use, if the API has shown it the job: what is learnt of the job from here on is for that key.
    func reader(of job: Job) throws(Failure) -> KeyInUse {
        let reader = keyring.inUse
        guard try catalog.job(job.ordinal) != nil, keyring.generation == reader.generation else {
            throw Self.keyHasChanged
        }
        return reader
    }

    /// Writes what became known of a job, and shows it from then on.
    func record(
        _ facts: StoredJob, _ artifacts: [StoredArtifact]?, of id: JobID, for reader: KeyInUse
    ) async throws(Failure) -> Job {
        let ordinal = try await record(facts, artifacts, reader.fingerprint)
        let job = try reload(ordinal, id, facts)
        catalog.put(job, for: reader, changed: true)
        return job
    }

    /// Cuts the files of a job out of its stored result once more: one of them is gone, and the result is not. Nil when the
    /// result itself is not here, or is none.
    func harvestAgain(_ job: Job) async throws(Failure) -> Job? {
        let reader = try reader(of: job)
        guard let result = store.open(job.blobKey(.result)) else { return nil }
        let document = DocumentSource(result)
        let facts: ResultFacts?
        do throws(StoreError) {
            facts = try await store.onDisk { () throws(StoreError) in
                guard result.isIntact(0..<result.size) else { return nil }
                return try? ResultFacts.scan(document)
            }
        } catch {
            throw Failure(error)
        }
        guard let facts else { return nil }
        let harvest = ResultHarvest(
            store: store, facts: job.facts, job: job.id, grantee: reader.fingerprint, document: document)
        let artifacts = try await harvest.missingPieces(facts)
        // The API may have said something else of it meanwhile.
        let known = try latest(job, for: reader)
        let merged = artifacts.map { Self.merge($0, known.artifact($0.slot)) }
        let rest = known.artifacts.filter { known in !merged.contains { $0.slot == known.slot } }
        return try await shown(known.facts, merged + rest, of: known, for: reader)
    }

    /// The job as the index has it now: another process may have learnt more.
    func latest(_ job: Job, for reader: KeyInUse? = nil) throws(Failure) -> Job {
        let reader = if let reader { reader } else { try self.reader(of: job) }
        do throws(StoreError) {
            guard let tree = try store.tree(job.ordinal), let latest = Job(tree) else { return job }
            // The index could not take that the result has come: what is shown is newer.
            if latest.awaitsLargeResult, let shown = try? catalog.job(job.ordinal), !shown.awaitsLargeResult {
                return shown
            }
            catalog.put(latest, for: reader, changed: false)
            return latest
        } catch {
            throw Failure(error)
        }
    }

    // MARK: Steps

    /// What the API says of a job.
    private func document(
        of id: JobID, _ isAskedOnce: Bool, _ urgency: Urgency
    ) async throws(Failure) -> SpoolFile {
        let sink = SpoolSink(in: store)
        do throws(StoreError) { try await sink.open() } catch { throw Failure(error) }
        do throws(APIError) {
            _ = try await client.getJob(id, into: sink, isAskedOnce: isAskedOnce, urgency: urgency)
        } catch {
            guard sink.isOutgrown else { throw Failure(error) }
            throw Failure(
                .outgrown,
                "GET /job/\(id): the answer is larger than what --cache-size and the disk leave: give the cache more room, or another disk with --cache-dir"
            )
        }
        guard let spool = sink.spool else { throw Failure(.cacheFailed, "an answer has no file") }
        return spool
    }

    /// The job as it is from now on: as the index has it, or in memory alone while the index takes nothing. Without `artifacts` it has
    /// the files that are known.
    private func recorded(
        _ facts: StoredJob, _ artifacts: [StoredArtifact]?, of id: JobID, _ known: Job?, _ fingerprint: KeyFingerprint
    ) async throws(Failure) -> Job {
        do throws(Failure) {
            return try reload(try await record(facts, artifacts, fingerprint), id, facts)
        } catch {
            guard let cause = error.storeError else { throw error }
            store.reportUnwritable(cause)
            return Job(
                ordinal: catalog.ordinalInMemory(for: id), id: id, facts: facts,
                artifacts: artifacts ?? known?.artifacts ?? [])
        }
    }

    func record(
        _ facts: StoredJob, _ artifacts: [StoredArtifact]?, _ fingerprint: KeyFingerprint
    ) async throws(Failure) -> JobOrdinal {
        do throws(StoreError) {
            return try await store.record(facts, artifacts: artifacts, grantedTo: fingerprint)
        } catch {
            throw Failure(error)
        }
    }

    func reload(_ ordinal: JobOrdinal, _ id: JobID, _ facts: StoredJob) throws(Failure) -> Job {
        do throws(StoreError) {
            return Job(ordinal: ordinal, id: id, facts: facts, artifacts: try store.tree(ordinal)?.artifacts ?? [])
        } catch {
            throw Failure(error)
        }
    }
}
