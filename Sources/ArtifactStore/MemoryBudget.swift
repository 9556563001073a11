import Quantities
import Synchronization

/// Bytes of memory that may stand in for a disk that takes none, all files together.
final class MemoryBudget: Sendable {
    /// Bytes.
    let limit: UInt64
    private let taken = Mutex<UInt64>(0)
    /// Gives up something that is held; false when there is nothing.
    private let giveUp: @Sendable () -> Bool

    init(limit: UInt64, giveUp: @escaping @Sendable () -> Bool = { false }) {
        self.limit = limit
        self.giveUp = giveUp
    }

    var used: UInt64 { taken.withLock { $0 } }

    /// False when there are not so many left, and nothing can be given up for them.
    fileprivate func take(_ bytes: UInt64) -> Bool {
        repeat {
            let isTaken = taken.withLock { taken in
                guard taken +| bytes <= limit else { return false }
                taken +|= bytes
                return true
            }
            if isTaken { return true }
        } while bytes <= limit && giveUp()
        return false
    }

    fileprivate func give(_ bytes: UInt64) { taken.withLock { $0 -|= bytes } }
}

/// The bytes of one file in memory, which count until this is released by all who have the file open.
final class MemoryHold: Sendable {
    private let budget: MemoryBudget
    private let held = Mutex<UInt64>(0)

    init(of budget: MemoryBudget) { self.budget = budget }

    deinit { budget.give(held.withLock { $0 }) }

    /// Throws `.outgrown` when memory has no room for so many bytes more.
    func grow(by bytes: UInt64) throws(StoreError) {
        guard budget.take(bytes) else {
            throw StoreError(.outgrown, "the cache's disk has no room, and memory has none for more files")
        }
        held.withLock { $0 +|= bytes }
    }

    /// The file is empty again.
    func clear() {
        budget.give(
            held.withLock { held in
                defer { held = 0 }
                return held
            })
    }
}
