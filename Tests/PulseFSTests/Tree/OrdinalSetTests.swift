import ArtifactStore
import Testing

@testable import PulseFS

@Suite("Ordinal set")
struct OrdinalSetTests {
    @Test("holds what was put in, ascending, and nothing else")
    func members() {
        var set = OrdinalSet()
        #expect(set.ordinals.isEmpty)
        let numbers: [Int64] = [64, 1, 1_000_000, 63, 64, 65]
        for number in numbers { set.insert(JobOrdinal(number)) }
        #expect(set.ordinals.map(\.rawValue) == [1, 63, 64, 65, 1_000_000])
        #expect(set.contains(JobOrdinal(63)) && !set.contains(JobOrdinal(62)) && !set.contains(JobOrdinal(1 << 40)))
    }

    @Test("a number far above the others takes no more room than any")
    func far() {
        var set = OrdinalSet()
        let numbers: [Int64] = [1, 1 << 42, .max]
        for number in numbers { set.insert(JobOrdinal(number)) }
        #expect(set.ordinals.map(\.rawValue) == numbers)
    }
}
