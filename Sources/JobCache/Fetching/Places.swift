/// Lets so many pieces of work go on at a time; the others wait for their turn, first come, first served.
package actor Places {
    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []

    package init(_ count: Int) { free = count }

    package func hold<Value: Sendable, Problem: Error>(
        _ work: @Sendable () async throws(Problem) -> Value
    ) async throws(Problem) -> Value {
        await take()
        defer { give() }
        return try await work()
    }

    /// Returns when there is a place for the caller, who owes a `give()` for it.
    package func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { queue.append($0) }
        }
    }

    package func give() {
        if queue.isEmpty {
            free += 1
        } else {
            queue.removeFirst().resume()
        }
    }
}
