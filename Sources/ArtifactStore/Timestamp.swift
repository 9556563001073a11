import Quantities
import System

/// A moment, in nanoseconds since 1970 UTC: from the year 1677 to the year 2262. What lies beyond is the first or the last of
/// them, so that no date from outside ends the process.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package init(seconds: Int64, nanoseconds: Int64 = 0) {
        self.nanoseconds = seconds *| 1_000_000_000 +| nanoseconds
    }

    /// By the system's clock, which may be set to anything.
    package static var now: Timestamp {
        let time = SystemClock.now
        return Timestamp(seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// How long ago this was. Nil for a date to come: a clock was wrong, then or now, and it is as good as none.
    package func age(at now: Timestamp) -> Duration? {
        self <= now ? .nanoseconds(now.nanoseconds -| nanoseconds) : nil
    }

    package var hourLater: Timestamp { Timestamp(nanoseconds: nanoseconds +| 3_600_000_000_000) }

    /// The next moment that can be told from this one.
    package var next: Timestamp { Timestamp(nanoseconds: nanoseconds +| 1) }
}
