import Quantities
package import SharedStore
import Synchronization

/// What a store has been good for so far, and how it is.
package struct SharingFigures: Sendable {
    package enum Health: String, Sendable, CaseIterable {
        case ok
        /// It could not be asked, and is left alone for a while.
        case away
        /// It is another store than was meant.
        case refused
    }

    package var health = Health.ok
    package var calls = StoreCounts.Values()
    package var counts = SharingCounts.Values()
    /// Bytes that wait to be uploaded.
    package var waiting: UInt64 = 0
    /// Uploads that there was no room for.
    package var dropped: UInt64 = 0
    /// Running jobs that this machine polls for all.
    package var polled = 0
    /// Results that this machine has claimed, and has not delivered yet.
    package var claimed = 0
}

/// What came of looking in a store.
package final class SharingCounts: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case job
        /// A job that runs.
        case status
        case file
        case key
    }

    package enum Lease: String, Sendable, CaseIterable {
        case taken
        /// From one who had fallen silent.
        case takenOver = "taken_over"
        /// Somebody else was quicker.
        case lost
    }

    /// What became of results that can be fetched only once.
    package enum Claim: String, Sendable, CaseIterable {
        case claimed
        /// From one who had fallen silent.
        case takenOver = "taken_over"
        /// Given back, as nothing had come of it.
        case released
        /// The API says that the link is spent.
        case gone
        /// It is in the store, by this machine.
        case delivered
        /// It was read from the store.
        case taken
        /// The link was asked without a claim, as the store could not be asked until its last minutes.
        case late
    }

    package struct Values: Sendable {
        package fileprivate(set) var hits: [Kind: UInt64] = [:]
        package fileprivate(set) var misses: [Kind: UInt64] = [:]
        package fileprivate(set) var leases: [Lease: UInt64] = [:]
        package fileprivate(set) var claims: [Claim: UInt64] = [:]
        package fileprivate(set) var rejected: [String: UInt64] = [:]

        var rejections: UInt64 { rejected.values.reduce(0, +|) }
    }

    private let state = Mutex(Values())

    var values: Values { state.withLock { $0 } }

    func hit(_ kind: Kind) { state.withLock { $0.hits[kind, default: 0] +|= 1 } }
    func miss(_ kind: Kind) { state.withLock { $0.misses[kind, default: 0] +|= 1 } }
    func lease(_ lease: Lease) { state.withLock { $0.leases[lease, default: 0] +|= 1 } }
    func claim(_ claim: Claim) { state.withLock { $0.claims[claim, default: 0] +|= 1 } }

    /// Something was there that does not open, or is not what it should be. Whether it is the first.
    func reject(_ reason: String) -> Bool {
        state.withLock { state in
            state.rejected[reason, default: 0] +|= 1
            return state.rejections == 1
        }
    }
}
