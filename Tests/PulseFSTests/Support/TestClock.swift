import ArtifactStore
import Foundation
import Synchronization

@testable import PulseFS

/// A clock for an emulator; it stands still until it is moved.
final class TestClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_740_000_000))

    var now: Date { time.withLock { $0 } }

    func advance(by seconds: TimeInterval) { time.withLock { $0 = $0.addingTimeInterval(seconds) } }
}

/// A clock for what grows old within a library; it stands still until it is moved.
final class StillClock: Sendable {
    private let start = ContinuousClock.now
    private let time = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + time.withLock { $0 } }

    /// The time of day, which does not stand still: as much later than it is as the clock was moved.
    var date: Timestamp {
        let moved = time.withLock { $0 }.components.seconds
        return Timestamp(nanoseconds: APITime.now.nanoseconds + moved * 1_000_000_000)
    }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
