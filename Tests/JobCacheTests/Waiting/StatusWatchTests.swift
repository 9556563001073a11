import Testing

@testable import JobCache

@Suite("Status watch")
struct StatusWatchTests {
    private let start = ContinuousClock.now
    private let patience = Duration.seconds(60)

    @Test("nobody waits: nothing is asked, and a loop that runs ends")
    func idle() {
        let watch = HeldWatch()
        #expect(watch.state == .idle)
        #expect(watch.next(at: start, freshFor: .zero) == .stop)
        #expect(watch.state == .idle)
    }

    @Test("the first who comes begins the loop, whoever follows joins it")
    func joining() {
        let watch = HeldWatch()
        #expect(watch.waiterCame(1, patience: patience, at: start))
        #expect(!watch.waiterCame(2, patience: patience, at: start))
        #expect(!watch.pollerCame(at: start))
        #expect(watch.state == .resting(until: start))
    }

    @Test("S6.1 it asks when the last answer is out of date, and not before")
    func asking() {
        let watch = HeldWatch()
        _ = watch.waiterCame(1, patience: patience, at: start)
        #expect(watch.next(at: start, freshFor: .milliseconds(700)) == .rest(until: start + .milliseconds(700)))
        let due = start + .milliseconds(700)
        #expect(watch.next(at: due, freshFor: .zero) == .ask)
        #expect(watch.state == .asking)
        watch.answered()
        #expect(watch.next(at: due, freshFor: .milliseconds(1500)) == .rest(until: due + .milliseconds(1500)))
    }

    @Test("it never asks twice within a second, whatever became of the answer")
    func pause() {
        let watch = HeldWatch()
        _ = watch.waiterCame(1, patience: patience, at: start)
        #expect(watch.next(at: start, freshFor: .zero) == .ask)
        #expect(watch.next(at: start, freshFor: .zero) == .rest(until: start + .seconds(1)))
    }

    @Test("the last who leaves ends the loop; who comes before it has ended keeps it")
    func leaving() {
        let watch = HeldWatch()
        _ = watch.waiterCame(1, patience: patience, at: start)
        _ = watch.waiterCame(2, patience: patience, at: start)
        _ = watch.next(at: start, freshFor: .seconds(1))
        #expect(!watch.waiterLeft(1))
        #expect(watch.waiterLeft(2))
        #expect(!watch.waiterCame(3, patience: patience, at: start))
        #expect(watch.next(at: start, freshFor: .seconds(1)) == .rest(until: start + .seconds(1)))
        #expect(watch.waiterLeft(3))
        #expect(watch.next(at: start, freshFor: .seconds(1)) == .stop)
        #expect(watch.waiterCame(4, patience: patience, at: start))
    }

    @Test("those who poll are sent off by every answer, and one who does not come again keeps nobody asking")
    func pollers() {
        let watch = HeldWatch()
        #expect(watch.pollerCame(at: start))
        #expect(watch.next(at: start, freshFor: .zero) == .ask)
        watch.answered()
        #expect(!watch.pollerCame(at: start))
        #expect(watch.next(at: start, freshFor: .seconds(1)) == .rest(until: start + .seconds(1)))
        #expect(watch.next(at: start + .seconds(1), freshFor: .zero) == .ask)
        watch.answered()
        #expect(watch.next(at: start + .seconds(1), freshFor: .seconds(1)) == .stop)
    }

    @Test("a failure is followed by another try, later each time, and an answer makes up for all")
    func trouble() {
        let watch = HeldWatch()
        _ = watch.waiterCame(1, patience: .seconds(3600), at: start)
        var now = start
        for expected in [1.0, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10, 10] {
            #expect(watch.next(at: now, freshFor: .zero) == .ask)
            watch.failed(retryAfter: nil, at: now)
            let due = now + .seconds(expected)
            #expect(watch.next(at: now, freshFor: .zero) == .rest(until: due))
            now = due
        }
        _ = watch.next(at: now, freshFor: .zero)
        watch.answered()
        #expect(watch.next(at: now, freshFor: .seconds(1.5)) == .rest(until: now + .seconds(1.5)))
    }

