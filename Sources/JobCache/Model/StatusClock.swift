/// How long an answer about a running job stays good: 1 s, half as long again for each answer that says the same, at
/// most 10 s, and 1 s again after a change. Decides only; whoever asks keeps the time.
package struct StatusClock: Sendable, Hashable {
    package private(set) var interval: Duration
    private var checked: ContinuousClock.Instant
    /// The API wants to be left alone until then.
    private var held: ContinuousClock.Instant?

    package static let shortest = Duration.seconds(1)
    package static let longest = Duration.seconds(10)

    package init(checkedAt now: ContinuousClock.Instant) {
        interval = Self.shortest
        checked = now
    }

    /// The API has answered.
    package mutating func answered(changed: Bool, at now: ContinuousClock.Instant) {
        interval = changed ? Self.shortest : min(interval * 3 / 2, Self.longest)
        checked = now
        held = nil
    }

    /// Somebody else was given an answer, and asks by this interval; what came of that is to be looked for again after `pause`.
    package mutating func followed(interval: Duration, pause: Duration, at now: ContinuousClock.Instant) {
        self.interval = min(max(interval, Self.shortest), Self.longest)
        checked = now - self.interval
        held = now + pause
    }

    /// The API could not be asked, or gave no answer to use. `retryAfter` is what it said of when to ask again.
    package mutating func failed(retryAfter: Duration?, at now: ContinuousClock.Instant) {
        answered(changed: false, at: now)
        hold(for: retryAfter, at: now)
    }

    /// The API wants to be left alone for so long.
    package mutating func hold(for retryAfter: Duration?, at now: ContinuousClock.Instant) {
        held = retryAfter.map { now + $0 }
    }

    /// When it is time to ask.
    package var due: ContinuousClock.Instant { max(checked + interval, held ?? checked) }

    /// How much longer the last answer is good; zero when it is time to ask.
    package func remaining(at now: ContinuousClock.Instant) -> Duration { max(.zero, now.duration(to: due)) }
}
