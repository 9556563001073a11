import Transfer

/// Keeps requests from a server that cannot be reached: decisions only, told what happens and when.
///
///     closed ── 5 requests in a row that do not reach it, for 3 different things ──▶ open ── 5 s ──▶ half-open: one is sent
///       ▲                                                                             ▲                 │
///       └──── any answer, an error too ◀──────────────────────────────────────────────┴─ none comes ────┘
///
/// One thing that always fails, however often it is asked for, keeps nothing else back.
struct CircuitBreaker: Sendable {
    /// Since any one moment; never falls.
    typealias Instant = Duration

    enum State: Sendable, Hashable {
        case closed
        case open(until: Instant)
        /// The next request finds out, or one is finding out.
        case halfOpen(isProbed: Bool)
    }

    /// Leave to send one request. What becomes of it is to be said once, by `answered`, `failed` or `withdrawn`.
    struct Pass: Sendable, Hashable {
        /// It decides whether others are sent.
        let isProbe: Bool
        /// Answers that had come before it was given.
        fileprivate let answers: UInt64
    }

    /// Why a request is not sent.
    struct Refusal: Error, Sendable {
        /// Requests in a row that were not answered.
        let failures: Int
        /// What became of the last of them.
        let last: TransferError
        /// How long requests are kept back from now on; zero while one finds out.
        let wait: Duration
    }

    /// When a server is left alone, and for how long.
    struct Rules: Sendable, Hashable {
        /// Requests in a row that do not reach it.
        var mostFailures: Int
        /// Different things that were asked for.
        var leastTargets: Int
        var pause: Duration

        static let api = Rules(mostFailures: 5, leastTargets: 3, pause: .seconds(5))
        /// Of a host that the API names: whoever looks at a directory of its files is not to wait for each.
        static let elsewhere = Rules(mostFailures: 1, leastTargets: 1, pause: .seconds(60))
    }

    private let rules: Rules

    init(_ rules: Rules = .api) { self.rules = rules }

    private(set) var state = State.closed
    private var failures = 0
    /// What was asked for in vain since the last answer; as many as decide.
    private var targets: Set<String> = []
    private var last: TransferError?
    private var answers: UInt64 = 0

    mutating func admit(at now: Instant) -> Result<Pass, Refusal> {
        var wait = Duration.zero
        switch state {
        case .closed: return .success(Pass(isProbe: false, answers: answers))
        case .open(let until) where now < until: wait = until - now
        case .open, .halfOpen(isProbed: false):
            state = .halfOpen(isProbed: true)
            return .success(Pass(isProbe: true, answers: answers))
        case .halfOpen(isProbed: true): break
        }
        let last = last ?? TransferError(.other, "The server did not answer.")
        return .failure(Refusal(failures: failures, last: last, wait: wait))
    }

    /// The head of an answer has come, whatever its status.
    mutating func answered(_ pass: Pass) {
        state = .closed
        failures = 0
        targets = []
        answers &+= 1
    }

    /// The server was not reached, or said nothing. `target` is what was asked for.
    mutating func failed(_ pass: Pass, _ error: TransferError, for target: String, at now: Instant) {
        // A request that is stuck while others are answered says nothing of the server.
        guard pass.answers == answers else { return }
        failures += 1
        if targets.count < rules.leastTargets { targets.insert(target) }
        last = error
        switch state {
        case .closed where failures >= rules.mostFailures && targets.count >= rules.leastTargets:
            state = .open(until: now + rules.pause)
        case .halfOpen where pass.isProbe: state = .open(until: now + rules.pause)
        case .closed, .open, .halfOpen: break
        }
    }

    /// It was given up, or not sent, for a reason that is not the server's.
    mutating func withdrawn(_ pass: Pass) {
        if pass.isProbe, state == .halfOpen(isProbed: true) { state = .halfOpen(isProbed: false) }
    }
}
