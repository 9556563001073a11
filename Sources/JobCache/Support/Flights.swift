package import PulseAPI
import Synchronization

/// Work under way, by what it is for: whoever asks for the same joins it.
///
/// Work that nobody waits for yet is told when someone does. A waiter that is cancelled leaves with `Failure.Reason.interrupted`; the work goes on for the others, and for the cache.
package final class Flights<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Value, Failure>, Never>

    private struct State {
        var waiters: [Key: [UInt64: Waiter]] = [:]
        var tasks: [Key: Task<Void, Never>] = [:]
        var urgencies: [Key: Urgency] = [:]
        var nextTicket: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// The outcome of the work for `key`, started if nobody has. `level` says whether a reader waits for it; the work gets how
    /// urgent it is, which may be raised as it goes on.
    package func join(
        _ key: Key, _ level: Urgency.Level = .foreground,
        _ work: @escaping @Sendable (Urgency) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            return state.nextTicket
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in enter(key, ticket, waiter, level, work) }
        } onCancel: {
            leave(key, ticket)
        }
        return try outcome.get()
    }

    private func enter(
        _ key: Key, _ ticket: UInt64, _ waiter: Waiter, _ level: Urgency.Level,
        _ work: @escaping @Sendable (Urgency) async throws(Failure) -> Value
    ) {
        var toRaise: Urgency?
        let refusal: Failure? = state.withLock { state in
            // The cancellation handler may have run before the waiter was here.
            if Task.isCancelled { return Failure(.interrupted, "the reader left") }
            if state.isClosed { return Failure(.shuttingDown, "the mount is ending") }
            state.waiters[key, default: [:]][ticket] = waiter
            guard state.tasks[key] == nil else {
                if level == .foreground { toRaise = state.urgencies[key] }
                return nil
            }
            let urgency = Urgency(level)
            state.urgencies[key] = urgency
            state.tasks[key] = Task {
                let outcome: Result<Value, Failure>
                do throws(Failure) { outcome = .success(try await work(urgency)) } catch { outcome = .failure(error) }
                land(key, outcome)
            }
            return nil
        }
        toRaise?.raise()
        if let refusal { waiter.resume(returning: .failure(refusal)) }
    }

    private func leave(_ key: Key, _ ticket: UInt64) {
        let waiter = state.withLock { $0.waiters[key]?.removeValue(forKey: ticket) }
        waiter?.resume(returning: .failure(Failure(.interrupted, "the reader left")))
    }

    private func land(_ key: Key, _ outcome: Result<Value, Failure>) {
        let waiters = state.withLock { state in
            state.tasks[key] = nil
            state.urgencies[key] = nil
            return state.waiters.removeValue(forKey: key)
        }
        for waiter in (waiters ?? [:]).values { waiter.resume(returning: outcome) }
    }

    /// Lets work under way end within `grace`, then cancels what is left of it, but for what `isKept` says has to end by
    /// itself; that is asked again and again, and `waiting` told how much there is of it. Nothing new is started.
    func close(
        grace: Duration, unless isKept: @Sendable (Key) -> Bool, waiting: @Sendable (Int) -> Void
    ) async {
        state.withLock { $0.isClosed = true }
        let begin = ContinuousClock.now
        var said: ContinuousClock.Instant?
        while true {
            let left = state.withLock { $0.tasks }
            if left.isEmpty { return }
            let kept = left.filter { isKept($0.key) }
            let age = begin.duration(to: .now)
            if age >= grace { for (key, task) in left where kept[key] == nil { task.cancel() } }
            if !kept.isEmpty, age >= Self.soon, said.map({ $0.duration(to: .now) >= .seconds(1) }) ?? true {
                said = .now
                waiting(kept.count)
            }
            try? await Task.sleep(for: .milliseconds(age < Self.soon ? 5 : 50))
        }
    }

    /// What ends within this is not worth a word.
    private static var soon: Duration { .milliseconds(300) }

    /// Lets work under way end within `grace`, then cancels what is left. Nothing new is started.
    func close(grace: Duration) async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.tasks.values)
        }
        await tasks.finish(within: grace)
    }
}
