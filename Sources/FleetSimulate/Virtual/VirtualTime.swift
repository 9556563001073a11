import Synchronization

/// A clock that goes from one moment at which somebody wakes up to the next, in no time at all.
final class VirtualTime: Clock, Sendable {
    struct Instant: InstantProtocol {
        /// Since the beginning.
        let passed: Duration

        func advanced(by duration: Duration) -> Instant { Instant(passed: passed + duration) }
        func duration(to other: Instant) -> Duration { other.passed - passed }
        static func < (one: Instant, other: Instant) -> Bool { one.passed < other.passed }
    }

    fileprivate struct Sleeper {
        let due: Duration
        /// Of those who wake up at the same time the one that lay down first is the first.
        let number: UInt64

        func isBefore(_ other: Sleeper) -> Bool { (due, number) < (other.due, other.number) }
    }

    fileprivate struct State {
        var now = Duration.zero
        /// A heap: the first to wake up is the first.
        var sleepers: [Sleeper] = []
        /// By number; whoever was woken before is not among them.
        var waiting: [UInt64: UnsafeContinuation<Bool, Never>] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())
    private let start = ContinuousClock.now

    var now: Instant { Instant(passed: passed) }
    var passed: Duration { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }
    /// The same for whoever counts by that clock.
    var instant: ContinuousClock.Instant { start + passed }
    /// Since 1970, for whoever wants a date.
    var seconds: Int64 { seconds(at: passed) }
    func seconds(at passed: Duration) -> Int64 { 1_800_000_000 + passed.components.seconds }

    func moment(of instant: ContinuousClock.Instant) -> Duration { start.duration(to: instant) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws { try await sleep(until: deadline.passed) }

    func sleep(for duration: Duration) async throws { try await sleep(until: passed + duration) }

    /// Throws when the task is cancelled.
    func sleep(until due: Duration) async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let isOver = await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                let isCancelled = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.waiting[number] = waiter
                    state.push(Sleeper(due: max(due, state.now), number: number))
                    return false
                }
                if isCancelled { waiter.resume(returning: false) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: false)
        }
        guard isOver else { throw CancellationError() }
    }

    /// Goes on to when the next one wakes up; false when nobody sleeps.
    func advance() -> Bool {
        while let sleeper = state.withLock({ $0.pop() }) {
            let waiter = state.withLock { state -> UnsafeContinuation<Bool, Never>? in
                guard let waiter = state.waiting.removeValue(forKey: sleeper.number) else { return nil }
                state.now = max(state.now, sleeper.due)
                return waiter
            }
            guard let waiter else { continue }
            waiter.resume(returning: true)
            return true
        }
        return false
    }
}

extension VirtualTime.State {
    fileprivate mutating func push(_ sleeper: VirtualTime.Sleeper) {
        var child = sleepers.count
        sleepers.append(sleeper)
        while child > 0 {
            let parent = (child - 1) / 2
            guard sleepers[child].isBefore(sleepers[parent]) else { return }
            sleepers.swapAt(child, parent)
            child = parent
        }
    }

    fileprivate mutating func pop() -> VirtualTime.Sleeper? {
        guard let first = sleepers.first, let last = sleepers.popLast() else { return nil }
        guard !sleepers.isEmpty else { return first }
        sleepers[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < sleepers.count {
                if sleepers[child].isBefore(sleepers[least]) { least = child }
            }
            guard least != parent else { return first }
            sleepers.swapAt(parent, least)
            parent = least
        }
    }
}
