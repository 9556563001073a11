import Transfer

/// Whether a request that failed is sent again, and when: decisions only, told what happened and how late it is.
///
/// The pause is drawn at random below a bound that doubles ("full jitter", as in
/// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that those who failed together do not come
/// back together.
package struct RetryPolicy: Sendable, Hashable {
    /// From when a request is first wanted until the last attempt at it has begun to be answered.
    package var budget: Duration
    /// Whoever has a clock of its own for asking again asks once.
    package var asksOnce = false
    /// A host that is not reached is not asked again.
    var isElsewhere = false

    package static let standardBudget = Duration.seconds(30)

    private static let firstPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(8)
    /// Chance may draw short pauses for ever.
    private static let mostAttempts = 16
    /// An attempt that is begun late has this long all the same.
    private static let shortestAttempt = Duration.seconds(1)

    package init(budget: Duration = standardBudget, asksOnce: Bool = false) {
        self.budget = budget
        self.asksOnce = asksOnce
    }

    /// What an attempt has come to.
    struct Attempt: Sendable {
        /// Counted from one.
        let number: Int
        let cause: APIError.Cause
        let method: TransferRequest.Method
        /// Since the request was first wanted.
        let elapsed: Duration
        /// How long the API wants to be left alone, if it says so.
        var retryAfter: Duration?
    }

    /// How long to wait before the next attempt; nil when there is to be none. `chance` is drawn evenly from 0 to 1.
    func pause(after attempt: Attempt, chance: Double) -> Duration? {
        if isElsewhere, case .transport(let code) = attempt.cause, code.isOfTheWay { return nil }
        guard !asksOnce, attempt.number < Self.mostAttempts, Self.mayPass(attempt.cause, attempt.method) else {
            return nil
        }
        let bound = min(Self.longestPause, Self.firstPause * (1 << (attempt.number - 1)))
        // Giving up now is better than to hang until then and give up all the same.
        let pause = max(bound * chance, attempt.retryAfter ?? .zero)
        return attempt.elapsed + pause < budget ? pause : nil
    }

    /// How long the server has to answer an attempt that begins so late.
    func timeToAnswer(after elapsed: Duration) -> Duration {
        max(budget - elapsed, min(budget, Self.shortestAttempt))
    }

    /// Whether an attempt ended for want of time, of which it was given `time`, and that was no more than half of the budget.
    func wasCutShort(_ cause: APIError.Cause, within time: Duration) -> Bool {
        switch cause {
        case .transport(.stalled), .transport(.totalTimedOut), .transport(.connectTimedOut): time * 2 <= budget
        default: false
        }
    }

    /// The same request may be answered otherwise in a moment.
    private static func mayPass(_ cause: APIError.Cause, _ method: TransferRequest.Method) -> Bool {
        switch cause {
        case .status(let status): StatusMeaning(status).mayPass(isHead: method == .head)
        case .transport(let code): mayPass(code, method)
        case .noKey, .badURL: false
        }
    }

    private static func mayPass(_ code: TransferError.Code, _ method: TransferRequest.Method) -> Bool {
        switch code {
        case .nameNotResolved, .refused, .hostUnreachable, .networkUnreachable, .connectTimedOut: true
        // A HEAD that gets no answer from a server that is there is asked once as a GET.
        case .connectionReset, .stalled, .totalTimedOut, .partialBody: method == .get
        case .tls, .invalidURL, .forbiddenAddress, .invalidRequest, .invalidResponse, .tooLarge, .sink, .source,
            .cancelled,
            .shutDown, .other:
            false
        }
    }
}

extension TransferError.Code {
    /// No connection came about.
    fileprivate var isOfTheWay: Bool {
        switch self {
        case .nameNotResolved, .refused, .hostUnreachable, .networkUnreachable, .connectTimedOut: true
        default: false
        }
    }
}
