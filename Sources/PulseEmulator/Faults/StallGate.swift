import Synchronization

/// Holds stalled requests until they are released or their client goes away.
final class StallGate: Sendable {
    /// Why a wait ended.
    enum Outcome: Sendable {
        case released
        /// The connection is gone or the emulator shuts down; there is nobody to answer.
        case abandoned
    }

    private struct State {
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
        var isShut = false
    }

    private let state = Mutex(State())

    /// Waits for a release. `id` must not be waiting already.
    ///
    /// `listening` is called once ``abandon(id:)`` can end the wait.
    func wait(id: Int, listening: () -> Void) async -> Outcome {
        await withCheckedContinuation { continuation in
            let isShut = state.withLock { state in
                if !state.isShut { state.waiters[id] = continuation }
                return state.isShut
            }
            if isShut { continuation.resume(returning: .abandoned) } else { listening() }
        }
    }

    /// Lets go all that wait now; who comes later waits for the next release.
    func release() {
        resumeAll(with: .released)
    }

    /// Ends the wait of one request whose client has gone.
    func abandon(id: Int) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.resume(returning: .abandoned)
    }

    /// Ends all waits, and those to come.
    func shut() {
        state.withLock { $0.isShut = true }
        resumeAll(with: .abandoned)
    }

    private func resumeAll(with outcome: Outcome) {
        let waiters = state.withLock { state in
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }
}
