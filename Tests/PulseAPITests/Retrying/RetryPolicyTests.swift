import Testing
import Transfer

@testable import PulseAPI

@Suite("Retry policy")
struct RetryPolicyTests {
    private static let policy = RetryPolicy(budget: .seconds(30))

    private func pause(
        _ cause: APIError.Cause = .status(503), number: Int = 1, method: TransferRequest.Method = .get,
        elapsed: Duration = .zero, retryAfter: Duration? = nil, chance: Double = 1, policy: RetryPolicy = policy
    ) -> Duration? {
        policy.pause(
            after: RetryPolicy.Attempt(
                number: number, cause: cause, method: method, elapsed: elapsed, retryAfter: retryAfter), chance: chance)
    }

    private static let passing: [APIError.Cause] =
        [408, 425, 429, 500, 502, 503, 504, 506, 507, 511, 520, 599].map { .status($0) }
        + [
            .nameNotResolved, .refused, .hostUnreachable, .networkUnreachable, .connectionReset, .connectTimedOut,
            .stalled, .totalTimedOut, .partialBody(expected: 5), .partialBody(expected: nil),
        ].map { .transport($0) }

    private static let lasting: [APIError.Cause] =
        [204, 302, 304, 400, 401, 402, 403, 404, 405, 409, 410, 416, 418, 422, 501, 505].map { .status($0) }
        + [
            .tls(.certificate), .tls(.hostname), .tls(.protocol), .invalidURL, .invalidRequest, .invalidResponse,
            .tooLarge(limit: 1), .sink(errno: nil), .source(errno: nil), .cancelled, .shutDown, .other,
        ].map { .transport($0) } + [.noKey, .badURL]

    @Test("S5.1 what may pass is asked again", arguments: passing)
    func passes(cause: APIError.Cause) { #expect(pause(cause) != nil) }

    @Test("S5.1 what stays as it is is not asked again, whatever Retry-After says", arguments: lasting)
    func lasts(cause: APIError.Cause) {
        #expect(pause(cause) == nil)
        #expect(pause(cause, retryAfter: .seconds(1)) == nil)
    }

    @Test("S5.1 a HEAD is asked again for what is about the moment, and not where GET is there to ask")
    func head() {
        for cause in Self.passing {
            let isFault =
                switch cause {
                case .status(let status): status >= 500 && status != 503 && status != 504
                case .transport(.connectionReset), .transport(.stalled), .transport(.totalTimedOut),
                    .transport(.partialBody):
                    true
                default: false
                }
            #expect((pause(cause, method: .head) == nil) == isFault, "\(cause)")
        }
    }

    @Test("S5.1 the bound of the pauses doubles from 0.25 s to 8 s")
    func bounds() {
        let bounds = (1...8).map { pause(number: $0) }
        #expect(bounds == [0.25, 0.5, 1, 2, 4, 8, 8, 8].map { .seconds($0) })
    }

    @Test("S5.1 full jitter: the pause is anything between nothing and the bound", arguments: [0, 0.25, 0.5, 1])
    func jitter(chance: Double) {
        #expect(pause(number: 3, chance: chance) == .seconds(1) * chance)
    }

    @Test("S5.1 Retry-After is obeyed where it asks for more")
    func retryAfter() {
        #expect(pause(retryAfter: .seconds(7)) == .seconds(7))
        #expect(pause(retryAfter: .zero, chance: 0.5) == .milliseconds(125))
        #expect(pause(number: 6, retryAfter: .seconds(2)) == .seconds(8))
    }

    @Test("S5.1 what would come after the budget does not come: it is given up at once")
    func budget() {
        #expect(pause(retryAfter: .seconds(29)) != nil)
        #expect(pause(retryAfter: .seconds(30)) == nil)
        #expect(pause(retryAfter: .seconds(3600)) == nil)
        #expect(pause(elapsed: .seconds(29), chance: 0) == .zero)
        #expect(pause(number: 4, elapsed: .seconds(28)) == nil)
        #expect(pause(elapsed: .seconds(30), chance: 0) == nil)
        #expect(pause(retryAfter: .seconds(2), policy: RetryPolicy(budget: .seconds(1))) == nil)
    }

    @Test("chance does not make it go on for ever")
    func attempts() {
        #expect(pause(number: 15, chance: 0) == .zero)
        #expect(pause(number: 16, chance: 0) == nil)
        #expect(pause(number: 1000, chance: 0) == nil)
    }

    @Test("whoever asks once asks once")
    func once() {
        for cause in Self.passing { #expect(pause(cause, policy: RetryPolicy(asksOnce: true)) == nil) }
    }

    @Test("an attempt has what is left of the budget to be answered, and never next to nothing")
    func timeToAnswer() {
        #expect(Self.policy.timeToAnswer(after: .zero) == .seconds(30))
        #expect(Self.policy.timeToAnswer(after: .seconds(20)) == .seconds(10))
        #expect(Self.policy.timeToAnswer(after: .seconds(29.5)) == .seconds(1))
        #expect(Self.policy.timeToAnswer(after: .seconds(90)) == .seconds(1))
        #expect(RetryPolicy(budget: .milliseconds(300)).timeToAnswer(after: .seconds(1)) == .milliseconds(300))
    }

    @Test("an attempt that ends for want of time was cut short if it had no more than half of the budget")
    func cutShort() {
        for code in [TransferError.Code.stalled, .totalTimedOut, .connectTimedOut] {
            #expect(Self.policy.wasCutShort(.transport(code), within: .seconds(15)))
            #expect(!Self.policy.wasCutShort(.transport(code), within: .seconds(16)))
        }
        for cause in [APIError.Cause.status(504), .transport(.connectionReset), .transport(.refused)] {
            #expect(!Self.policy.wasCutShort(cause, within: .seconds(1)))
        }
    }
}
