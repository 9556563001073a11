import PulseAPI
import Testing

@Suite("Validators")
struct ValidatorsTests {
    private static let date = "Fri, 01 Nov 2024 00:00:00 GMT"
    private static let later = "Fri, 01 Nov 2024 00:00:01 GMT"

    private func compare(_ left: Validators, _ right: Validators) -> Validators.Comparison {
        let comparison = left.compared(with: right)
        #expect(right.compared(with: left) == comparison)
        return comparison
    }

    @Test("S2.7 two answers are of one version when a strong tag or a date says so, and of two when anything differs")
    func comparisons() {
        let strong = Validators(entityTag: "\"a\"")
        #expect(compare(strong, Validators(entityTag: "\"a\"")) == .same)
        #expect(compare(strong, Validators(entityTag: "\"b\"")) == .different)
        #expect(compare(strong, Validators(entityTag: "\"a\"", size: 5)) == .same)
        #expect(compare(Validators(entityTag: "\"a\"", size: 6), Validators(entityTag: "\"a\"", size: 5)) == .different)
        #expect(compare(Validators(size: 5), Validators(size: 5)) == .unknown)
        #expect(compare(Validators(size: 5), Validators(size: 6)) == .different)
        // Of a weak one all that is told is that it is another.
        let weak = Validators(entityTag: "W/\"a\"")
        #expect(compare(weak, weak) == .unknown)
        #expect(compare(weak, strong) == .unknown)
        #expect(compare(weak, Validators(entityTag: "W/\"b\"")) == .different)
        #expect(compare(weak, Validators(entityTag: "\"b\"")) == .different)
        // A date helps where the tags do not.
        #expect(compare(Validators(lastModified: Self.date), Validators(lastModified: Self.date)) == .same)
        #expect(compare(Validators(lastModified: Self.date), Validators(lastModified: Self.later)) == .different)
        #expect(
            compare(
                Validators(entityTag: "W/\"a\"", lastModified: Self.date),
                Validators(entityTag: "W/\"a\"", lastModified: Self.date)) == .same)
        // A tag that only one of them has tells nothing.
        #expect(compare(strong, Validators()) == .unknown)
        #expect(compare(strong, Validators(lastModified: Self.date)) == .unknown)
    }

    @Test("If-Range carries a strong tag, or a date that is older than the answer")
    func conditions() {
        #expect(Validators(entityTag: "\"a\"", lastModified: Self.date).condition == "\"a\"")
        #expect(Validators(entityTag: "W/\"a\"").condition == nil)
        #expect(Validators(lastModified: Self.date, date: Self.later).condition == Self.date)
        #expect(Validators(lastModified: Self.date, date: Self.date).condition == nil)
        #expect(Validators(lastModified: Self.date).condition == nil)
        #expect(Validators(lastModified: "yesterday", date: Self.date).condition == nil)
        #expect(!Validators(entityTag: "W/\"a\"", size: 5).isComparable)
        #expect(Validators(entityTag: "\"a\"").isComparable && Validators(lastModified: Self.date).isComparable)
    }
}
