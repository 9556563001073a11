import Testing

@testable import JobCache

@Suite("How much is fetched ahead")
struct PrefetchRulesTests {
    @Test("less is on its way for someone who has not read on, and never more than for one who has")
    func atFirst() {
        var rules = PrefetchRules()
        #expect(rules.mostBytes(isFollowed: true) == 64 << 20 && rules.mostBytes(isFollowed: false) == 8 << 20)
        rules.mostBytes = 1 << 20
        #expect(rules.mostBytes(isFollowed: true) == 1 << 20 && rules.mostBytes(isFollowed: false) == 1 << 20)
    }
}
