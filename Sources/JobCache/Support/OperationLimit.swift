import Synchronization

/// How long one file operation may take as a whole, whatever it asks for: `--timeout`.
///
/// The work goes on for others, and for the cache; the one who waits is told that it was too long. What has a right to take
/// longer, as a result that can be fetched only once, says so for as long as it goes on.
package final class OperationLimit: Sendable {
    private struct State {
        var end: ContinuousClock.Instant
        /// Who has a right to more time now.
        var exempt = 0
    }

    /// That of the operation that the present task works for.
    @TaskLocal static var current: OperationLimit?

    private let limit: Duration
    private let state: Mutex<State>

    private init(_ limit: Duration) {
        self.limit = limit
        state = Mutex(State(end: .now + limit))
    }

    /// What work comes to, or nil when it takes longer than `limit`. It is cancelled then, and has to end soon after.
    package static func run<Value: Sendable>(
        within limit: Duration, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let operation = OperationLimit(limit)
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await $current.withValue(operation) { await work() } }
            group.addTask {
                await operation.pass()
                return nil
            }
            while let first = await group.next() {
                // The clock ends early when whoever waits leaves: then the work says so itself.
                guard first != nil || operation.isOver else { continue }
                group.cancelAll()
                return first
            }
            return nil
        }
    }

    /// The time of the present operation does not pass during this work.
    static func exempting<Value, Problem: Error>(
        _ work: () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        let operation = current
        operation?.state.withLock { $0.exempt += 1 }
        defer {
            operation?.state.withLock { [limit = operation?.limit ?? .zero] state in
                state.exempt -= 1
                state.end = .now + limit
            }
        }
        return try await work()
    }

    private var isOver: Bool { state.withLock { $0.exempt == 0 && $0.end <= .now } }

    /// Returns when the time is over, or the task is cancelled.
    private func pass() async {
        while !isOver {
            let end = state.withLock { $0.exempt > 0 ? .now + limit : $0.end }
            do { try await Task.sleep(until: end, clock: .continuous) } catch { return }
        }
    }
}
