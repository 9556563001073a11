package import ArtifactStore
import JobCache
import Synchronization

/// A clock for what grows old within a library; it stands still until it is moved, and wakes those who sleep by it.
package final class StillClock: Sendable {
    private struct Sleeper {
        let deadline: ContinuousClock.Instant
        let waiter: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = ContinuousClock.now
        var moved = Duration.zero
        var looks: Int64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var lastSleeper: UInt64 = 0
        var watchers: [(deadline: ContinuousClock.Instant, waiter: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package var now: ContinuousClock.Instant { state.withLock { $0.now } }

    private let beginning = APITime.now

    package init() {}

    /// The time of day: as much later than it was as the clock was moved, and a microsecond later for each look.
    package var date: Timestamp {
        let (moved, looks) = state.withLock { state in
            state.looks += 1
            return (state.moved, state.looks)
        }
        return Timestamp(nanoseconds: beginning.nanoseconds + Int64(moved / .nanoseconds(1)) + looks * 1000)
    }

    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            state.moved += duration
            let due = state.sleepers.filter { $0.value.deadline <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.waiter)
        }
        for waiter in due { waiter.resume() }
    }

    /// Sets the time of day back, as a user or a time server does; what grows old does not notice.
    package func setBack(by duration: Duration) { state.withLock { $0.moved -= duration } }

    package func sleep(until deadline: ContinuousClock.Instant) async throws {
        let number = state.withLock { state in
            state.lastSleeper += 1
            return state.lastSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                var watchers: [CheckedContinuation<Void, Never>] = []
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[number] = Sleeper(deadline: deadline, waiter: waiter)
                    watchers = state.watchers.filter { $0.deadline == deadline }.map(\.waiter)
                    state.watchers.removeAll { $0.deadline == deadline }
                    return nil
                }
                if let outcome { waiter.resume(with: outcome) }
                for watcher in watchers { watcher.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: number) }?.waiter.resume(throwing: CancellationError())
        }
    }

    /// Returns when someone sleeps for exactly so long from now on.
    package func waitForSleeper(of duration: Duration) async {
        await withCheckedContinuation { waiter in
            let isThere = state.withLock { state in
                let deadline = state.now + duration
                if state.sleepers.values.contains(where: { $0.deadline == deadline }) { return true }
                state.watchers.append((deadline, waiter))
                return false
            }
            if isThere { waiter.resume() }
        }
    }

    /// How many sleep now.
    package var sleepers: Int { state.withLock { $0.sleepers.count } }
}
