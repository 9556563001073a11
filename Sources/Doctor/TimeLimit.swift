import Dispatch
import Synchronization

/// Work that may hang, as on a disk that does not answer.
enum TimeLimit {
    /// What `body` comes to on a thread of its own; nil when that takes longer. Then it goes on, and nobody looks at it.
    static func run<Value: Sendable>(_ seconds: Int, _ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let first = First(continuation)
            DispatchQueue(label: "pulsefs.doctor").async { first.resume(returning: body()) }
            DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { first.resume(returning: nil) }
        }
    }

    /// Takes the first of two answers.
    private final class First<Value: Sendable>: Sendable {
        private let waiting: Mutex<CheckedContinuation<Value?, Never>?>

        init(_ continuation: CheckedContinuation<Value?, Never>) { waiting = Mutex(continuation) }

        func resume(returning value: Value?) {
            let continuation = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting
            }
            continuation?.resume(returning: value)
        }
    }
}
