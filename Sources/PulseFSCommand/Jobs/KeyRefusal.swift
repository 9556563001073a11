import JobCache
import PulseAPI
import PulseFS
import Settings
import Synchronization

/// That the API refuses the key of this command: told once, however many jobs cannot be read because of it.
enum KeyRefusal {
    private struct State {
        /// The API's words, once it has refused the key.
        var refusal: @Sendable () -> String? = { nil }
        var isTold = false
    }

    private static let state = Mutex(State())

    /// To be called before the first request of a command, with what sends it.
    static func watch(_ opening: LibraryOpening, _ settings: Settings) {
        let keyring = opening.keyring
        let refusal: @Sendable () -> String? = {
            guard let closed = keyring.closed, closed.reason == .keyRefused else { return nil }
            return words(closed.words, settings)
        }
        state.withLock { $0 = State(refusal: refusal) }
    }

    /// Whether the API refuses the key, which is then told if it was not. What fails after that fails because of the key.
    static func isTold() -> Bool {
        let (refusal, isTold) = state.withLock { ($0.refusal, $0.isTold) }
        if isTold { return true }
        guard let words = refusal() else { return false }
        let isFirst = state.withLock { state in
            defer { state.isTold = true }
            return !state.isTold
        }
        if isFirst { Terminal.complain(words) }
        return true
    }

    /// `refusal` is what the API said.
    static func words(_ refusal: String, _ settings: Settings) -> String {
        "the API refuses the key (\(refusal)): \(settings.keyRemedy); see: pulsefs config"
    }
}
