import Synchronization

/// What becomes of one process of a machine: it goes on, stands still for a while, is cut off from the store, or dies. Everything that a
/// process waits for goes through here, so that one that is dead never does anything again, and cleans nothing up.
final class Life: Sendable {
    private struct State {
        var isDead = false
        var pausedUntil = Duration.zero
        var cutUntil = Duration.zero
    }

    let time: VirtualTime
    private let state = Mutex(State())

    init(_ time: VirtualTime) { self.time = time }

    var isDead: Bool { state.withLock { $0.isDead } }
    var isPaused: Bool { state.withLock { $0.pausedUntil } > time.passed }
    /// It cannot reach the store.
    var isCut: Bool { state.withLock { $0.cutUntil } > time.passed }

    func end() { state.withLock { $0.isDead = true } }
    func pause(for duration: Duration) { state.withLock { $0.pausedUntil = time.passed + duration } }
    func cut(for duration: Duration) { state.withLock { $0.cutUntil = time.passed + duration } }

    /// Returns when the process may go on; never when it is dead.
    func live() async {
        while true {
            let (isDead, paused) = state.withLock { ($0.isDead, $0.pausedUntil) }
            // Nobody ever resumes it.
            if isDead { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
            guard paused > time.passed else { return }
            await sleepWhatever(until: paused)
        }
    }

    /// A process that stands still is not cancelled either before it goes on.
    private func sleepWhatever(until due: Duration) async {
        let sleep = Task { try? await time.sleep(until: due) }
        await sleep.value
    }

    func sleep(_ duration: Duration) async throws {
        do { try await time.sleep(for: duration) } catch {
            await live()
            throw error
        }
        await live()
    }
}
