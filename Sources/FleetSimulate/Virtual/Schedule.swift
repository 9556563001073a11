import CSchedule
import Synchronization

/// All tasks of this process, one after the other on one thread in the order in which they become ready: the same order whenever they do
/// the same. When none is ready, time goes on.
enum Schedule {
    private struct State {
        /// Addresses of jobs, each to be run once.
        var jobs: [UInt] = []
        var head = 0

        mutating func next() -> UInt? {
            guard head < jobs.count else {
                jobs.removeAll(keepingCapacity: true)
                head = 0
                return nil
            }
            defer { head += 1 }
            return jobs[head]
        }
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }

    private static let state = Mutex(State())

    /// Everybody waits for somebody else.
    struct Standstill: Error {}

    /// To be called once, before the first task.
    static func takeOver() {
        pulse_take_jobs { job in
            let job = UInt(bitPattern: job)
            Schedule.state.withLock { $0.jobs.append(job) }
        }
    }

    /// Runs until `work` has ended. What else is under way then is left where it is.
    static func run<Value: Sendable>(
        _ time: VirtualTime, _ work: @escaping @Sendable () async -> Value
    ) throws -> Value {
        let outcome = Outcome<Value>()
        Task {
            let value = await work()
            outcome.value.withLock { $0 = value }
        }
        while true {
            while let job = state.withLock({ $0.next() }) { pulse_run_job(UnsafeMutableRawPointer(bitPattern: job)) }
            if let value = outcome.value.withLock({ $0 }) { return value }
            guard time.advance() else { throw Standstill() }
        }
    }
}
