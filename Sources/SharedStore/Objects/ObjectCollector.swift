import Quantities
import Synchronization
import Transfer

/// Collects an object, or the part that was asked for, in memory.
final class ObjectCollector: ObjectSink {
    private let limit: Int
    private let collected = Mutex<[UInt8]>([])

    init(limit: Int) { self.limit = limit }

    var bytes: [UInt8] { collected.withLock { $0 } }

    func begin(_ facts: ObjectFacts) { collected.withLock { $0 = [] } }

    func receive(_ bytes: RawSpan, at offset: ByteCount) throws -> BodyDemand {
        try collected.withLock { collected in
            guard bytes.byteCount <= limit - collected.count else {
                throw MemorySink.LimitExceeded(limit: UInt64(limit))
            }
            bytes.withUnsafeBytes { collected.append(contentsOf: $0) }
        }
        return .more
    }
}
