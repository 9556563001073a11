import Testing

@testable import PulseAPI

@Suite("Request queue")
struct RequestQueueTests {
    /// A queue whose requests are named by numbers.
    private final class Rig {
        var queue: RequestQueue
        var now = Duration.zero

        init(_ ceiling: Int) { queue = RequestQueue(ceiling: ceiling) }

        private func ticket(_ number: UInt64) -> RequestQueue.Ticket { RequestQueue.Ticket(number: number) }

        func started() -> [UInt64] { queue.start(at: now).map(\.number) }

        /// Those that start when these come, all at the same time.
        func enter(_ numbers: ClosedRange<UInt64>, _ level: Urgency.Level = .foreground) -> [UInt64] {
            for number in numbers { queue.enter(ticket(number), level) }
            return started()
        }

        func end(_ number: UInt64, _ outcome: RequestQueue.Outcome = .other) -> [UInt64] {
            queue.end(ticket(number), outcome)
            return started()
        }

        func raise(_ number: UInt64) -> [UInt64] {
            queue.raise(ticket(number))
            return started()
        }

        func withdraw(_ number: UInt64) -> Bool { queue.withdraw(ticket(number)) }

        func move(_ number: UInt64) { queue.move(ticket(number), at: now) }
    }

    // MARK: Order

    @Test("as many start as the limit has places for; the rest, first come, first served")
    func limit() {
        let rig = Rig(3)
        #expect(rig.enter(1...5) == [1, 2, 3])
        #expect(rig.end(2) == [4])
        #expect(rig.end(1) == [5])
        #expect(rig.end(3).isEmpty)
    }

    @Test("what readers wait for goes before all that is fetched ahead")
    func classes() {
        let rig = Rig(1)
        #expect(rig.enter(1...1) == [1])
        #expect(rig.enter(2...3, .prefetch).isEmpty)
        #expect(rig.enter(4...5).isEmpty)
        #expect(rig.end(1) == [4])
        #expect(rig.end(4) == [5])
        #expect(rig.end(5) == [2])
        #expect(rig.end(2) == [3])
    }

    @Test("a prefetch that is raised while it waits goes behind the readers' requests and before the other prefetches")
    func raised() {
        let rig = Rig(1)
        #expect(rig.enter(1...1) == [1])
        #expect(rig.enter(2...4, .prefetch).isEmpty)
        #expect(rig.enter(5...5).isEmpty)
        #expect(rig.raise(4).isEmpty)
        #expect(rig.raise(4).isEmpty)
        #expect(rig.end(1) == [5])
        #expect(rig.end(5) == [4])
        #expect(rig.end(4) == [2])
        #expect(rig.queue.snapshot.queuedForeground == 0)
        #expect(rig.queue.snapshot.queuedPrefetch == 1)
    }

    @Test("what is withdrawn never starts; what has started is not withdrawn")
    func withdrawn() {
        let rig = Rig(1)
        #expect(rig.enter(1...3) == [1])
        #expect(rig.enter(4...5, .prefetch).isEmpty)
        #expect(rig.withdraw(2))
        #expect(!rig.withdraw(2))
        #expect(rig.withdraw(4))
        #expect(!rig.withdraw(1))
        #expect(rig.end(1) == [3])
        #expect(rig.end(3) == [5])
    }

    // MARK: Shares

    @Test("prefetches hold half of the places, and a reader's request starts at once")
    func half() {
        let rig = Rig(8)
        #expect(rig.enter(1...9, .prefetch) == [1, 2, 3, 4])
        #expect(rig.enter(10...13) == [10, 11, 12, 13])
        #expect(rig.end(10).isEmpty)
        #expect(rig.end(1) == [5])
    }

    @Test("readers' requests may hold all places, and leave none to prefetches")
    func all() {
        let rig = Rig(4)
        #expect(rig.enter(1...4) == [1, 2, 3, 4])
        #expect(rig.enter(5...5, .prefetch).isEmpty)
        #expect(rig.end(1) == [5])
    }

    @Test("where there is one place, a prefetch has it only while no reader waits")
    func single() {
        let rig = Rig(1)
        #expect(rig.enter(1...2, .prefetch) == [1])
        #expect(rig.enter(3...3).isEmpty)
        #expect(rig.end(1) == [3])
        #expect(rig.end(3) == [2])
    }

    @Test("a prefetch that is raised under way leaves the prefetches' half")
    func raisedUnderWay() {
        let rig = Rig(4)
        #expect(rig.enter(1...4, .prefetch) == [1, 2])
        #expect(rig.raise(1) == [3])
        #expect(rig.end(1).isEmpty)
        #expect(rig.end(2) == [4])
        #expect(rig.end(3).isEmpty)
        #expect(rig.end(4).isEmpty)
        #expect(rig.enter(5...9) == [5, 6, 7, 8])
    }

    // MARK: The limit

