import Synchronization

/// The pauses between attempts, which can all be ended at once: whoever rests has nothing under way.
final class Rests: Sendable {
    private struct State {
        var sleepers: [UInt64: Task<Void, any Error>] = [:]
        var last: UInt64 = 0
        var haveEnded = false
    }

    private let state = Mutex(State())

    /// Sleeps, by the clock that is given. Throws when the caller is cancelled, or rests are ended.
    func rest(_ pause: Duration, by sleep: @escaping @Sendable (Duration) async throws -> Void) async throws {
        let (number, sleeper) = try state.withLock { state in
            if state.haveEnded { throw CancellationError() }
            state.last &+= 1
            let sleeper = Task { try await sleep(pause) }
            state.sleepers[state.last] = sleeper
            return (state.last, sleeper)
        }
        defer { state.withLock { $0.sleepers[number] = nil } }
        try await withTaskCancellationHandler {
            try await sleeper.value
        } onCancel: {
            sleeper.cancel()
        }
    }

    /// From now on nobody rests.
    func end() {
        let sleepers = state.withLock { state in
            state.haveEnded = true
            return Array(state.sleepers.values)
        }
        for sleeper in sleepers { sleeper.cancel() }
    }
}
