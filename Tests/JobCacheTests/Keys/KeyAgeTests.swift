import PulseAPI
import Testing

@testable import JobCache

@Suite("The age of what was said of a key") struct KeyAgeTests {
    @Test(
        "S4.2: what the API said on another machine a while ago is asked about again that much sooner, and not remembered"
    )
    func age() {
        var rules = KeyRules()
        rules.ttl = .seconds(600)
        let now = ContinuousClock.now
        var watch = KeyWatch(rules, memory: nil, at: now)
        watch.began()
        #expect(watch.ended(.good, age: .seconds(590), at: now) == [])
        _ = watch.asked()
        #expect(!watch.tick(at: now + .seconds(9), isInUse: true).isDue)
        #expect(watch.tick(at: now + .seconds(10), isInUse: true).isDue)
        watch.began()
        #expect(watch.ended(.good, at: now + .seconds(10)) == [.remember(refused: false)])
        #expect(!watch.tick(at: now + .seconds(609), isInUse: true).isDue)
    }
}
