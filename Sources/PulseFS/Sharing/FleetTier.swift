import ArtifactStore
import Logging
import PulseAPI
import Quantities
import SharedStore
import Synchronization

/// Jobs and files that the machines of a fleet share by a store.
///
/// What cannot be read, does not open or is not what it should be is not there. One store is asked for all readers: see
/// ``StoreHealth`` for what becomes of them when it is not well.
final class FleetTier: JobTier {
    private struct State {
        var health: StoreHealth
        var claims: Bool
        var probe: Task<Void, Never>?
        var rejected: UInt64 = 0
        var isClosed = false
    }

    let objects: SealedObjects
    let names: ObjectNames
    let fleet: FleetStore
    let store: ArtifactStore
    let outbox: Outbox
    let now: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void
    private let origin: String
    private let state: Mutex<State>

    var isShared: Bool { true }
    var rules: FleetRules { fleet.rules }

    /// - Parameters:
    ///   - now: since any one moment; goes on while the machine sleeps.
    init(
        _ fleet: FleetStore, origin: String, store: ArtifactStore, outbox: Outbox = Outbox(),
        now: @escaping @Sendable () -> Duration = FleetTier.clock(),
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        (self.fleet, self.origin, self.store) = (fleet, origin, store)
        (self.outbox, self.now, self.sleep) = (outbox, now, sleep)
        objects = SealedObjects(fleet.objects, fleet.secret, writer: fleet.rules.writer)
        names = ObjectNames(fleet.secret.first)
        if case .fits(let claims) = fleet.check {
            state = Mutex(State(health: StoreHealth(isGood: true), claims: claims))
        } else {
            state = Mutex(State(health: StoreHealth(isGood: false), claims: false))
        }
    }

    static func clock() -> @Sendable () -> Duration {
        let start = ContinuousClock.now
        return { start.duration(to: .now) }
    }

    /// Objects that were there and did not open.
    var rejected: UInt64 { state.withLock { $0.rejected } }

    func job(_ id: JobID) -> ObjectNames.Name { names.job(id.text, of: origin) }

    func grantee(_ reader: KeyInUse) -> ObjectNames.Name { reader.key.withSecret { names.grantee($0) } }

    /// Whether one of several who write at once wins.
    var claims: Bool { state.withLock { $0.claims } && rules.isWritten }

    func condition(_ condition: WriteCondition) -> WriteCondition { claims ? condition : .none }

    func close(within limit: Duration?) async {
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
            case .refused:
                state.health.refuse()
                return true
            }
        }
        guard isNews else { return }
        switch check {
        case .fits: MountLog.store.notice("the shared store can be asked")
        case .refused(let words):
            MountLog.store.error("the shared store is not used any more", metadata: ["reason": "\(words)"])
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
    }

    /// Something was there that nobody of the fleet has written, or that is damaged.
    func noteRejected(_ key: ObjectKey, _ reason: String) {
        let isFirst = state.withLock { state in
            state.rejected +|= 1
            return state.rejected == 1
        }
        guard isFirst else { return }
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
