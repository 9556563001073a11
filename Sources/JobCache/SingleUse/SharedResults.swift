import ArtifactStore
package import PulseAPI
import SharedStore
import Synchronization

/// Results that can be fetched only once, as this machine knows of them from the place that machines share: who has each, which of
/// them this machine has claimed, and what it is bringing there. Owns the work that goes on beside readers.
package final class SharedResults: Sendable {
    /// What stood in a claim when it was last looked at.
    struct Known: Sendable {
        let record: ClaimRecord
        /// When it was first seen so.
        let since: Duration
    }

    private struct Lost {
        let failure: Failure
        let explanation: String
        let until: Duration
    }

    private struct State {
        var known: [JobID: Known] = [:]
        var lost: [JobID: Lost] = [:]
        var held: [JobID: HeldClaim] = [:]
        var deliveries: [JobID: Task<Bool, Never>] = [:]
        /// Deliveries that wait before they try again.
        var resting: Set<JobID> = []
        var audit: Task<Void, Never>?
        var isClosing = false
    }

    /// Claims that nobody has here are forgotten beyond this many.
    private static let most = 512

    let tier: any ClaimTier
    private let state = Mutex(State())

    init(_ tier: any ClaimTier) { self.tier = tier }

    package convenience init(of tier: FleetTier) { self.init(tier as any ClaimTier) }

    // MARK: What is known

    /// Takes in what was read of a claim.
    func saw(_ seen: ClaimSeen, of job: JobID) {
        switch seen {
        case .unreachable, .damaged: return
        case .absent: state.withLock { $0.known[job] = nil }
        case .record(let record, _): saw(record, of: job)
        }
    }

    /// Takes in what stands in a claim, as it was read or written.
    func saw(_ record: ClaimRecord, of job: JobID) {
        let now = tier.now()
        state.withLock { state in
            if state.known[job]?.record == record { return }
            if state.known.count >= Self.most {
                let held = state.held
                state.known = state.known.filter { held[$0.key] != nil }
            }
            state.known[job] = Known(record: record, since: now)
        }
    }

    func known(of job: JobID) -> Known? { state.withLock { $0.known[job] } }

    func isHeld(_ job: JobID) -> Bool { state.withLock { $0.held[job] != nil } }

    var heldCount: Int { state.withLock { $0.held.count } }

    // MARK: What is lost, as far as is known

    /// Nobody can have it now. Whoever has the bytes may deliver them yet: it is looked again after a while.
    func lose(_ job: JobID, _ failure: Failure, _ explanation: String) {
        let now = tier.now()
        let until = now + tier.claimRules.recheck
        state.withLock { state in
            if state.lost.count >= Self.most { state.lost = state.lost.filter { now < $0.value.until } }
            state.lost[job] = Lost(failure: failure, explanation: explanation, until: until)
        }
    }

    func found(_ job: JobID) { state.withLock { $0.lost[job] = nil } }

    /// Why it is not worth looking now; nil when it is.
    package func loss(of job: JobID) -> Failure? {
        let now = tier.now()
        return state.withLock { $0.lost[job] }.flatMap { now < $0.until ? $0.failure : nil }
    }

    /// The words of `error.txt`; nil when there is nothing to explain.
    func explanation(of job: JobID) -> String? { state.withLock { $0.lost[job]?.explanation } }

    // MARK: Claims of this machine

    func hold(_ claim: HeldClaim) {
        state.withLock { $0.held[claim.job] = claim }
        claim.begin()
    }

    func letGo(_ claim: HeldClaim) async {
        await claim.end()
        state.withLock { state in if state.held[claim.job] === claim { state.held[claim.job] = nil } }
    }

    private static let mostTries = 5

    /// Writes how a claim ends. What stands there then; nil when that could not be found out.
    func end(_ job: JobID, _ decide: (ClaimSeen) -> ClaimEnd.Decision) async -> ClaimSeen? {
        for _ in 0..<Self.mostTries {
            let seen = await tier.claim(of: job)
            saw(seen, of: job)
            switch decide(seen) {
            case .write(let record, let condition):
                switch await tier.write(record, of: job, condition) {
                case .done(let etag):
                    saw(.record(record, etag), of: job)
                    return .record(record, etag)
                case .lost, .unclear: continue
                case .failed, .refused: return nil
                }
            case .done, .delivered, .leave: return seen
            case .unreachable: return nil
            }
        }
        return nil
    }

    // MARK: Work beside readers

    /// Begins work that brings a result to others, unless there is such, or this is closing. The work that goes on then, whose value is
    /// whether it has worked out, and whether it is this one.
    package func deliver(
        _ job: JobID, _ work: @escaping @Sendable () async -> Bool
    ) -> (task: Task<Bool, Never>?, isBegun: Bool) {
        state.withLock { state in
            if let task = state.deliveries[job] { return (task, false) }
            guard !state.isClosing else { return (nil, false) }
            let task = Task {
                let isDone = await work()
                self.state.withLock { $0.deliveries[job] = nil }
                return isDone
            }
            state.deliveries[job] = task
            return (task, true)
        }
    }

    /// Waits before a delivery is tried again; false when it is not to be.
    func rest(_ job: JobID, for pause: Duration) async -> Bool {
        let isWorthwhile = state.withLock { state in
            guard !state.isClosing else { return false }
            state.resting.insert(job)
            return true
        }
        guard isWorthwhile else { return false }
        let isOver = (try? await tier.sleep(pause)) != nil
        state.withLock { _ = $0.resting.remove(job) }
        return isOver
    }

    /// What is durable here, and others cannot have yet, is brought to them now and once a day. A store that has forgotten what it was
    /// given gets it again.
    /// - Parameter once: whether all of it is with the others then.
    package func audit(_ once: @escaping @Sendable () async -> Bool) {
        let rules = tier.claimRules
        state.withLock { state in
            guard state.audit == nil, !state.isClosing else { return }
            state.audit = Task { [tier] in
                var pause = rules.recheck
                while !Task.isCancelled {
                    pause = await once() ? rules.audit : min(pause * 2, rules.audit)
                    guard (try? await tier.sleep(pause)) != nil else { return }
                }
            }
        }
    }

    /// What is on its way to others has so long at least, as this may be the only machine that has it.
    private static let leastTime = Duration.seconds(60)
    /// What ends within this is not worth a word.
    private static let soon = Duration.milliseconds(300)

    /// Ends what goes on. A delivery that is under way is let come to its end, which may take a minute, or as long as one attempt does when
    /// there is no limit; nothing is tried again. `waiting` is called about once a second with how many such there are.
    func close(within limit: Duration?, waiting: (Int) -> Void = { _ in }) async {
        let (audit, resting) = state.withLock { state in
            state.isClosing = true
            return (state.audit, state.deliveries.filter { state.resting.contains($0.key) }.map(\.value))
        }
        audit?.cancel()
        for task in resting { task.cancel() }
        let begin = ContinuousClock.now
        var said: ContinuousClock.Instant?
        while true {
            let left = state.withLock { Array($0.deliveries.values) }
            if left.isEmpty { break }
            let age = begin.duration(to: .now)
            if let limit, age >= max(limit, Self.leastTime) { for task in left { task.cancel() } }
            if age >= Self.soon, said.map({ $0.duration(to: .now) >= .seconds(1) }) ?? true {
                said = .now
                waiting(left.count)
            }
            try? await Task.sleep(for: .milliseconds(age < Self.soon ? 5 : 50))
        }
        await audit?.value
        for claim in state.withLock({ Array($0.held.values) }) { await letGo(claim) }
    }
}
