import JobCache
import Testing

@Suite("Transfer rate")
struct TransferRateTests {
    private let start = ContinuousClock.now

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("it is what came a second, of the last seconds alone")
    func window() {
        var rate = TransferRate()
        #expect(rate.note(1000, at: start) == 0)
        #expect(rate.note(3000, at: after(1)) == 2000)
        for second in 2...20 { #expect(rate.note(UInt64(1000 + second * 2000), at: after(Double(second))) == 2000) }
        // Then it stops.
        for second in 21...24 { #expect(rate.note(41_000, at: after(Double(second))) < 2000) }
        #expect(rate.note(41_000, at: after(25)) == 0)
    }

    @Test("no time, and no bytes, are no rate")
    func nothing() {
        var rate = TransferRate()
        #expect(rate.note(0, at: start) == 0)
        #expect(rate.note(5000, at: start) == 0)
    }
}
