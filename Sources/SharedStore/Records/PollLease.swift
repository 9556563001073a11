/// Who polls the API about a job that runs, on one machine of a fleet: decisions only, told what was read, what was written, and when.
///
/// Whoever polls writes each answer, so that the ETag is its heartbeat. The others read when the next answer is due. An object that
/// has not changed for two and a half intervals and a second, by the reader's own clock, is taken over from by compare-and-swap, and
/// so is one that nobody polls for, once its answer is out of date. No clock is compared with another machine's: how old an object is
/// when it is seen first is said by the engine's clock alone.
package struct PollLease: Sendable, Hashable {
    /// Since any one moment, by the own clock of this machine; never falls.
    package typealias Instant = Duration

    package enum Poller: Sendable, Hashable {
        case nobody
        case this
        case another
    }

    /// What was read of the job.
    package struct Seen: Sendable, Hashable {
        package let etag: ETag
        package let interval: Duration
        /// By the engine's clock, in whole seconds; nil when it does not say.
        package let age: Duration?
        package let poller: Poller
        /// Another answer is being asked for, or should be.
        package let isDue: Bool

        package init(etag: ETag, interval: Duration, age: Duration?, poller: Poller, isDue: Bool) {
            (self.etag, self.interval, self.age) = (etag, interval, age)
            (self.poller, self.isDue) = (poller, isDue)
        }
    }

    /// What is to be done when an answer is wanted.
    package enum Step: Sendable, Hashable {
        /// Read the object, if it is another version than this one.
        case read(unless: ETag?)
        /// Ask the API, and write what it says in place of this version.
        case poll(ETag)
    }

    package enum Decision: Sendable, Hashable {
        /// What was read is what is known; it is looked at again after so long.
        case readAgain(after: Duration)
        /// Write, in place of this version, that this one polls. Whoever has written it asks the API.
        case takeOver(ETag)
        /// Ask the API, and write what it says in place of this version.
        case poll(ETag)
    }

    private struct Watched: Hashable {
        let seen: Seen
        /// When it was written, as far as can be told: never later than it was.
        let written: Instant
        /// When it was first seen here.
        let since: Instant
        var looks = 0
    }

    private var watched: Watched?
    /// The version that this one has written, and polls for.
    private var own: ETag?
    /// What is known may be out of date: the object is read before anything else.
    private var mustRead = true
    private var looked: Instant?
    /// The engine asked for fewer requests: everybody looks so many times more seldom.
    private var slowness = 1

    package static let shortestPause = Duration.seconds(2)
    private static let margin = Duration.milliseconds(200)
    /// An engine's clock has whole seconds.
    private static let grain = Duration.seconds(1)
    private static let mostSlowness = 16

    package init() {}

    /// Whether this one polls, as far as it knows.
    package var isPoller: Bool { own != nil }

    /// An object that has not changed for so long is taken over from.
    package static func silence(_ interval: Duration) -> Duration { interval * 5 / 2 + .seconds(1) }

    /// To be called when an answer is wanted.
    package func next(at now: Instant) -> Step {
        if let own, !mustRead, let watched, now - watched.since < Self.silence(watched.seen.interval) {
            return .poll(own)
        }
        return .read(unless: watched?.seen.etag)
    }

    /// The object was read. `chance` is evenly from 0 to 1.
    package mutating func saw(_ seen: Seen, at now: Instant, chance: Double) -> Decision {
        defer { looked = now }
        (mustRead, slowness) = (false, 1)
        if watched?.seen.etag != seen.etag {
            // It was written after it was last looked at, if that was ever.
            let age = seen.age.map { $0 + Self.grain } ?? .zero
            watched = Watched(seen: seen, written: max(now - age, looked ?? now - age), since: now)
        }
        guard seen.poller != .this else {
            own = seen.etag
            return .poll(seen.etag)
        }
        own = nil
        return decision(at: now, chance)
    }

    /// The object is still the version that was named.
    package mutating func unchanged(at now: Instant, chance: Double) -> Decision {
        guard let watched else { return .readAgain(after: .zero) }
        return saw(watched.seen, at: now, chance: chance)
    }

    private mutating func decision(at now: Instant, _ chance: Double) -> Decision {
        guard var watched else { return .readAgain(after: .zero) }
        let seen = watched.seen
        // What is seen for the first time may have been silent for long; the engine knows to a second.
        let silent = max(now - watched.since, seen.age.map { $0 - Self.grain + (now - watched.since) } ?? .zero)
        if silent >= patience(seen) { return .takeOver(seen.etag) }
        defer {
            watched.looks += 1
            self.watched = watched
        }
        let due = seen.isDue ? now : watched.written + seen.interval
        let spread = max(Self.shortestPause, seen.interval / 4)
        // Whoever came too early comes again soon.
        let pause =
            watched.looks > 0 && due <= now
            ? Self.shortestPause + .milliseconds(500) * chance
            : max(.zero, due - now) + Self.margin + spread * chance
        return .readAgain(after: max(pause, Self.shortestPause) * slowness)
    }

    private func patience(_ seen: Seen) -> Duration {
        switch seen.poller {
        case .another, .this: Self.silence(seen.interval)
        case .nobody: seen.isDue ? .zero : seen.interval
        }
    }

    /// This one has written the object. `isPoller` is whether it goes on polling.
    package mutating func wrote(_ etag: ETag, interval: Duration, isPoller: Bool, isDue: Bool, at now: Instant) {
        let seen = Seen(
            etag: etag, interval: interval, age: nil, poller: isPoller ? .this : .nobody, isDue: isDue)
        watched = Watched(seen: seen, written: now, since: now)
        (own, mustRead, looked, slowness) = (isPoller ? etag : nil, false, now, 1)
    }

    /// Somebody else has written it, or nobody knows what is there.
    package mutating func lost() { (own, mustRead) = (nil, true) }

    /// The API could not be asked: before it is again, it is made sure that nobody has taken over.
    package mutating func pollFailed() { mustRead = true }

    /// The object could not be read. Nil when it has not been seen for so long that one asks the API oneself.
    package mutating func failed(at now: Instant, chance: Double) -> Decision? {
        slowness = min(slowness * 2, Self.mostSlowness)
        guard let watched, own == nil, now - (looked ?? watched.since) < Self.silence(watched.seen.interval) else {
            mustRead = true
            return nil
        }
        let spread = max(Self.shortestPause, watched.seen.interval / 4)
        return .readAgain(after: Self.shortestPause + spread * slowness * chance)
    }
}
