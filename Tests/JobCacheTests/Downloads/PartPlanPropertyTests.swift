import PulseTestSupport
import Quantities
import Testing

@testable import JobCache

/// The plan of a file against servers of every kind, with answers that are cut anywhere and readers that wait anywhere.
@Suite("Parts of a file: laws")
struct PartPlanPropertyTests {
    /// A file of a server, as far as it has come.
    private struct Fetch {
        let size: UInt64
        let servesRanges: Bool
        /// As a proxy may, from then on.
        var stopsServingRanges = false
        var plan: PartPlan
        var arrived = ByteSet()
        var inFlight: [Range<UInt64>] = []
        var wholes = 0

        /// The bytes came once.
        mutating func take(_ range: Range<UInt64>, isAgain: Bool = false) throws {
            try #require(range.upperBound <= size)
            if !isAgain { try #require(arrived.isDisjoint(with: range), "\(range) came twice") }
            arrived.insert(range)
        }
    }

    private static func fetch(_ seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        let size = UInt64.random(in: 0...2_000, using: &chance)
        let knowsSize = Bool.random(using: &chance)
        let geometry = PartGeometry(
            leastSize: UInt64.random(in: 1...800, using: &chance), partSize: UInt64.random(in: 1...300, using: &chance),
            width: 4, greatestWidth: 6)
        var fetch = Fetch(
            size: size, servesRanges: Bool.random(using: &chance),
            plan: PartPlan(
                size: knowsSize ? size : nil, ranges: [.unknown, .served].randomElement(using: &chance) ?? .unknown,
                geometry: geometry, beginsWithPart: Bool.random(using: &chance)))
        if fetch.servesRanges, knowsSize, Bool.random(using: &chance) {
            let some = UInt64.random(in: 0...size, using: &chance)
            let part = some..<UInt64.random(in: some...size, using: &chance)
            fetch.arrived.insert(part)
            fetch.plan.resume(fetch.arrived, of: size)
        }
        var orders = 0
        while fetch.arrived.count < size || orders == 0 {
            orders += 1
            try #require(orders < 20_000, "it does not come to an end: \(fetch)")
            if fetch.servesRanges, Int.random(in: 0..<200, using: &chance) == 0 { fetch.stopsServingRanges = true }
            let waited = (0..<Int.random(in: 0...2, using: &chance)).map { _ in
                UInt64.random(in: 0...2_100, using: &chance)
            }
            var isAsked = !fetch.inFlight.isEmpty
            while fetch.inFlight.count < fetch.plan.usefulWidth, let order = fetch.plan.claim(waitedFor: waited) {
                isAsked = true
                guard case .part(let range) = order else {
                    try answerWhole(&fetch, &chance)
                    break
                }
                try #require(!range.isEmpty && range.upperBound <= max(size, geometry.partSize))
                for other in fetch.inFlight {
                    try #require(!range.overlaps(other), "\(range) and \(other) are asked for at once")
                }
                try #require(fetch.arrived.isDisjoint(with: range), "\(range) has come, and is asked for again")
                fetch.inFlight.append(range)
            }
            try #require(isAsked || fetch.arrived.count >= size, "nobody asks for the rest: \(fetch)")
            guard !fetch.inFlight.isEmpty else { continue }
            let number = Int.random(in: 0..<fetch.inFlight.count, using: &chance)
            try answerPart(fetch.inFlight.remove(at: number), &fetch, &chance)
        }
        try #require(fetch.arrived.count == size)
    }

    /// All of it comes, sooner or later.
    private static func answerWhole(_ fetch: inout Fetch, _ chance: inout SeededGenerator) throws {
        fetch.wholes += 1
        try #require(fetch.wholes == 1, "it is asked for whole twice")
        if let end = fetch.plan.answeredWhole(size: fetch.size, isAskedForWhole: true) {
            // The rest comes in parts.
            try fetch.take(0..<min(end, fetch.size), isAgain: true)
            fetch.wholes = 0
        } else {
            try fetch.take(0..<fetch.size, isAgain: true)
        }
    }

    private static func answerPart(
        _ range: Range<UInt64>, _ fetch: inout Fetch, _ chance: inout SeededGenerator
    ) throws {
        switch Int.random(in: 0..<10, using: &chance) {
        case 0:
            fetch.plan.giveBack(range)
        case 1 where fetch.servesRanges && !fetch.stopsServingRanges && range.upperBound <= fetch.size:
            // Cut: what came stays, the rest is given back.
            let end = UInt64.random(in: range.lowerBound...range.upperBound, using: &chance)
            fetch.plan.answeredInParts(of: fetch.size)
            try fetch.take(range.lowerBound..<end)
            fetch.plan.giveBack(end..<range.upperBound)
        default:
            guard fetch.servesRanges, !fetch.stopsServingRanges, range.lowerBound < fetch.size else {
                if fetch.arrived.isEmpty, fetch.inFlight.isEmpty, range.lowerBound == 0 {
                    // All of the file is the answer.
                    let end = fetch.plan.answeredWhole(size: fetch.size, isAskedForWhole: false) ?? fetch.size
                    try fetch.take(0..<min(end, fetch.size))
                } else {
                    fetch.plan.rangesAreIgnored()
                }
                return
            }
            fetch.plan.answeredInParts(of: fetch.size)
            try fetch.take(range.lowerBound..<min(range.upperBound, fetch.size))
        }
    }

    @Test(
        "S2.2 whatever is cut and whoever waits, every byte is asked for once, and all of them come",
        arguments: [0, 5_000, 10_000, 15_000])
    func covers(first: UInt64) throws {
        for seed in first..<first + 5_000 {
            do { try Self.fetch(seed) } catch {
                Issue.record("seed \(seed)")
                throw error
            }
        }
    }
}
