import Synchronization

/// Names one transfer of a process.
struct TransferID: Hashable, Sendable {
    private let number: UInt64

    private static let last = Atomic<UInt64>(0)

    private init(number: UInt64) {
        self.number = number
    }

    static func next() -> TransferID {
        TransferID(number: last.add(1, ordering: .relaxed).newValue)
    }
}
