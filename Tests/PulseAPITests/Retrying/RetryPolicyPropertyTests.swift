import PulseTestSupport
import Testing
import Transfer

@testable import PulseAPI

@Suite("Retry policy: laws")
struct RetryPolicyPropertyTests {
    private static let causes: [APIError.Cause] =
        [408, 429, 500, 502, 503, 504, 599].map { .status($0) }
        + [.nameNotResolved, .refused, .connectionReset, .stalled, .totalTimedOut, .partialBody(expected: 5)].map {
            .transport($0)
        }

    @Test(
        "S5.1 whatever fails and whatever the API wishes, no attempt begins after the budget, and there are at most 16")
    func budget() {
        var chance = SeededGenerator(seed: 3)
        for _ in 1...5_000 {
            let policy = RetryPolicy(budget: .milliseconds(Int.random(in: 0...60_000, using: &chance)))
            var elapsed = Duration.zero
            var number = 1
            while true {
                elapsed += .milliseconds(
                    Int.random(in: 0...15_000, using: &chance) / Int.random(in: 1...100, using: &chance))
                let wish: Duration? =
                    [nil, nil, .zero, .seconds(-1), .seconds(1), .seconds(7), .seconds(Int64.max / 4)].randomElement(
                        using: &chance) ?? nil
                let attempt = RetryPolicy.Attempt(
                    number: number, cause: Self.causes.randomElement(using: &chance) ?? .status(503), method: .get,
                    elapsed: elapsed, retryAfter: wish)
                guard let pause = policy.pause(after: attempt, chance: Double.random(in: 0...1, using: &chance)) else {
                    break
                }
                #expect(pause >= .zero && pause >= wish ?? .zero)
                #expect(wish != nil || pause <= .seconds(8))
                elapsed += pause
                number += 1
                #expect(elapsed < policy.budget, "attempt \(number) begins after \(elapsed) of \(policy.budget)")
                #expect(number <= 16)
                #expect(policy.timeToAnswer(after: elapsed) <= policy.budget)
            }
        }
    }
}
