import PulseTestSupport
import Testing

@testable import ArtifactStore

@Suite("Timestamp")
struct TimestampTests {
    private static let edges: [Int64] = [
        .min, .min + 1, -1_000_000_000, -1, 0, 1, 999_999_999, 1_764_000_000_000_000_000, .max - 1, .max,
    ]

    private static var times: [Timestamp] {
        var generator = SeededGenerator(seed: 17)
        let others = (0..<100).map { _ in
            Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<63, using: &generator)
        }
        return (edges + others).map { Timestamp(nanoseconds: $0) }
    }

    @Test("S5.6 of any two moments one knows how long ago the other was, or that it is to come")
    func ages() {
        for time in Self.times {
            for now in Self.times {
                let age = time.age(at: now)
                #expect((age == nil) == (time > now))
                if let age {
                    let exact = Int128(now.nanoseconds) - Int128(time.nanoseconds)
                    #expect(age == .nanoseconds(Int64(clamping: exact)))
                }
            }
            #expect(time.next > time || time.nanoseconds == .max)
        }
    }

    @Test("S5.6 seconds of any number are a moment, the nearest that can be told")
    func seconds() {
        for time in Self.times {
            for rest in [0, 1, 999_999_999, .max, .min] as [Int64] {
                let exact = (Int128(time.nanoseconds) * 1_000_000_000)
                let whole = Int128(Int64(clamping: exact)) + Int128(rest)
                #expect(Timestamp(seconds: time.nanoseconds, nanoseconds: rest).nanoseconds == Int64(clamping: whole))
            }
        }
        #expect(Timestamp.now > Timestamp(seconds: 1_750_000_000))
    }

    @Test("S5.6 the numbers of jobs begin where an inode number has room, by any clock")
    func ordinals() {
        for time in Self.times { #expect((0...(1 << 42)).contains(IndexLayout.firstOrdinal(at: time))) }
        #expect(IndexLayout.firstOrdinal(at: Timestamp(seconds: 1_704_067_201)) == 16_000)
    }

    @Test("a use that a clock has put off counts as none: such a file goes first, and the next use of it is one")
    func usesToCome() async throws {
        try await FilledCache.with { (cache) async throws in
            let old = try #require(try await cache.add("old", size: 100_000))
            let late = try #require(try await cache.add("late", size: 100_000))
            let now = Timestamp(seconds: 1_800_000_000)
            let slot = FilledCache.image
            let (first, second) = (ArtifactPlace(job: old, slot: slot), ArtifactPlace(job: late, slot: slot))
            let index = cache.store.index
            try await index.touch(
                [first: Timestamp(seconds: 1_790_000_000), second: Timestamp(seconds: 1_900_000_000)], at: now)
            func order() throws -> [ArtifactPlace] {
                var places: [ArtifactPlace] = []
                var position: EvictionCandidate.Position?
                while true {
                    let page = try index.leastUsed(after: position, limit: 100, at: now)
                    guard let end = page.last else { return places.filter { $0 == first || $0 == second } }
                    places += page.map(\.place)
                    position = end.position
                }
            }
            #expect(try order() == [second, first])
            try await index.touch([second: Timestamp(seconds: 1_800_000_000)], at: now)
            #expect(try order() == [first, second])
        }
    }
}
