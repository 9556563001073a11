import PulseTestSupport
import Testing

@testable import JobCache

@Suite("Sets of bytes")
struct ByteSetTests {
    /// The same by the plainest means there are.
    private struct Model {
        var members: Set<UInt64> = []
        var ranges: [Range<UInt64>] {
            members.sorted().reduce(into: []) { ranges, member in
                if let last = ranges.last, last.upperBound == member {
                    ranges[ranges.count - 1] = last.lowerBound..<member + 1
                } else {
                    ranges.append(member..<member + 1)
                }
            }
        }
    }

    @Test("whatever is put in and taken out, the ranges are what they should be", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var (set, model) = (ByteSet(), Model())
        for _ in 0..<300 {
            let start = UInt64.random(in: 0..<60, using: &generator)
            let range = start..<start + UInt64.random(in: 0..<9, using: &generator)
            if Bool.random(using: &generator) {
                set.insert(range)
                model.members.formUnion(range)
            } else {
                set.remove(range)
                model.members.subtract(range)
            }
            #expect(set.ranges == model.ranges)
            #expect(set.count == UInt64(model.members.count))
            let place = UInt64.random(in: 0..<70, using: &generator)
            #expect(set.firstGap(from: place) == (place...).first { !model.members.contains($0) })
            #expect(set.firstMember(from: place) == (place..<80).first { model.members.contains($0) })
            let pieces = set.split(range)
            #expect(pieces.flatMap { Array($0.range) } == Array(range))
            #expect(
                pieces.allSatisfy { piece in piece.range.allSatisfy { model.members.contains($0) == piece.isMember } })
            #expect(set.contains(range) == range.allSatisfy { model.members.contains($0) })
        }
    }

    @Test("what is disjoint is what splits into one piece that is no member")
    func disjoint() {
        var set = ByteSet()
        for range in [10..<20, 30..<40] as [Range<UInt64>] { set.insert(range) }
        for low in UInt64(0)...45 {
            for high in low...46 {
                let pieces = set.split(low..<high)
                #expect(set.isDisjoint(with: low..<high) == pieces.allSatisfy { !$0.isMember })
            }
        }
        #expect(set.isDisjoint(with: 40..<UInt64.max) && set.count == 20)
    }
}
