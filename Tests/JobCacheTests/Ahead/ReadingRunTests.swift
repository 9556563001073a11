import Testing

@testable import JobCache

@Suite("Reading in order")
struct ReadingRunTests {
    private typealias Run = ReadingRun<Int, Int>
    private static let first = Run.firstWindow
    private static let longest = Run.longestWindow

    /// A sequence of 1,000 numbers that is read upwards by 1, or downwards.
    private static func read(_ run: inout Run, _ member: Int) -> Run.Advice {
        run.read(member, in: [1, -1]) { after, step, count in
            (0..<count).map { after + step * ($0 + 1) }.filter { (0..<1000).contains($0) }
        }
    }

    @Test("one read starts nothing, nor does the same again; the next in order starts the ones after it")
    func begins() {
        var run = Run()
        #expect(Self.read(&run, 10) == Run.Advice())
        #expect(Self.read(&run, 10) == Run.Advice())
        #expect(!run.isRunning)
        #expect(Self.read(&run, 11) == Run.Advice(fetch: Array(12..<12 + Self.first)))
        #expect(run.isRunning && run.expects(12) && !run.expects(11))
    }

    @Test("whoever reads after having listed the sequence is expected to read on from there, from the first read on")
    func listed() {
        var run = Run()
        let advice = run.read(10, in: [1, -1], afterListing: true) { after, step, count in
            (1...max(1, count)).prefix(count).map { after + step * $0 }
        }
        #expect(advice == Run.Advice(fetch: Array(11..<11 + Run.windowAfterListing)))
        #expect(!run.isFollowed)
        #expect(Self.read(&run, 11).drop.isEmpty && run.isRunning && run.isFollowed)
    }

    @Test("each read that was expected doubles how far ahead the run looks, up to a bound")
    func grows() {
        var run = Run()
        var furthest = 1
        for member in 0..<200 {
            if let last = Self.read(&run, member).fetch.last { furthest = last }
            #expect(furthest - member <= Self.longest)
            if member > 10 { #expect(furthest - member == Self.longest) }
        }
    }

    @Test("backwards is an order too")
    func backwards() {
        var run = Run()
        _ = Self.read(&run, 500)
        #expect(Self.read(&run, 499).fetch == Array((499 - Self.first..<499).reversed()))
    }

    @Test("readers who overtake each other go on with one run, and nothing is fetched twice", arguments: 2...8)
    func together(readers: Int) {
        var run = Run()
        var fetched: [Int] = []
        var order = Array(0..<120)
        // Each group comes the wrong way round, once the run has begun.
        for start in stride(from: 4, to: 116, by: readers) {
            order[start..<min(start + readers, 120)].reverse()
        }
        for member in order {
            let advice = Self.read(&run, member)
            #expect(advice.drop.isEmpty)
            fetched += advice.fetch
        }
        #expect(Set(fetched).count == fetched.count)
        #expect(Set(fetched).isSuperset(of: 2..<120))
    }

    @Test("a read of anything else ends the run, and another can begin there")
    func broken() {
        var run = Run()
        for member in 0..<3 { _ = Self.read(&run, member) }
        let expected = (3..<1000).filter { run.expects($0) }
        #expect(Self.read(&run, 700) == Run.Advice(drop: expected))
        #expect(!run.isRunning)
        #expect(Self.read(&run, 701).fetch.first == 702)
    }

    @Test("what was passed over is given up too when the run ends, unless someone has read it meanwhile")
    func passedOver() {
        var run = Run()
        for member in [0, 1, 4, 3] { _ = Self.read(&run, member) }
        let drop = run.end().drop
        #expect(drop.contains(2) && drop.contains(5) && !drop.contains(3) && !drop.contains(4))
    }

    @Test("whoever leaves out every other one is not followed for long")
    func leavesOut() {
        var run = Run()
        var fetched = 0
        for member in [0, 1] + stride(from: 3, to: 900, by: 2) { fetched += Self.read(&run, member).fetch.count }
        #expect(!run.isRunning)
        #expect(fetched <= 4 * Self.longest)
    }

    @Test("at the end of the sequence there is nothing more")
    func ends() {
        var run = Run()
        _ = Self.read(&run, 997)
        #expect(Self.read(&run, 998).fetch == [999])
        #expect(Self.read(&run, 999).fetch.isEmpty)
    }

    @Test("leaps in no order start nothing")
    func leaps() {
        var run = Run()
        for member in [5, 90, 7, 300, 9, 11, 13, 900] { #expect(Self.read(&run, member) == Run.Advice()) }
    }
}
