import Synchronization

/// The requests of the kernel that a session counts, by the names of the FUSE protocol.
package enum Operation: Int, CaseIterable, Sendable {
    case lookup, forget, getattr, open, opendir, read, readdir, readdirplus, statfs, getxattr, listxattr, access,
        interrupt, poll
}

/// How often each operation arrived since the mount, and how many references the kernel holds.
package final class OperationCounters: Sendable {
    private let counts = InlineArray<14, Atomic<UInt64>> { _ in Atomic(0) }
    private let held = Atomic<Int64>(0)
    private let latencies = LatencyCounters()

    package init() {
        precondition(Operation.allCases.count == counts.count)
    }

    package func value(of operation: Operation) -> UInt64 {
        counts[operation.rawValue].load(ordering: .relaxed)
    }

    /// References the kernel holds on nodes: each entry handed out adds one, `forget` takes them back.
    package var references: Int64 { held.load(ordering: .relaxed) }

    /// Of the operations that go through `Session.answer`.
    package func latency(of operation: Operation) -> OperationLatency { latencies.latency(of: operation) }

    /// A request has been replied to.
    func replied(_ arrival: Arrival) { latencies.add(arrival.age, to: arrival.operation) }

    func count(_ operation: Operation) {
        counts[operation.rawValue].wrappingAdd(1, ordering: .relaxed)
    }

    func addReferences(_ count: Int64) {
        held.wrappingAdd(count, ordering: .relaxed)
    }
}
