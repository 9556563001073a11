import Testing

@testable import PulseAPI

@Suite("AIMD limit")
struct AIMDLimitTests {
    @Test("it starts at its ceiling, which success does not raise")
    func ceiling() {
        var limit = AIMDLimit(ceiling: 64)
        #expect(limit.value == 64)
        limit.increase()
        #expect(limit.value == 64)
        #expect(AIMDLimit(ceiling: 0).value == 1)
    }

    @Test("a cut halves it, and never goes below one")
    func halves() {
        var limit = AIMDLimit(ceiling: 64)
        var values: [Int] = []
        for cut in 0..<8 {
            limit.decrease(begunAfter: cut)
            values.append(limit.value)
        }
        #expect(values == [32, 16, 8, 4, 2, 1, 1, 1])
        #expect(limit.cuts == 8)
    }

    @Test("those that were in flight at a cut do not cut again")
    func once() {
        var limit = AIMDLimit(ceiling: 64)
        for _ in 1...64 { limit.decrease(begunAfter: 0) }
        #expect(limit.value == 32)
        #expect(limit.cuts == 1)
        limit.decrease(begunAfter: 1)
        #expect(limit.value == 16)
    }

    @Test("as many successes as it allows add one, about")
    func grows() {
        var limit = AIMDLimit(ceiling: 64)
        for cut in 0..<6 { limit.decrease(begunAfter: cut) }
        var values: [Int] = []
        for _ in 1...8 {
            limit.increase()
            values.append(limit.value)
        }
        // 2, 2.5, 2.9, 3.24, 3.55, 3.83, 4.10, 4.34
        #expect(values == [2, 2, 2, 3, 3, 3, 4, 4])
        for _ in 1...3000 { limit.increase() }
        #expect(limit.value == 64)
    }
}
