import Synchronization

/// Chance that is the same for the same seed (SplitMix64).
final class Dice: Sendable {
    private let state: Mutex<UInt64>

    init(_ seeds: UInt64...) {
        state = Mutex(seeds.reduce(0) { Self.mixed($0 &+ 0x9e37_79b9_7f4a_7c15 &+ $1) })
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        let one = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        let two = (one ^ one >> 27) &* 0x94d0_49bb_1331_11eb
        return two ^ two >> 31
    }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            return Self.mixed(state)
        }
    }

    /// Evenly from 0 to 1.
    func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

    func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    func happens(_ probability: Double) -> Bool { unit() < probability }

    func between(_ least: Duration, _ most: Duration) -> Duration { least + (most - least) * unit() }
}
