import Dispatch
import Synchronization

/// What is being said to the kernel without having been asked: none of it may meet the end of the session.
final class Notifications: Sendable {
    private let hasEnded = Mutex(false)
    private let underWay = DispatchGroup()

    /// Runs `notify`, unless the session is ending. No lock is held meanwhile.
    func send<Result>(_ notify: () -> Result) -> Result? {
        let begins = hasEnded.withLock { hasEnded in
            if !hasEnded { underWay.enter() }
            return !hasEnded
        }
        guard begins else { return nil }
        defer { underWay.leave() }
        return notify()
    }

    /// Begins nothing more, and waits for what is under way. One that the kernel holds up for longer than that waits for a
    /// lock of a reader who is stuck as well; both are freed when the connection is closed.
    func end() {
        hasEnded.withLock { $0 = true }
        _ = underWay.wait(timeout: .now() + .seconds(2))
    }
}
