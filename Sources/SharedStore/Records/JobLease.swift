/// Who asks the API about a job that the store does not have: decisions only, told what was read and when.
///
/// An object that says that somebody asks is a lease: as long as its ETag is another whenever it is looked at, or was seen for the
/// first time not long ago by the looker's own clock, its writer is waited for. No clock is compared with another machine's.
package struct JobLease: Sendable, Hashable {
    /// Since any one moment, by the own clock of this machine; never falls.
    package typealias Instant = Duration

    /// What was read of the job.
    package enum Seen: Sendable, Hashable {
        case absent
        case asking(ETag)
        /// Nobody asks, and what is there may be written over.
        case free(ETag)
    }

    package enum Decision: Sendable, Hashable {
        /// Write a lease under this condition. Whoever has written it asks the API.
        case claim(WriteCondition)
        case readAgain(after: Duration)
        /// Ask the API, and write in place of this version what came of it.
        case ask(ETag)
        /// Ask the API without a lease: it may be asked by several.
        case askAlone
    }

    /// What the writing of a lease came to.
    package enum Written: Sendable, Hashable {
        case done(ETag)
        /// Somebody else has written.
        case lost
        /// Nobody knows.
        case unclear
    }

    /// Somebody's lease that has not changed for so long is taken over.
    package static let silence = Duration.seconds(5)
    /// Nobody waits for others for longer than this.
    package static let patience = Duration.seconds(10)
    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)
    /// Claims that were lost, to others who are quicker every time.
    private static let mostClaims = 8

    private struct Watched: Hashable {
        let etag: ETag
        /// When it was seen first.
        let since: Instant
    }

    private let start: Instant
    private var watched: Watched?
    private var pause = Self.firstPause
    private var claims = 0

    package init(at now: Instant) { start = now }

    package mutating func saw(_ seen: Seen, at now: Instant) -> Decision {
        guard now - start < Self.patience else { return .askAlone }
        switch seen {
        case .absent: return claim(.ifAbsent)
        case .free(let etag): return claim(.ifStill(etag))
        case .asking(let etag):
            guard let watched, watched.etag == etag else {
                watched = Watched(etag: etag, since: now)
                return wait(atMost: Self.silence, at: now)
            }
            let silent = now - watched.since
            return silent >= Self.silence ? claim(.ifStill(etag)) : wait(atMost: Self.silence - silent, at: now)
        }
    }

    /// What came of the last claim.
    package func wrote(_ outcome: Written) -> Decision {
        switch outcome {
        case .done(let etag): .ask(etag)
        case .lost: .readAgain(after: .zero)
        // Whoever waits takes over from it, if it was done.
        case .unclear: .askAlone
        }
    }

    private mutating func claim(_ condition: WriteCondition) -> Decision {
        claims += 1
        return claims > Self.mostClaims ? .askAlone : .claim(condition)
    }

    private mutating func wait(atMost limit: Duration, at now: Instant) -> Decision {
        defer { pause = min(pause * 1.6, Self.longestPause) }
        return .readAgain(after: min(pause, limit, start + Self.patience - now))
    }
}
