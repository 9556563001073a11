/// When a transfer is to be given up: a pure value, told what happens and asked what is due.
struct TransferDeadlines {
    typealias Instant = SuspendingClock.Instant

    enum Expiry: Equatable {
        case stalled
        case unanswered
        case totalTimedOut
    }

    private let stallTimeout: Duration
    private let total: Instant?
    /// Nil once the head of the answer is there.
    private var answer: Instant?
    /// When the server was last heard; nil while it need not be: before the request is sent, and while paused.
    private var heard: Instant?
    /// Bytes of a body that came since then.
    private var dripped = 0
    /// Fewer bytes than this are no sign of life: a drip is silence.
    private static let leastHeard = 1024

    init(_ limits: TransferLimits, issued: Instant) {
        stallTimeout = limits.stallTimeout
        answer = limits.answerTimeout.map { issued.advanced(by: $0) }
        total = limits.totalTimeout.map { issued.advanced(by: $0) }
    }

    /// The server has sent something, or it is its turn from now on.
    mutating func restartStallClock(at now: Instant) {
        heard = now
        dripped = 0
    }

    /// So many bytes of a body have come.
    mutating func bodyHasCome(_ bytes: Int, at now: Instant) {
        dripped = min(dripped, Self.leastHeard) + bytes
        if dripped >= Self.leastHeard { restartStallClock(at: now) }
    }

    mutating func stopStallClock() {
        heard = nil
    }

    /// The head of the answer is there.
    mutating func answerHasBegun() {
        answer = nil
    }

    /// The next moment at which something may be due; nil if never.
    var next: Instant? { [heard?.advanced(by: stallTimeout), answer, total].compactMap { $0 }.min() }

    func expiry(at now: Instant) -> Expiry? {
        if let total, now >= total { return .totalTimedOut }
        if let answer, now >= answer { return .unanswered }
        if let heard, now >= heard.advanced(by: stallTimeout) { return .stalled }
        return nil
    }
}
