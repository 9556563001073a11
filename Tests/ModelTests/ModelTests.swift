import Foundation
import PulseTestSupport
import Testing

/// A real mount beside an obvious one, under random sequences of what users, the API, the disk and other processes do.
///
/// `PULSEFS_MODEL_SECONDS` is how long, `PULSEFS_MODEL_SEED` where the first sequence begins; each sequence has the next seed.
@Suite("The model", .timeLimit(.minutes(60)))
struct ModelTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let length = 60

    static func steps(seed: UInt64) -> [Step] {
        var source = SeededGenerator(seed: seed)
        return (0..<length).map { _ in Step.random(using: &source) }
    }

    @Test("whatever happens, what is read is what the API had, or an error that the contract names")
    func random() async throws {
        let seconds = Self.variables["PULSEFS_MODEL_SECONDS"].flatMap(Int.init) ?? 0
        var seed = Self.variables["PULSEFS_MODEL_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...1_000_000)
        let end = ContinuousClock.now + .seconds(seconds)
        repeat {
            print("the model: seed \(seed)")
            let steps = Self.steps(seed: seed)
            if let difference = try await Walk.take(steps) {
                let (short, shown) = try await Shrinking.shrink(Array(steps.prefix(difference.step + 1)), difference)
                let text = short.map { "    \($0)," }.joined(separator: "\n")
                Issue.record(
                    "seed \(seed), step \(difference.step): \(difference)\n\(short.count) steps are enough: \(shown)\n[\n\(text)\n]"
                )
                return
            }
            seed += 1
        } while ContinuousClock.now < end
    }

    /// Sequences that once showed a fault.
    @Test("what the model has found stays mended", arguments: KnownSequences.all.indices)
    func known(number: Int) async throws {
        let difference = try await Walk.take(KnownSequences.all[number])
        #expect(difference == nil, "\(difference.map(\.description) ?? "")")
    }
}

enum Shrinking {
    private static let limit: Duration = .seconds(240)

    /// Leaves steps out as long as a difference is still seen, for some minutes at most.
    static func shrink(_ steps: [Step], _ difference: Walk.Difference) async throws -> ([Step], Walk.Difference) {
        var (steps, difference) = (steps, difference)
        let end = ContinuousClock.now + limit
        var length = max(1, steps.count / 2)
        while ContinuousClock.now < end {
            var (start, isShorter) = (0, false)
            while start < steps.count, ContinuousClock.now < end {
                var fewer = steps
                fewer.removeSubrange(start..<min(steps.count, start + length))
                if let still = try await Walk.take(fewer) {
                    (steps, difference, isShorter) = (Array(fewer.prefix(still.step + 1)), still, true)
                } else {
                    start += length
                }
            }
            if !isShorter {
                if length == 1 { break }
                length = max(1, length / 2)
            }
        }
        return (steps, difference)
    }
}
