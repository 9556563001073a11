package import ArtifactStore
package import PulseAPI
import Quantities
import Synchronization

/// The jobs this mount may answer for, from memory or the index, never from the network.
///
/// What is in memory was shown to the key in use: it is dropped when the keyring's generation is another.
package final class JobCatalog: Sendable {
    private let store: ArtifactStore
    private let origin: String
    private let keyring: Keyring
    let clock: @Sendable () -> ContinuousClock.Instant
    /// Taken before the keyring's lock.
    private let state = Mutex(CatalogMemory())

    /// A refusal is not asked for again at once: one `ls -l` looks the same name up several times.
    private static let refusalLifetime = Duration.seconds(1)

    /// Far above what an index gives, and within what an inode number has room for.
    private static let firstInMemory: Int64 = 1 << 43

    /// `clock` is what answers about running jobs, and refusals, grow old by.
    package init(
        store: ArtifactStore, origin: APIOrigin, keyring: Keyring,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.clock = clock
        self.store = store
        self.origin = origin.description
        self.keyring = keyring
        checkListing()
    }

    /// What is in memory for the key that is in use now.
    func withState<Value: Sendable>(_ body: (inout sending CatalogMemory) -> Value) -> Value {
        state.withLock { state in
            state.belong(to: keyring.generation)
            return body(&state)
        }
    }

    /// Tells `observer` from now on, for as long as someone else holds it.
    package func observe(_ observer: any CatalogObserver) {
        withState { $0.observers.append(.init(observer: observer)) }
    }

    /// Calls whoever observes, one after the other, holding no lock.
    func tell(_ change: (any CatalogObserver) -> Void) {
        for observer in withState({ $0.observers.compactMap(\.observer) }) { change(observer) }
    }

    /// The job, if this cache has it and the API has told this key about it.
    package func job(_ id: JobID) throws(Failure) -> Job? {
        if let job = withState({ state in state.ordinals.value(for: id).flatMap { state.jobs.value(for: $0) } }) {
            return job
        }
        return try load { store throws(StoreError) in try store.tree(origin: self.origin, id: id.text) }
    }

    package func job(_ ordinal: JobOrdinal) throws(Failure) -> Job? {
        if let job = withState({ $0.jobs.value(for: ordinal) }) { return job }
        return try load { store throws(StoreError) in try store.tree(ordinal) }
    }

    /// The job, if it is in memory and the API has told this key about it. Looks nowhere else.
    func held(_ id: JobID) -> Job? {
        withState { state in state.ordinals.value(for: id).flatMap { state.jobs.value(for: $0) } }
    }

    /// What one look at the index finds of a job.
    struct Look: Sendable {
        /// As it is shown to the key in use: as it is in memory, else as the index has it; nil when the API has not told this key.
        let shown: Job?
        /// As the index has it, whoever was told.
        let stored: Job?
        let isGranted: Bool
    }

    func look(_ id: JobID, for reader: KeyInUse) throws(Failure) -> Look {
        let found: (tree: StoredTree, isGranted: Bool)?
        do throws(StoreError) {
            if let tree = try store.tree(origin: origin, id: id.text) {
                found = (tree, try store.isGranted(tree.ordinal, to: reader.fingerprint))
            } else {
                found = nil
            }
        } catch {
            throw Failure(error)
        }
        guard let found, let job = Job(found.tree) else { return Look(shown: held(id), stored: nil, isGranted: false) }
        var shown = held(id)
        if shown == nil, found.isGranted { shown = try load { _ in found.tree } }
        return Look(shown: shown, stored: job, isGranted: found.isGranted)
    }

    private func load(_ find: (ArtifactStore) throws(StoreError) -> StoredTree?) throws(Failure) -> Job? {
        let reader = keyring.inUse
        do throws(StoreError) {
            guard let tree = try find(store), tree.job.origin == origin, let job = Job(tree),
                try store.isGranted(job.ordinal, to: reader.fingerprint)
            else { return nil }
            return withState { state in
                // The grant was another key's.
                guard state.generation == reader.generation else { return nil }
                // Someone may have put a newer one in meanwhile.
                if let newer = state.jobs.value(for: job.ordinal), newer.id == job.id { return newer }
                state.jobs.set(job, for: job.ordinal)
                state.ordinals.set(job.ordinal, for: job.id)
                return job
            }
        } catch {
            throw Failure(error)
        }
    }

    /// The id of a job that this mount has a node of, to ask about it: it may have been shown to another key alone.
    package func id(of ordinal: JobOrdinal) throws(Failure) -> JobID? {
        if let id = withState({ state in state.inMemory.first { $0.value == ordinal }?.key }) { return id }
        do throws(StoreError) {
            guard let job = try store.tree(ordinal)?.job, job.origin == origin else { return nil }
            return JobID(job.id)
        } catch {
            throw Failure(error)
        }
    }

    /// Known jobs after a place in the listing.
    package func known(after ordinal: JobOrdinal, limit: Int) throws(Failure) -> [KnownJob] {
        do throws(StoreError) {
            return try store.knownJobs(
                origin: origin, fingerprint: keyring.inUse.fingerprint, after: ordinal, limit: limit)
        } catch {
            throw Failure(error)
        }
    }

    /// The facts of a file, if its bytes are stored; from memory alone.
    func storedArtifact(_ file: ArtifactKey.File, of job: Job) -> StoredArtifact? {
        let artifact = artifact(file, of: job)
        return artifact?.isStored == true ? artifact : nil
    }

    /// The facts of a file; from memory alone.
    func artifact(_ file: ArtifactKey.File, of job: Job) -> StoredArtifact? {
        (withState { $0.jobs.value(for: job.ordinal) } ?? job).artifact(file)
    }

    // MARK: The listing of known jobs

    /// When the listing last changed, as far as this mount has noticed: the same as long as the listing is, so that `tar`
    /// and the kernel's cache of the directory can rely on it.
    package var listingChanged: Timestamp { withState { $0.listingChanged } }

    /// Looks whether the listing has changed, by this process or another of the cache.
    package func checkListing() {
        guard let now = try? store.listing(), withState({ $0.listing }) != now else { return }
        let before = withState { state in
            defer { state.listing = now }
            return state.listing
        }
        let removed = before.map { $0.removals == now.removals } ?? true ? [] : forgotten()
        withState { $0.listingChanged = APITime.now }
        if before != nil { tell { $0.listingChanged(ListingChange(removed: removed)) } }
    }

    /// Lets go of the jobs that the index no longer has for this key.
    private func forgotten() -> [JobID] {
        let held = withState { state in state.jobs.values.filter { state.inMemory[$0.id] == nil } }
        let gone = held.filter { job in (try? store.isGranted(job.ordinal, to: keyring.inUse.fingerprint)) == false }
        withState { state in
            for job in gone {
                state.jobs.remove(job.ordinal)
                state.ordinals.remove(job.id)
                state.clocks[job.ordinal] = nil
            }
        }
        return gone.map(\.id)
    }

    /// A number for a job that the index cannot take; the same for as long as this catalog lives.
    func ordinalInMemory(for id: JobID) -> JobOrdinal {
        withState { state in
            if let known = state.inMemory[id] { return known }
            let ordinal = JobOrdinal(Self.firstInMemory +| Int64(state.inMemory.count))
            state.inMemory[id] = ordinal
            return ordinal
        }
    }

    /// Takes in what became known of one artifact.
    package func put(_ artifact: StoredArtifact, of ordinal: JobOrdinal) {
        guard let job = withState({ $0.jobs.value(for: ordinal) }), job.learn(artifact) else { return }
        tell { $0.sizeChanged(of: artifact.slot, ordinal) }
    }

    /// Takes in that the API does not have an image that the result lists; the facts of it then, or nil when that was known.
    func unlist(_ slot: ArtifactSlot, of ordinal: JobOrdinal) -> StoredArtifact? {
        guard let job = withState({ $0.jobs.value(for: ordinal) }), job.unlist(slot) else { return nil }
        tell { $0.contentsChanged(of: ordinal) }
        return job.artifact(slot)
    }

    /// To be called when a job's directory shows other files than before.
    func noteListing(of ordinal: JobOrdinal) { tell { $0.contentsChanged(of: ordinal) } }

    // MARK: Expiry

    /// Whether the API has deleted the job by now.
    func hasExpired(_ job: Job) -> Bool { (withState { $0.jobs.value(for: job.ordinal) } ?? job).phase == .expired }

    /// Whether the job has expired, and without this file of it.
    func hasDropped(_ slot: ArtifactSlot, of job: Job) -> Bool {
        let now = withState { $0.jobs.value(for: job.ordinal) } ?? job
        return now.phase == .expired && now.artifact(slot) == nil
    }

    func noticeExpiry(of job: Job, _ before: Job?) {
        guard job.phase != before?.phase, job.phase == .expired || before?.phase == .expired else { return }
        let files = job.artifacts + (before?.artifacts ?? [])
        tell { $0.hasExpired(job.ordinal, Set(files.map(\.slot))) }
    }

    /// A file that was shown is not there any more, and cannot be had again.
    func noticeLoss(of slot: ArtifactSlot, _ ordinal: JobOrdinal) { tell { $0.sizeChanged(of: slot, ordinal) } }

    // MARK: Refusals

    /// Takes in that the API does not show `reader` a job; nothing when another key is in use by now.
    package func refuse(
        _ id: JobID, _ failure: Failure, for reader: KeyInUse, at time: ContinuousClock.Instant? = nil
    ) {
        let now = time ?? clock()
        switch failure.reason {
        case .notFound, .forbidden, .keyRefused, .badName:
            withState { state in
                guard state.generation == reader.generation else { return }
                state.refusals.set(CatalogMemory.Refusal(failure: failure, until: now + Self.refusalLifetime), for: id)
            }
        default: break
        }
    }

    /// What the API has just said of a job it does not show.
    package func refusal(of id: JobID, at time: ContinuousClock.Instant? = nil) -> Failure? {
        let now = time ?? clock()
        return withState { state in
            guard let refusal = state.refusals.value(for: id) else { return nil }
            if refusal.until > now { return refusal.failure }
            state.refusals.remove(id)
            return nil
        }
    }
}
