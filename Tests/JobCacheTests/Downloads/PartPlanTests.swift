import Testing

@testable import JobCache

@Suite("Parts of a file")
struct PartPlanTests {
    private static let part = PartGeometry.standard.partSize
    private static let large = 3 * part + 5

    @Test("a file that is small, of unknown size, or from a server without ranges comes whole, by one request")
    func whole() {
        for plan in [
            PartPlan(size: nil, ranges: .served), PartPlan(size: PartGeometry.standard.leastSize - 1, ranges: .served),
            PartPlan(size: 0, ranges: .served), PartPlan(size: Self.large, ranges: .ignored),
        ] {
            var plan = plan
            #expect(plan.usefulWidth == 1)
            #expect(plan.claim() == .whole)
            #expect(plan.claim(waitedFor: [7]) == nil)
            #expect(!plan.isFree(7))
        }
    }

    @Test("a large file comes in parts from the front, each once, the last one shorter")
    func parts() {
        var plan = PartPlan(size: Self.large, ranges: .served)
        #expect(plan.usefulWidth == PartGeometry.standard.width)
        var orders: [PartPlan.Order] = []
        while let order = plan.claim() { orders.append(order) }
        let part = Self.part
        #expect(
            orders == [
                .part(0..<part), .part(part..<2 * part), .part(2 * part..<3 * part), .part(3 * part..<Self.large),
            ])
        #expect(plan.claimed.ranges == [0..<Self.large])
    }

    @Test("what a reader waits for comes first, from there to the next part, and nothing twice")
    func waitedFor() {
        let part = Self.part
        var plan = PartPlan(size: Self.large, ranges: .served)
        #expect(plan.claim(waitedFor: [2 * part + 100]) == .part(2 * part + 100..<3 * part))
        #expect(!plan.isFree(2 * part + 100))
        #expect(plan.isFree(2 * part + 99))
        #expect(plan.claim(waitedFor: [2 * part + 200]) == .part(0..<part))
        #expect(plan.claim(waitedFor: [2 * part + 200, 2 * part + 7]) == .part(2 * part + 7..<2 * part + 100))
        #expect(plan.claim(waitedFor: [Self.large + 1]) == .part(part..<2 * part))
        #expect(plan.claim() == .part(2 * part..<2 * part + 7))
        #expect(plan.claim() == .part(3 * part..<Self.large))
        #expect(plan.claim() == nil)
    }

    @Test("until a server has served one part, a second is not asked for")
    func unknown() {
        var plan = PartPlan(size: Self.large, ranges: .unknown)
        #expect(plan.usefulWidth == 1)
        #expect(plan.claim() == .part(0..<Self.part))
        #expect(plan.claim() == nil)
        plan.answeredInParts(of: Self.large)
        #expect(plan.usefulWidth == PartGeometry.standard.width)
        #expect(plan.claim() == .part(Self.part..<2 * Self.part))
    }

    @Test("a server that answers a range with everything is taken at that")
    func ignored() {
        var plan = PartPlan(size: Self.large, ranges: .unknown)
        _ = plan.claim()
        plan.announced(servesRanges: true)
        #expect(plan.answeredWhole(size: Self.large, isAskedForWhole: false) == nil)
        #expect(plan.claim() == nil)
        #expect(plan.ranges == .ignored)
    }

    @Test("a whole answer is broken off where parts take over, if it is large and the server says that it serves them")
    func takenOver() {
        var plan = PartPlan(size: nil, ranges: .unknown)
        #expect(plan.claim() == .whole)
        plan.announced(servesRanges: true)
        #expect(plan.answeredWhole(size: Self.large, isAskedForWhole: true) == Self.part)
        #expect(plan.usefulWidth == PartGeometry.standard.width)
        #expect(plan.claim() == .part(Self.part..<2 * Self.part))
        for (size, servesRanges) in [(Self.large, false), (Self.large, nil), (100, true), (nil, true)]
            as [(UInt64?, Bool?)]
        {
            var plan = PartPlan(size: nil, ranges: .unknown)
            _ = plan.claim()
            plan.announced(servesRanges: servesRanges)
            #expect(plan.answeredWhole(size: size, isAskedForWhole: true) == nil)
            #expect(plan.claim() == nil)
        }
    }

    @Test(
        "patience ends after a few cuts that bring nothing, lasts while cuts bring something, and has an end in any case"
    )
    func patience() {
        let start = ContinuousClock.now
        var patience = Patience(.seconds(30), from: start)
        let pauses = (1...4).map { _ in patience.pause(afterBringing: 100, at: start) }
        #expect(pauses.prefix(3).allSatisfy { $0.map { $0 >= .zero && $0 <= .seconds(1) } ?? false })
        #expect(pauses.last == .some(nil))
        var lasting = Patience(.seconds(30), from: start)
        let cuts = (1...100).prefix { lasting.pause(afterBringing: 2 << 20, at: start + .seconds(20 * $0)) != nil }
            .count
        #expect(cuts == 64)
        var late = Patience(.seconds(30), from: start)
        #expect(late.pause(afterBringing: 100, at: start + .seconds(15)) != nil)
        #expect(late.pause(afterBringing: 100, at: start + .seconds(30)) == nil)
    }

    @Test("a file that is named begins with its first part, whose answer tells what else there is to ask for")
    func named() {
        var plan = PartPlan(size: nil, ranges: .unknown, beginsWithPart: true)
        #expect(plan.claim() == .part(0..<Self.part))
        #expect(plan.claim() == nil)
        var small = plan
        small.answeredInParts(of: 100)
        #expect(small.claim() == nil)
        plan.answeredInParts(of: Self.large)
        #expect(plan.claim() == .part(Self.part..<2 * Self.part))
    }

    @Test("a named file comes whole where the server refuses its first part, does not say its size, or serves no parts")
    func namedWithoutParts() {
        var plan = PartPlan(size: nil, ranges: .unknown, beginsWithPart: true)
        _ = plan.claim()
        var sizeless = plan
        sizeless.answeredInParts(of: nil)
        #expect(sizeless.claim() == .whole)
        var answeredWhole = plan
        #expect(answeredWhole.answeredWhole(size: Self.large, isAskedForWhole: false) == nil)
        #expect(answeredWhole.ranges == .ignored && answeredWhole.claim() == nil)
        // All of a small file may be the answer of a server that serves parts.
        var small = plan
        #expect(small.answeredWhole(size: 100, isAskedForWhole: false) == nil)
        #expect(small.ranges == .unknown && small.claim() == nil)
        plan.firstPartIsRefused()
        #expect(plan.claim() == .whole)
        #expect(plan.claim() == nil)
        var ignored = PartPlan(size: nil, ranges: .ignored, beginsWithPart: true)
        #expect(ignored.claim() == .whole)
    }
}
