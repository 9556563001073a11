import Dispatch
import Foundation

/// SIGINT and SIGTERM as the end of work that can be ended cleanly.
enum Interruption {
    /// Runs `body`, and cancels it when one of the signals comes; a second one is the system's own again, and kills.
    ///
    /// Returns when `body` has, with the signal that came, if one did.
    static func during<Value: Sendable>(
        _ body: @escaping @Sendable () async -> Value
    ) async -> (value: Value, signal: Int32?) {
        let (signals, came) = AsyncStream.makeStream(of: Int32.self)
        let numbers = [SIGINT, SIGTERM]
        let sources = await SignalSources.listening(to: numbers) { number in
            SignalSources.restoreDefaults(numbers)
            came.yield(number)
        }
        let work = Task { await body() }
        async let caught = first(of: signals) { work.cancel() }
        let value = await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
        came.finish()
        sources.cancel()
        return (value, await caught)
    }

    private static func first(of signals: AsyncStream<Int32>, _ end: @Sendable () -> Void) async -> Int32? {
        for await number in signals {
            end()
            return number
        }
        return nil
    }
}
