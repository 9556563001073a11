import Synchronization

/// A link that works once, as the API has it: it is spent by the first byte of an answer, or by the last.
final class Link: Sendable {
    enum Spending: Sendable { case atFirstByte, atLastByte }

    private struct State {
        var isSpent = false
        var asked = 0
        var downloads = 0
    }

    let spending: Spending
    /// Bytes in all, and how many come in a second.
    let (size, pace): (UInt64, UInt64)
    /// When its hour is over.
    let end: Duration
    private let time: VirtualTime
    private let state = Mutex(State())

    init(_ time: VirtualTime, _ spending: Spending, size: UInt64, pace: UInt64, end: Duration) {
        (self.time, self.spending, self.size, self.pace, self.end) = (time, spending, size, pace, end)
    }

    var isOver: Bool { time.passed >= end }

    var isSpent: Bool { state.withLock { $0.isSpent } }
    /// How often it was asked, and how often the answer was bytes.
    var asked: Int { state.withLock { $0.asked } }
    var downloads: Int { state.withLock { $0.downloads } }

    /// False when it is spent, or over.
    func begin() -> Bool {
        state.withLock { state in
            state.asked += 1
            guard !state.isSpent, !isOver else { return false }
            state.downloads += 1
            if spending == .atFirstByte { state.isSpent = true }
            return true
        }
    }

    /// The last byte is on its way; false when another has had it, which ends this one.
    func finish() -> Bool {
        state.withLock { state in
            guard spending == .atLastByte else { return true }
            guard !state.isSpent else { return false }
            state.isSpent = true
            return true
        }
    }
}
