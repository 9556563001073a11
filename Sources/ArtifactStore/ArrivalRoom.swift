import Quantities
import Synchronization

/// Room on the disk for bytes on their way in, so that a cache's bounds are kept also while files arrive.
///
/// Room is looked for, and made, for some bytes in advance, and handed out to whoever writes: so a look, which touches the
/// disk, is not needed for each piece, and what is written beyond the bounds is no more than that advance, whoever else writes.
package final class ArrivalRoom: Sendable {
    /// What a look is for.
    struct Wish: Sendable {
        /// That are to be written next.
        let bytes: UInt64
        /// What is still to come of the file, as far as that is known, those bytes included.
        let expected: UInt64
    }

    private struct State {
        /// Bytes that may be written without another look.
        var allowance: UInt64 = 0
        /// As many as the last look has found.
        var found: UInt64 = 0
        /// When what the last look has found is old.
        var end: ContinuousClock.Instant?
        var look: Task<UInt64, Never>?
    }

    /// The most that is handed out after one look; bytes.
    static let step: UInt64 = 8 << 20
    /// The same where there is much more room than that, so that a fast download does not wait for looks.
    static let greatestStep: UInt64 = 64 << 20
    /// Others write too.
    private static let age = Duration.seconds(1)

    private let look: @Sendable (Wish) async -> UInt64
    private let state = Mutex(State())

    /// `look` makes room if there is none, and returns how many bytes may be written now.
    init(look: @escaping @Sendable (Wish) async -> UInt64) { self.look = look }

    /// Whether so many bytes may be written now, which then count as written. Does not block.
    package func take(_ bytes: UInt64) -> Bool {
        let (isTaken, isDue) = state.withLock { state -> (Bool, Bool) in
            guard state.allowance >= bytes, let end = state.end else { return (false, false) }
            state.allowance -|= bytes
            let isDue = state.look == nil && (state.allowance < max(Self.step, state.found) / 4 || end < .now)
            return (true, isDue)
        }
        if isDue { _ = begin(Wish(bytes: 0, expected: 0)) }
        return isTaken
    }

    /// Waits until so many bytes may be written, which then count as written. False when there is no room for them, or for
    /// what is `expected` of the file.
    package func find(_ bytes: UInt64, of expected: UInt64 = 0) async -> Bool {
        while true {
            if expected <= Self.step, take(bytes) { return true }
            let (task, isOwn) = begin(Wish(bytes: bytes, expected: max(bytes, expected)))
            let found = await task.value
            guard isOwn else { continue }
            if found < bytes { return false }
            if take(bytes) { return true }
        }
    }

    /// A look, or the one that is under way.
    private func begin(_ wish: Wish) -> (task: Task<UInt64, Never>, isOwn: Bool) {
        state.withLock { state in
            if let look = state.look { return (look, false) }
            let task = Task {
                let found = await look(wish)
                self.state.withLock { state in
                    (state.allowance, state.found) = (found, found)
                    state.end = .now + Self.age
                    state.look = nil
                }
                return found
            }
            state.look = task
            return (task, true)
        }
    }
}
