import PulseTestSupport
import Testing

@testable import JobCache

@Suite("How old a status may be: laws")
struct StatusClockPropertyTests {
    @Test("S6.1 no answer, failure or wish of the API makes polls closer than a second, or farther apart than ten")
    func bounds() {
        var chance = SeededGenerator(seed: 1)
        let start = ContinuousClock.now
        for _ in 1...2_000 {
            var now = start
            var clock = StatusClock(checkedAt: now)
            for _ in 1...40 {
                now += .milliseconds(Int.random(in: 0...30_000, using: &chance))
                var wish: Duration?
                switch Int.random(in: 0..<5, using: &chance) {
                case 0: clock.answered(changed: true, at: now)
                case 1, 2: clock.answered(changed: false, at: now)
                case 3:
                    wish =
                        [nil, .zero, .seconds(-5), .seconds(120), .seconds(Int64.max / 4)].randomElement(using: &chance)
                        ?? nil
                    clock.failed(retryAfter: wish, at: now)
                default:
                    let pause = Duration.milliseconds(Int.random(in: 1_000...20_000, using: &chance))
                    clock.followed(
                        interval: .milliseconds(Int.random(in: -1_000...1_000_000, using: &chance)), pause: pause,
                        at: now)
                    #expect(clock.remaining(at: now) == pause)
                    continue
                }
                let least = max(StatusClock.shortest, wish ?? .zero)
                #expect(clock.remaining(at: now) >= least, "asked again too early")
                #expect(clock.remaining(at: now) <= max(StatusClock.longest, wish ?? .zero), "asked again too late")
                #expect(clock.interval >= StatusClock.shortest && clock.interval <= StatusClock.longest)
                #expect(clock.remaining(at: clock.due) == .zero)
            }
        }
    }
}
