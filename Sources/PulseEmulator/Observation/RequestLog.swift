import Synchronization

/// Every request so far, and those who wait for more.
final class RequestLog: Sendable {
    private struct Waiter {
        let isSatisfied: @Sendable ([RecordedRequest]) -> Bool
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var requests: [RecordedRequest] = []
        var cleared = 0
        /// Numbers of requests that are not shown any more.
        var forgotten: Set<Int> = []
        var waiters: [Int: Waiter] = [:]
        var nextWaiter = 0
        var isShut = false

        var shown: [RecordedRequest] {
            forgotten.isEmpty ? requests : requests.filter { !forgotten.contains($0.number) }
        }
    }

    private let state = Mutex(State())

    var requests: [RecordedRequest] {
        state.withLock { $0.shown }
    }

    /// Adds a request that has just arrived, and gives it its number.
    func begin(_ make: (_ number: Int) -> RecordedRequest) -> Int {
        change { state in
            let number = state.cleared + state.requests.count + 1
            state.requests.append(make(number))
            return number
        }
    }

    /// Changes the entry of a request. Nothing happens if the log was cleared since.
    func update(_ number: Int, _ body: (inout RecordedRequest) -> Void) {
        change { state in
            let index = number - state.cleared - 1
            if state.requests.indices.contains(index) { body(&state.requests[index]) }
        }
    }

    /// Forgets all requests. Numbers go on.
    func clear() {
        change { state in
            state.cleared += state.requests.count
            state.requests.removeAll()
            state.forgotten.removeAll()
        }
    }

    /// Forgets those so far whose path is so.
    func clear(where matches: (String) -> Bool) {
        change { state in
            for request in state.requests where matches(request.path) { state.forgotten.insert(request.number) }
        }
    }

    /// Returns once the log satisfies a condition.
    ///
    /// - Throws: `CancellationError` if the task is cancelled or the emulator shuts down first.
    func wait(until isSatisfied: @escaping @Sendable ([RecordedRequest]) -> Bool) async throws {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enlist(Waiter(isSatisfied: isSatisfied, continuation: continuation), id: id)
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Ends all waits, and those to come.
    func shut() {
        let waiters = state.withLock { state in
            defer { state.waiters.removeAll() }
            state.isShut = true
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.continuation.resume(throwing: CancellationError()) }
    }

    private func enlist(_ waiter: Waiter, id: Int) {
        let outcome: Result<Void, any Error>? = state.withLock { state in
            if waiter.isSatisfied(state.shown) { return .success(()) }
            if state.isShut || Task.isCancelled { return .failure(CancellationError()) }
            state.waiters[id] = waiter
            return nil
        }
        if let outcome { waiter.continuation.resume(with: outcome) }
    }

    private func change<Value>(_ body: (inout State) -> Value) -> Value {
        var satisfied: [Waiter] = []
        let value = state.withLock { state in
            let value = body(&state)
            for (id, waiter) in state.waiters where waiter.isSatisfied(state.shown) {
                satisfied.append(waiter)
                state.waiters[id] = nil
            }
            return value
        }
        for waiter in satisfied { waiter.continuation.resume() }
        return value
    }
}
