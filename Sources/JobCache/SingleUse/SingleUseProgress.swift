package import ArtifactStore
package import PulseAPI
import Synchronization

/// How far the fetching of a result that can be fetched only once has come, for those who wait for it and for whoever
/// wants to end the process. The fetching itself goes on whatever they do.
package final class SingleUseProgress: Sendable {
    package enum Stage: Sendable {
        /// Another process of the cache, or none that can be seen, has the claim.
        case queued(LockHolder?)
        /// Another machine has claimed it, in the words of whoever waits for that, or none can be seen to have.
        case elsewhere(String)
        /// It comes from the place that machines share, and can be had there again.
        case taking
        /// The link is about to be asked, or was asked and is silent.
        case asking
        /// Bytes have come.
        case arriving
        /// There is no room for what comes. `isWhole` says that all of it has come, and is in memory.
        case starved(StoreError, isWhole: Bool)
        /// All of it is on the disk.
        case publishing
    }

    private struct State {
        var stage = Stage.asking
        var received: UInt64 = 0
        /// Bytes in all, as far as the API has said.
        var total: UInt64?
        /// When the stage, or the count of bytes, last changed.
        var changed: ContinuousClock.Instant
        /// Since when there is no room.
        var starvedSince: ContinuousClock.Instant?
    }

    private let job: JobID
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// Whoever waits hears that there is no room after this long: evicting takes a moment.
    private static let leastStarvation = Duration.seconds(2)

    package init(of job: JobID, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.job = job
        self.clock = clock
        state = Mutex(State(changed: clock()))
    }

    package func note(_ stage: Stage, received: UInt64) {
        let now = clock()
        state.withLock { state in
            // Bytes that come again, and are compared with those that are here, are something too.
            if !state.stage.isSame(as: stage) || received != state.received { state.changed = now }
            if case .starved = stage {
                state.starvedSince = state.starvedSince ?? now
            } else {
                state.starvedSince = nil
            }
            // Who holds a lock is not always to be seen.
            if case .queued(nil) = stage, case .queued(let holder?) = state.stage {
                (state.stage, state.received) = (.queued(holder), received)
            } else {
                (state.stage, state.received) = (stage, received)
            }
        }
    }

    /// The API has said how many bytes it has in all.
    package func expect(_ total: UInt64?) { state.withLock { $0.total = total } }

    /// Bytes that have come, and those that are to come in all, as far as the API has said.
    var bytes: (received: UInt64, total: UInt64?) { state.withLock { ($0.received, $0.total) } }

    /// All of it has come, as far as the API has said.
    var isWhole: Bool {
        switch state.withLock({ $0.stage }) {
        case .publishing, .starved(_, isWhole: true): true
        case .queued, .elsewhere, .asking, .arriving, .taking, .starved(_, isWhole: false): false
        }
    }

    /// To break it off now could lose the result.
    var mustFinish: Bool {
        switch state.withLock({ $0.stage }) {
        case .asking, .arriving, .publishing, .starved(_, isWhole: true): true
        case .queued, .elsewhere, .taking, .starved(_, isWhole: false): false
        }
    }

    /// Why a waiter is not to wait any longer; nil while there is something to wait for. A reader waits for silence only
    /// so long; a command, with no `limit`, as long as the link may live.
    /// `begin` is when it began to wait: what has just become possible again is given a moment.
    func disappointment(
        after limit: Duration?, ofQueue queueLimit: Duration, since begin: ContinuousClock.Instant
    ) -> Failure? {
        let now = clock()
        let state = state.withLock { $0 }
        let silence = state.changed.duration(to: now)
        switch state.stage {
        case .starved(let error, _):
            guard let since = state.starvedSince, max(since, begin).duration(to: now) >= Self.leastStarvation else {
                return nil
            }
            return Failure(
                noRoom: error,
                "the result of job \(job) can be fetched only once, and the cache's disk has no room for it: make room (\(error))"
            )
        case .queued(let holder):
            guard silence >= queueLimit else { return nil }
            let who = holder.map { "\($0)" } ?? "another process"
            return Failure(
                .timedOut,
                "the result of job \(job) can be fetched only once, and \(who) has begun to and does not go on: "
                    + "let it go on (kill -CONT), or end it")
        case .elsewhere(let words):
            guard let limit, silence >= limit else { return nil }
            return Failure(
                .timedOut,
                "the result of job \(job) can be fetched only once, and \(words): it is still waited for, look again later"
            )
        case .asking, .arriving, .taking, .publishing:
            guard let limit, silence >= limit else { return nil }
            return Failure(
                .timedOut,
                "the result of job \(job) can be fetched only once, and nothing more of it has come for \(limit): "
                    + "it is still waited for, look again later")
        }
    }
}

extension SingleUseProgress.Stage {
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.queued(let one), .queued(let two)): two == nil || one?.process == two?.process
        case (.asking, .asking), (.arriving, .arriving), (.starved, .starved), (.publishing, .publishing),
            (.elsewhere, .elsewhere), (.taking, .taking):
            true
        default: false
        }
    }
}
