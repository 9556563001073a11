import Synchronization

/// How soon a request is wanted: what a reader waits for goes before what is fetched ahead.
///
/// One object may stand for several requests, and may be raised at any time, from any thread.
package final class Urgency: Sendable {
    package enum Level: Sendable, Hashable {
        /// Nobody waits for it yet.
        case prefetch
        /// A reader waits for it.
        case foreground
    }

    private struct State {
        var level: Level
        var observers: [UInt64: @Sendable () -> Void] = [:]
    }

    private let state: Mutex<State>

    package init(_ level: Level) { state = Mutex(State(level: level)) }

    /// For requests that a reader waits for from the outset.
    package static let foreground = Urgency(.foreground)

    package var level: Level { state.withLock { $0.level } }

    /// A reader has come to want what was being fetched ahead. Requests that wait for their turn move up at once.
    package func raise() {
        let observers = state.withLock { state in
            state.level = .foreground
            defer { state.observers = [:] }
            return Array(state.observers.values)
        }
        for observer in observers { observer() }
    }

    /// Calls `observer` once when the level is raised, until `forget`; never if it is foreground already.
    func observe(as name: UInt64, _ observer: @escaping @Sendable () -> Void) {
        state.withLock { if $0.level == .prefetch { $0.observers[name] = observer } }
    }

    func forget(_ name: UInt64) { state.withLock { $0.observers[name] = nil } }
}
