import Foundation

/// Holds the threads of test servers back until it is opened; not for cooperative threads.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }
    func wait() { semaphore.wait() }
}
