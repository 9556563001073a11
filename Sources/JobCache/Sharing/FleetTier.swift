package import ArtifactStore
import Logging
import PulseAPI
import Quantities
import SharedStore
import Synchronization

/// Jobs and files that the machines of a fleet share by a store.
///
/// What cannot be read, does not open or is not what it should be is not there. One store is asked for all readers: see
/// ``StoreHealth`` for what becomes of them when it is not well.
package final class FleetTier: JobTier {
    private struct State {
        var health: StoreHealth
        /// Whether one of several who write at once wins; nil until it is known which store it is.
        var claims: Bool?
        var probe: Task<Void, Never>?
        /// Jobs that this machine was the first to ask about.
        var firsts = GenerationCache<JobID, Bool>(generation: 256)
        var isClosed = false
    }

    let objects: SealedObjects
    let names: ObjectNames
    let fleet: FleetStore
    let store: ArtifactStore
    let outbox: Outbox
    let running: RunningJobs
    let sizes = SharedSizes()
    let counts = SharingCounts()
    private let calls = StoreCounts()
    let events: EventLog
    private let time: FleetTime
    private let origin: String
    private let state: Mutex<State>

    package var isShared: Bool { true }
    package var now: @Sendable () -> Duration { time.now }
    package var sleep: @Sendable (Duration) async throws -> Void { time.sleep }
    var rules: FleetRules { fleet.rules }

    package init(
        _ fleet: FleetStore, origin: String, store: ArtifactStore, outbox: Outbox = Outbox(pause: .milliseconds(250)),
        running: RunningJobs = RunningJobs(), events: EventLog = EventLog(), time: FleetTime = FleetTime()
    ) {
        let fleet = fleet.counted(calls)
        (self.fleet, self.origin, self.store, self.events) = (fleet, origin, store, events)
        (self.outbox, self.running, self.time) = (outbox, running, time)
        objects = SealedObjects(fleet.objects, fleet.secret, writer: fleet.rules.writer)
        names = ObjectNames(fleet.secret.first)
        if case .fits(let claims) = fleet.check {
            state = Mutex(State(health: StoreHealth(isGood: true), claims: claims))
        } else {
            state = Mutex(State(health: StoreHealth(isGood: false), claims: nil))
        }
    }

    /// Objects that were there and did not open.
    var rejected: UInt64 { counts.values.rejections }

    package var figures: SharingFigures? {
        let health = state.withLock { $0.health }
        return SharingFigures(
            health: health.isGood ? .ok : health.isRefused ? .refused : .away, calls: calls.values,
            counts: counts.values, waiting: outbox.bytes, dropped: outbox.dropped, polled: running.polled)
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func job(_ id: JobID) -> ObjectNames.Name { names.job(id.text, of: origin) }

    func grantee(_ reader: KeyInUse) -> ObjectNames.Name { reader.key.withSecret { names.grantee($0) } }

    /// Whether one of several who write at once wins.
    var claims: Bool { knownClaims == true && rules.isWritten }

    /// The same of the store alone; nil until it is known which store it is.
    var knownClaims: Bool? { state.withLock { $0.claims } }

    func isFirst(_ job: JobID) -> Bool { state.withLock { $0.firsts.value(for: job) ?? false } }

    func noteFirst(_ job: JobID) { state.withLock { $0.firsts.set(true, for: job) } }

    func condition(_ condition: WriteCondition) -> WriteCondition { claims ? condition : .none }

    package func close(within limit: Duration?) async {
        await leaveAll()
        writeSizes()
        await outbox.close(within: limit)
        let probe = state.withLock { state in
            state.isClosed = true
            return state.probe
        }
        probe?.cancel()
        await probe?.value
        await fleet.close()
    }

    // MARK: Whether it is asked

    /// False: go on without it.
    func admits() -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            switch state.health.admit(at: now()) {
            case .ask: return true
            case .leave: return false
            case .probe:
                state.probe = Task { await self.probe() }
                return false
            }
        }
    }

    private func probe() async {
        let check = await FleetStore.check(fleet.objects, fleet.secret, within: rules.timeout)
        let isNews = state.withLock { state in
            switch check {
            case .fits(let claims):
                state.claims = claims
                return state.health.probed(true, at: now())
            case .away: return state.health.probed(false, at: now())
            case .refused: return state.health.refuse(at: now())
            }
        }
        guard isNews else { return }
        switch check {
        case .fits:
            MountLog.store.notice("the shared store can be asked")
            events.record(.storeBack, message: "the shared store can be asked")
        case .refused(let words):
            events.record(.storeLost, message: "the shared store is not used: \(words)")
            MountLog.store.error(
                "the shared store is not used until that is put right", metadata: ["reason": "\(words)"])
        case .away: break
        }
    }

    /// Takes in why a reading came to nothing.
    func failed(_ error: ObjectStoreError) {
        switch error.kind {
        case .cancelled, .absent, .conditionFailed, .conflict, .beyondEnd, .tooLarge, .notTaken: return
        case .noSuchBucket, .denied, .noCredentials, .unclear, .unavailable, .wrongRegion, .invalidAnswer,
            .notSupported:
            giveUp("\(error)")
        }
    }

    /// Readers go on without the store for a while.
    func giveUp(_ reason: String) {
        guard state.withLock({ $0.health.failed(at: now()) }) else { return }
        MountLog.store.warning(
            "the shared store cannot be asked; the API is, in its place", metadata: ["reason": "\(reason)"])
        events.record(.storeLost, message: "the shared store cannot be asked; the API is, in its place: \(reason)")
    }

    /// Something was there that nobody of the fleet has written, or that is damaged.
    func noteRejected(_ key: ObjectKey, _ reason: String) {
        guard counts.reject(reason) else { return }
        events.record(.storeObjectRejected, message: "\(key): \(reason)")
        MountLog.store.warning(
            "an object of the shared store does not open, and counts as absent",
            metadata: ["object": "\(key)", "reason": "\(reason)"])
    }
}

/// What a reader may lose to a store in all: each call takes from what is left.
struct CallBudget {
    private(set) var left: Duration
    private let now: @Sendable () -> Duration

    init(_ whole: Duration, _ now: @escaping @Sendable () -> Duration) { (left, self.now) = (whole, now) }

    var isSpent: Bool { left <= .zero }

    mutating func spend<Value, Failure: Error>(
        _ call: (Duration) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let begin = now()
        defer { left -= now() - begin }
        return try await call(max(left, .milliseconds(1)))
    }
}
