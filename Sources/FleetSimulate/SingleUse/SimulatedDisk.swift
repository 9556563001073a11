import Synchronization

/// What a machine's disk has of a result, whatever becomes of its processes.
final class SimulatedDisk: Sendable {
    enum Source: Sendable { case link, store }

    struct Contents: Sendable {
        /// Bytes that have come from the link, and are in a file.
        var received: UInt64 = 0
        /// All of them, and they are on the disk.
        var isDurable = false
        /// Where the result came from that readers are given.
        var published: Source?
        /// As whom the last process had claimed it.
        var nonce: String?
        /// The ledger says that the link has said that it is spent.
        var isSpent = false
        /// A process of the machine is at it.
        var isLocked = false
    }

    private let contents = Mutex(Contents())

    var now: Contents { contents.withLock { $0 } }

    func change<Value: Sendable>(_ body: (inout Contents) -> Value) -> Value { contents.withLock { body(&$0) } }

    /// The process has died; with the power what was not on the disk goes too.
    func endProcess(power: Bool) {
        contents.withLock { contents in
            contents.isLocked = false
            if power, !contents.isDurable, contents.published == nil { contents.received = 0 }
        }
    }
}