    @Test(
        "a refusal for the load halves the places, once for all that were in flight; none is given until so few are held"
    )
    func cut() {
        let rig = Rig(8)
        #expect(rig.enter(1...20) == Array(1...8))
        #expect(rig.end(1, .overloaded).isEmpty)
        #expect(rig.queue.snapshot.limit == 4)
        for number in 2...4 as ClosedRange<UInt64> { #expect(rig.end(number, .overloaded).isEmpty) }
        #expect(rig.queue.snapshot.limit == 4)
        #expect(rig.end(5) == [9])
        #expect(rig.queue.snapshot.cuts == 1)
        // 6 to 8 began before the cut, 9 after it.
        #expect(rig.end(6, .overloaded) == [10])
        #expect(rig.queue.snapshot.limit == 4)
        #expect(rig.end(9, .overloaded).isEmpty)
        #expect(rig.queue.snapshot.limit == 2)
        #expect(rig.queue.snapshot.cuts == 2)
    }

    @Test("answers bring the places back, one for as many as there are; what says nothing of the load changes nothing")
    func growth() {
        let rig = Rig(4)
        #expect(rig.enter(1...20) == [1, 2, 3, 4])
        #expect(rig.end(1, .overloaded).isEmpty)
        #expect(rig.end(2).isEmpty)
        #expect(rig.end(3) == [5])
        #expect(rig.queue.snapshot.limit == 2)
        // 2.5, 2.9, 3.24
        #expect(rig.end(4, .answered) == [6])
        #expect(rig.end(5, .answered) == [7])
        #expect(rig.end(6, .answered) == [8, 9])
        #expect(rig.queue.snapshot.limit == 3)
    }

    // MARK: Silence

    @Test(
        "after a second of silence a place goes to the next in the queue, and comes back neither by moving nor by the end"
    )
    func lending() {
        let rig = Rig(2)
        #expect(rig.enter(1...4) == [1, 2])
        rig.now = .milliseconds(999)
        #expect(rig.started().isEmpty)
        rig.move(2)
        rig.now = .seconds(1)
        #expect(rig.queue.nextLoan == .seconds(1))
        #expect(rig.started() == [3])
        #expect(rig.queue.snapshot.inFlight == 3)
        #expect(rig.queue.snapshot.silent == 1)
        #expect(rig.end(1).isEmpty)
        #expect(rig.end(2) == [4])
        #expect(rig.enter(5...7).isEmpty)
        #expect(rig.end(3) == [5])
        #expect(rig.end(4) == [6])
    }

    @Test("one that moves again counts again: nothing starts in its place until others end")
    func takenBack() {
        let rig = Rig(2)
        #expect(rig.enter(1...2) == [1, 2])
        rig.now = .seconds(1)
        #expect(rig.enter(3...6) == [3, 4])
        rig.move(1)
        rig.move(1)
        rig.move(2)
        #expect(rig.queue.snapshot.silent == 0)
        #expect(rig.end(3).isEmpty)
        #expect(rig.end(4).isEmpty)
        #expect(rig.end(1) == [5])
        #expect(rig.end(2) == [6])
    }

    @Test("one that moved and fell silent again lends its place again")
    func again() {
        let rig = Rig(1)
        #expect(rig.enter(1...1) == [1])
        rig.now = .seconds(1)
        #expect(rig.enter(2...3) == [2])
        rig.move(1)
        rig.now = .milliseconds(1900)
        #expect(rig.end(2).isEmpty)
        rig.now = .seconds(2)
        #expect(rig.started() == [3])
    }

    @Test("however many are stuck, what comes next waits for a second at most, and prefetches keep their share")
    func endless() {
        let rig = Rig(4)
        for round in 0..<100 as Range<UInt64> {
            rig.now = .seconds(Int(round))
            let first = round * 4 + 1
            #expect(rig.enter(first...(first + 3)) == Array(first...(first + 3)))
        }
        #expect(rig.queue.snapshot.inFlight == 400)
        rig.now += .seconds(1)
        #expect(rig.enter(500...509, .prefetch) == [500, 501])
        #expect(rig.enter(600...609) == [600, 601])
        for number in 1...400 as ClosedRange<UInt64> { #expect(rig.end(number).isEmpty) }
        rig.now += .seconds(1)
        #expect(rig.started() == [602, 603, 604, 605])
    }

    @Test("silent prefetches leave the prefetches' half to others, and no more")
    func silentPrefetches() {
        let rig = Rig(4)
        #expect(rig.enter(1...6, .prefetch) == [1, 2])
        rig.now = .seconds(1)
        #expect(rig.started() == [3, 4])
        // It is its reader's now, and moves.
        #expect(rig.raise(1).isEmpty)
        rig.move(1)
        #expect(rig.end(3) == [5])
        #expect(rig.enter(7...9) == [7])
    }

    @Test("there is something to wait for only while something waits")
    func noTimer() {
        let rig = Rig(1)
        #expect(rig.queue.nextLoan == nil)
        #expect(rig.enter(1...1) == [1])
        #expect(rig.queue.nextLoan == nil)
        #expect(rig.enter(2...2).isEmpty)
        #expect(rig.queue.nextLoan == .seconds(1))
        #expect(rig.withdraw(2))
        #expect(rig.queue.nextLoan == nil)
    }
}
