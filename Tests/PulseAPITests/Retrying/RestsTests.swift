import PulseTestSupport
import Testing

@testable import PulseAPI

@Suite("Rests", .timeLimit(.minutes(1)))
struct RestsTests {
    private let clock = ManualClock()
    private let rests = Rests()

    private func rest() async throws {
        try await rests.rest(.seconds(1)) { [clock] in
            try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil)
        }
    }

    @Test("a rest lasts as long as it should")
    func lasts() async throws {
        async let rested: Void = rest()
        while clock.sleepers == 0 { await Task.yield() }
        clock.advance(by: .seconds(1))
        try await rested
    }

    @Test("S7.1: rests end at once when they are ended, those to come included")
    func ended() async throws {
        let resting = Task { try await rest() }
        while clock.sleepers == 0 { await Task.yield() }
        rests.end()
        await #expect(throws: CancellationError.self) { try await resting.value }
        await #expect(throws: CancellationError.self) { try await rest() }
        #expect(clock.sleepers == 0)
    }

    @Test("a rest ends with whoever rests")
    func cancelled() async throws {
        let resting = Task { try await rest() }
        while clock.sleepers == 0 { await Task.yield() }
        resting.cancel()
        await #expect(throws: CancellationError.self) { try await resting.value }
    }
}
