import Quantities
import System

/// The clocks and the chance that a store works with.
package struct StoreTime: Sendable {
    /// Since any one moment; never falls.
    let now: @Sendable () -> Duration
    /// Seconds since 1970, as this machine has it.
    let wall: @Sendable () -> Int64
    let sleep: @Sendable (Duration) async throws -> Void
    /// Evenly from 0 to 1.
    let chance: @Sendable () -> Double

    package init<C: Clock<Duration>>(
        _ clock: C, wall: @escaping @Sendable () -> Int64 = { SystemClock.now.seconds },
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
        (self.wall, self.chance) = (wall, chance)
    }

    package static let system = StoreTime(SuspendingClock())
}
