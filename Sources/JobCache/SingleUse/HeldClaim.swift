import PulseAPI
import SharedStore
import Synchronization

/// A claim that this machine has, kept alive for as long as it fetches and uploads: the shell around ``ClaimGrip``.
final class HeldClaim: Sendable {
    let job: JobID
    /// Of this claim alone.
    let nonce: String
    private let tier: any ClaimTier
    private let progress: SingleUseProgress
    private let grip: Mutex<ClaimGrip>
    private let beating = Mutex<Task<Void, Never>?>(nil)
    private let seen: @Sendable (ClaimRecord) -> Void

    /// - Parameter seen: told what the claim is whenever it has been written.
    init(
        _ grip: ClaimGrip, of job: JobID, in tier: any ClaimTier, _ progress: SingleUseProgress,
        seen: @escaping @Sendable (ClaimRecord) -> Void
    ) {
        (self.job, nonce, self.tier) = (job, grip.record.nonce, tier)
        (self.progress, self.seen) = (progress, seen)
        self.grip = Mutex(grip)
    }

    /// Says again and again that this machine is there, until `end`, which has to come.
    func begin() {
        beating.withLock { beating in
            if beating == nil { beating = Task { await self.beat() } }
        }
    }

    /// Returns when nothing more is written for the claim.
    func end() async {
        let task = beating.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    private func beat() async {
        while !Task.isCancelled, let pause = await step() {
            if pause > .zero { guard (try? await tier.sleep(pause)) != nil else { return } }
        }
    }

    /// One thing that is due; how long until the next, or nil when there is none.
    private func step() async -> Duration? {
        let (received, total) = progress.bytes
        switch grip.withLock({ $0.next(received: received, total: total, at: tier.now()) }) {
        case nil: return nil
        case .wait(let pause): return pause
        case .read:
            let there = await tier.claim(of: job)
            grip.withLock { $0.saw(there, at: tier.now()) }
        case .write(let record, let condition):
            let outcome = await tier.write(record, of: job, condition)
            grip.withLock { $0.wrote(outcome, at: tier.now()) }
            if case .done = outcome { seen(record) }
        }
        return .zero
    }

    /// Returns when fetching is to be left to others, as they may have begun; false when the caller is cancelled before.
    func untilLost() async -> Bool {
        while !Task.isCancelled {
            let (received, total) = progress.bytes
            let (isLost, deadline) = grip.withLock { grip in
                (grip.mustStop(received: received, total: total, at: tier.now()), grip.deadline)
            }
            if isLost { return true }
            let pause = max(deadline - tier.now(), tier.claimRules.repeated / 2)
            guard (try? await tier.sleep(pause)) != nil else { return false }
        }
        return false
    }
}
