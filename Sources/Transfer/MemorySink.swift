import Quantities
import Synchronization

/// Collects a body in memory, up to a limit.
package final class MemorySink: BodySink {
    /// The body went over the limit; the transfer ends with the code `.tooLarge`.
    package struct LimitExceeded: Error {
        package let limit: UInt64

        package init(limit: UInt64) { self.limit = limit }
    }

    private let limit: Int
    private let collected = Mutex<[UInt8]>([])

    /// - Parameter limit: the largest body accepted, in bytes.
    package init(limit: Int) {
        self.limit = limit
    }

    /// What has arrived so far; may be read from any thread.
    package var bytes: [UInt8] {
        collected.withLock { $0 }
    }

    package func receive(head: ResponseHead, flow: TransferFlow) throws {
        let announced = Int((head.contentLength ?? 0).bytes)
        // HEAD announces a length without sending it, and a length announced is not yet a byte received: take a first
        // step on trust, no more.
        collected.withLock { $0.reserveCapacity(min(announced, limit, 64 * 1024)) }
    }

    package func receive(body: RawSpan) throws -> BodyDemand {
        try collected.withLock { collected in
            guard body.byteCount <= limit - collected.count else {
                throw LimitExceeded(limit: UInt64(limit))
            }
            body.withUnsafeBytes { collected.append(contentsOf: $0) }
        }
        return .more
    }
}
