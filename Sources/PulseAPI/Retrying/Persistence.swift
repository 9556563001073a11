/// What a client asks again by: the rules, and the time and the chance that they work with.
package struct Persistence: Sendable {
    package let policy: RetryPolicy
    /// Since any one moment; never falls.
    let now: @Sendable () -> Duration
    let sleep: @Sendable (Duration) async throws -> Void
    /// Evenly from 0 to 1.
    let chance: @Sendable () -> Double

    package init<C: Clock<Duration>>(
        _ policy: RetryPolicy = RetryPolicy(), clock: C = SuspendingClock(),
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.policy = policy
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
        self.chance = chance
    }

    /// Asks once.
    package static let none = Persistence(RetryPolicy(asksOnce: true))
}
