/// Those who wait for one job, and what is to be done for them next.
///
/// Decides only: the loop around it asks the API and keeps the time. Two kinds of people wait. Waiters stay until the job has
/// ended. Pollers want to know of the next change; each answer of the API, changed or not, sends them off, and who still
/// cares comes again at once, so that those who have gone keep nobody asking.
///
///     idle ── someone comes ──▶ resting ── the last answer is out of date ──▶ asking ── answered or failed ──▶ resting
///       ▲                          │                                            │
///       └── nobody is left, the job has ended, or asking again is of no use ────┘
struct StatusWatch: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum State: Sendable, Hashable {
        /// Nobody waits: the API is left alone.
        case idle
        /// Nothing is to be done before then.
        case resting(until: Instant)
        case asking
    }

    /// What the loop does next.
    enum Step: Sendable, Hashable {
        case ask
        case rest(until: Instant)
        /// Tells these waiters that the API could not be asked for as long as they were ready to wait.
        case giveUp(Set<UInt64>)
        /// Ends.
        case stop
    }

    private struct Waiter {
        let came: Instant
        let patience: Duration
    }

    /// Since when the API gives no answer to use, and when to try again.
    private struct Trouble {
        let since: Instant
        var clock: StatusClock
    }

    private(set) var state = State.idle
    private var waiters: [UInt64: Waiter] = [:]
    private var hasPollers = false
    private var trouble: Trouble?
    /// Never twice within the shortest interval, whatever becomes of the answer.
    private var mayAsk: Instant?

    private var isWanted: Bool { hasPollers || !waiters.isEmpty }

    // MARK: Who waits

    /// `patience` is how long the API may be out of reach before this waiter gives up. True when the loop is to be begun.
    mutating func waiterCame(_ ticket: UInt64, patience: Duration, at now: Instant) -> Bool {
        waiters[ticket] = Waiter(came: now, patience: patience)
        return begin(at: now)
    }

    /// True when the loop has nobody left to rest for.
    mutating func waiterLeft(_ ticket: UInt64) -> Bool {
        waiters[ticket] = nil
        return state != .idle && !isWanted
    }

    /// True when the loop is to be begun.
    mutating func pollerCame(at now: Instant) -> Bool {
        hasPollers = true
        return begin(at: now)
    }

    private mutating func begin(at now: Instant) -> Bool {
        guard state == .idle else { return false }
        state = .resting(until: now)
        return true
    }

    // MARK: The loop

    /// To be called when the loop begins and whenever it has done what it was told. `freshFor` is how much longer the last
    /// answer is good.
    mutating func next(at now: Instant, freshFor: Duration) -> Step {
        guard isWanted else { return stop() }
        let lost = Set(waiters.filter { deadline(of: $0.value).map { $0 <= now } ?? false }.keys)
        guard lost.isEmpty else {
            for ticket in lost { waiters[ticket] = nil }
            return .giveUp(lost)
        }
        let due = max(now + freshFor, trouble?.clock.due ?? now, mayAsk ?? now)
        guard due > now else {
            state = .asking
            mayAsk = now + StatusClock.shortest
            return .ask
        }
        let until = waiters.values.compactMap(deadline).reduce(due, min)
        state = .resting(until: until)
        return .rest(until: until)
    }

    /// The API gave no answer to use, and may the next time. Everybody who polls is told, and comes again for more.
    mutating func failed(retryAfter: Duration?, at now: Instant) {
        hasPollers = false
        guard trouble == nil else {
            trouble?.clock.failed(retryAfter: retryAfter, at: now)
            return
        }
        var clock = StatusClock(checkedAt: now)
        clock.hold(for: retryAfter, at: now)
        trouble = Trouble(since: now, clock: clock)
    }

    /// The API has answered whoever asked: everybody who polls is told, and comes again for more.
    mutating func answered() {
        trouble = nil
        hasPollers = false
    }

    /// It was looked for an answer, and there was no other than before, whether the API can be asked or not.
    mutating func looked() { hasPollers = false }

    /// There is nothing more to wait for. Returns whom to tell.
    mutating func ended() -> Set<UInt64> {
        defer { self = StatusWatch(isLooping: state != .idle) }
        return Set(waiters.keys)
    }

    init() {}

    /// A loop that runs is not begun a second time: it finds nobody, or those who have come meanwhile.
    private init(isLooping: Bool) { if isLooping { state = .asking } }

    private mutating func stop() -> Step {
        self = StatusWatch()
        return .stop
    }

    /// When a waiter gives up, as things stand; nil while the API answers.
    private func deadline(of waiter: Waiter) -> Instant? {
        trouble.map { max($0.since, waiter.came) + waiter.patience }
    }
}
