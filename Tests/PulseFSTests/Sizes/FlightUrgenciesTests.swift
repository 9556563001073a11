import PulseAPI
import Testing

@testable import PulseFS

@Suite("How urgent a flight is")
struct FlightUrgenciesTests {
    @Test("nobody waits for it: a prefetch, until a reader comes")
    func prefetch() {
        var urgencies = FlightUrgencies<Int>()
        let urgency = urgencies.begin(1)
        #expect(urgency.level == .prefetch)
        let other = urgencies.arrive(at: 2)
        #expect(other == nil)
        let found = urgencies.arrive(at: 1)
        #expect(found === urgency)
    }

    @Test("a reader who came before the work began makes it urgent, for as long as one waits")
    func foreground() {
        var urgencies = FlightUrgencies<Int>()
        _ = urgencies.arrive(at: 1)
        _ = urgencies.arrive(at: 1)
        urgencies.leave(1)
        let first = urgencies.begin(1)
        #expect(first.level == .foreground)
        urgencies.end(1)
        urgencies.leave(1)
        let second = urgencies.begin(1)
        #expect(second.level == .prefetch)
    }

    @Test("what has ended is not raised")
    func ended() {
        var urgencies = FlightUrgencies<Int>()
        _ = urgencies.begin(1)
        urgencies.end(1)
        let found = urgencies.arrive(at: 1)
        #expect(found == nil)
    }
}
