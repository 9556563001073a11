/// When a transfer is to be given up: a pure value, told what happens and asked what is due.
struct TransferDeadlines {
    typealias Instant = SuspendingClock.Instant

    enum Expiry: Equatable {
        case stalled
        case totalTimedOut
    }

    private let stallTimeout: Duration
    private let total: Instant?
    /// When the server was last heard; nil while it need not be: before the request is sent, and while paused.
    private var heard: Instant?

    init(_ limits: TransferLimits, issued: Instant) {
        stallTimeout = limits.stallTimeout
        total = limits.totalTimeout.map { issued.advanced(by: $0) }
    }

    /// The server has sent something, or it is its turn from now on.
    mutating func restartStallClock(at now: Instant) {
        heard = now
    }

    mutating func stopStallClock() {
        heard = nil
    }

    /// The next moment at which something may be due; nil if never.
    var next: Instant? {
        let stall = heard?.advanced(by: stallTimeout)
        guard let stall, let total else { return stall ?? total }
        return min(stall, total)
    }

    func expiry(at now: Instant) -> Expiry? {
        if let total, now >= total { return .totalTimedOut }
        if let heard, now >= heard.advanced(by: stallTimeout) { return .stalled }
        return nil
    }
}
