import Quantities

/// How fast bytes have come during the last seconds. Decides only; whoever asks keeps the time.
package struct TransferRate: Sendable {
    private typealias Sample = (time: ContinuousClock.Instant, bytes: UInt64)

    /// Long enough that a number does not dance, short enough that it says what happens now.
    package static let window = Duration.seconds(5)

    /// The first is the last one that is as old as the window, or the beginning.
    private var samples: [Sample] = []

    package init() {}

    /// Takes in that so many bytes had come in all, and returns how many came a second. To be called every now and then, not
    /// for each byte.
    package mutating func note(_ bytes: UInt64, at now: ContinuousClock.Instant) -> UInt64 {
        samples.append((now, bytes))
        while samples.count > 2, samples[1].time.duration(to: now) >= Self.window { samples.removeFirst() }
        guard let first = samples.first, bytes > first.bytes else { return 0 }
        let seconds = first.time.duration(to: now) / .seconds(1)
        return seconds > 0 ? UInt64(min(Double(bytes -| first.bytes) / seconds, 0x1p62)) : 0
    }
}