    @Test("Retry-After is obeyed, also where it is longer than the clock would wait")
    func retryAfter() {
        let watch = HeldWatch()
        _ = watch.waiterCame(1, patience: .seconds(3600), at: start)
        _ = watch.next(at: start, freshFor: .zero)
        watch.failed(retryAfter: .seconds(42), at: start)
        #expect(watch.next(at: start, freshFor: .zero) == .rest(until: start + .seconds(42)))
        let then = start + .seconds(42)
        #expect(watch.next(at: then, freshFor: .zero) == .ask)
        watch.failed(retryAfter: .zero, at: then)
        #expect(watch.next(at: then, freshFor: .zero) == .rest(until: then + .seconds(1.5)))
    }

    @Test("S6.2 whoever waits gives up when the API was out of reach for as long as they were ready to wait")
    func patienceEnds() {
        let watch = HeldWatch()
        _ = watch.waiterCame(1, patience: .seconds(2), at: start)
        _ = watch.waiterCame(2, patience: .seconds(60), at: start)
        let failed = start + .seconds(30)
        _ = watch.next(at: failed, freshFor: .zero)
        // Half a minute in which the API answered does not count.
        watch.failed(retryAfter: .seconds(20), at: failed)
        _ = watch.waiterCame(3, patience: .seconds(2), at: failed + .seconds(1))
        #expect(watch.next(at: failed + .seconds(1), freshFor: .zero) == .rest(until: failed + .seconds(2)))
        #expect(watch.next(at: failed + .seconds(2), freshFor: .zero) == .giveUp([1]))
        #expect(watch.next(at: failed + .seconds(2), freshFor: .zero) == .rest(until: failed + .seconds(3)))
        #expect(watch.next(at: failed + .seconds(3), freshFor: .zero) == .giveUp([3]))
        #expect(watch.next(at: failed + .seconds(3), freshFor: .zero) == .rest(until: failed + .seconds(20)))
    }

    @Test("when the job has ended everybody is told, and the loop ends; who comes meanwhile is not lost")
    func ending() {
        let watch = HeldWatch()
        for ticket: UInt64 in 1...3 { _ = watch.waiterCame(ticket, patience: patience, at: start) }
        _ = watch.next(at: start, freshFor: .zero)
        #expect(watch.ended() == [1, 2, 3])
        // The loop runs until it is told to stop: it is not begun twice.
        #expect(!watch.waiterCame(4, patience: patience, at: start))
        #expect(watch.ended() == [4])
        #expect(watch.next(at: start, freshFor: .zero) == .stop)
        #expect(watch.ended().isEmpty)
        #expect(watch.waiterCame(5, patience: patience, at: start))
    }
}

/// A watch by reference: an expectation cannot call what changes a value.
private final class HeldWatch {
    private var watch = StatusWatch()

    var state: StatusWatch.State { watch.state }

    func waiterCame(_ ticket: UInt64, patience: Duration, at now: ContinuousClock.Instant) -> Bool {
        watch.waiterCame(ticket, patience: patience, at: now)
    }

    func waiterLeft(_ ticket: UInt64) -> Bool { watch.waiterLeft(ticket) }

    func pollerCame(at now: ContinuousClock.Instant) -> Bool { watch.pollerCame(at: now) }

    func next(at now: ContinuousClock.Instant, freshFor: Duration) -> StatusWatch.Step {
        watch.next(at: now, freshFor: freshFor)
    }

    func failed(retryAfter: Duration?, at now: ContinuousClock.Instant) {
        watch.failed(retryAfter: retryAfter, at: now)
    }

    func answered() { watch.answered() }

    func ended() -> Set<UInt64> { watch.ended() }
}
