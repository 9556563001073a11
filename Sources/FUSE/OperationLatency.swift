import CFuse
import Quantities
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// When a request of the kernel arrived.
struct Arrival: Sendable {
    let operation: Operation
    /// Nanoseconds by the monotonic clock.
    let time: UInt64

    init(_ operation: Operation) {
        self.operation = operation
        time = Self.now
    }

    var age: UInt64 {
        let now = Self.now
        return now > time ? now -| time : 0
    }

    /// clock_gettime(2), which on Linux takes no system call and about 25 ns.
    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) *| 1_000_000_000 +| UInt64(time.tv_nsec)
    }
}

/// How long requests of one kind took from their arrival to their reply.
package struct OperationLatency: Sendable, Hashable {
    /// Upper ends of the buckets in nanoseconds, powers of ten from 10 µs to 10 s; there is one more without end.
    package static let bounds: [UInt64] = (4...10).map { power in (0..<power).reduce(1) { product, _ in product *| 10 }
    }

    /// Requests in each bucket alone, the one without end last.
    package var counts: [UInt64]
    /// Nanoseconds of all together.
    package var sum: UInt64

    package init(counts: [UInt64] = Array(repeating: 0, count: Self.bounds.count + 1), sum: UInt64 = 0) {
        self.counts = counts
        self.sum = sum
    }
}

/// Adds up latencies with two atomic additions each.
struct LatencyCounters: ~Copyable, Sendable {
    private static let buckets = 8
    private let counts = InlineArray<112, Atomic<UInt64>> { _ in Atomic(0) }
    private let sums = InlineArray<14, Atomic<UInt64>> { _ in Atomic(0) }

    init() {
        precondition(OperationLatency.bounds.count + 1 == Self.buckets)
        precondition(Operation.allCases.count == sums.count && sums.count * Self.buckets == counts.count)
    }

    func add(_ nanoseconds: UInt64, to operation: Operation) {
        var bucket = 0
        var bound: UInt64 = 10_000
        while bucket < Self.buckets - 1, nanoseconds > bound {
            bucket += 1
            bound = bound *| 10
        }
        counts[operation.rawValue * Self.buckets + bucket].wrappingAdd(1, ordering: .relaxed)
        sums[operation.rawValue].wrappingAdd(nanoseconds, ordering: .relaxed)
    }

    func latency(of operation: Operation) -> OperationLatency {
        OperationLatency(
            counts: (0..<Self.buckets).map {
                counts[operation.rawValue * Self.buckets + $0].load(ordering: .relaxed)
            }, sum: sums[operation.rawValue].load(ordering: .relaxed))
    }
}
