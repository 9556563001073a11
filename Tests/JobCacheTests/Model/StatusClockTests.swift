import Testing

@testable import JobCache

@Suite("Status clock")
struct StatusClockTests {
    private let start = ContinuousClock.now

    @Test("S6.1 an answer is good for 1 s, then half as long again each time nothing changed, at most 10 s")
    func growth() {
        var clock = StatusClock(checkedAt: start)
        var seen = [clock.interval]
        for _ in 1...8 {
            clock.answered(changed: false, at: start)
            seen.append(clock.interval)
        }
        let expected: [Double] = [1, 1.5, 2.25, 3.375, 5.0625, 7.59375, 10, 10, 10]
        #expect(seen == expected.map { .seconds($0) })
    }

    @Test("S6.1 a change brings the interval back to 1 s")
    func change() {
        var clock = StatusClock(checkedAt: start)
        for _ in 1...5 { clock.answered(changed: false, at: start) }
        clock.answered(changed: true, at: start)
        #expect(clock.interval == .seconds(1))
    }

    @Test("what remains counts from the last answer and is never negative")
    func remaining() {
        var clock = StatusClock(checkedAt: start)
        #expect(clock.remaining(at: start) == .seconds(1))
        #expect(clock.remaining(at: start + .milliseconds(400)) == .milliseconds(600))
        #expect(clock.remaining(at: start + .seconds(1)) == .zero)
        #expect(clock.remaining(at: start + .seconds(100)) == .zero)
        clock.answered(changed: false, at: start + .seconds(100))
        #expect(clock.remaining(at: start + .seconds(101)) == .milliseconds(500))
    }

    @Test("S6.1 Retry-After holds the next question back, and never brings it forward; an answer ends it")
    func retryAfter() {
        var clock = StatusClock(checkedAt: start)
        clock.failed(retryAfter: .seconds(30), at: start)
        #expect(clock.remaining(at: start) == .seconds(30))
        clock.failed(retryAfter: .zero, at: start)
        #expect(clock.remaining(at: start) == .seconds(2.25))
        clock.failed(retryAfter: .seconds(30), at: start)
        clock.answered(changed: true, at: start)
        #expect(clock.remaining(at: start) == .seconds(1))
    }
}
