import Dispatch
import Foundation

/// Signals that are taken in by a handler, in place of what the system does at them.
struct SignalSources {
    private let numbers: [Int32]
    private let sources: [any DispatchSourceSignal]

    /// Calls `handler`, on a queue, with each of these signals that comes from now on. Until this returns, a signal may still do what
    /// it did before; none is lost.
    static func listening(
        to numbers: [Int32], _ handler: @escaping @Sendable (Int32) -> Void
    ) async -> SignalSources {
        var sources: [any DispatchSourceSignal] = []
        for number in numbers {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { handler(number) }
            // The queue's manager takes the signal over a moment later. Whoever ignores it until then loses one that comes meanwhile.
            await withCheckedContinuation { continuation in
                source.setRegistrationHandler { continuation.resume() }
                source.resume()
            }
            sources.append(source)
        }
        return SignalSources(numbers: numbers, sources: sources)
    }

    /// What the system does at a signal is done again; the sources go on.
    func restoreDefaults() { Self.restoreDefaults(numbers) }

    static func restoreDefaults(_ numbers: [Int32]) { for number in numbers { signal(number, SIG_DFL) } }

    /// Ends it, and has the system do what it does at them.
    func cancel() {
        for source in sources { source.cancel() }
        restoreDefaults()
    }
}
