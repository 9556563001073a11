import Testing
import Transfer

@testable import PulseAPI

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private static let refused = TransferError(.refused, "Nobody listens at a:1.")

    /// Sends so many requests that are not answered.
    private func fail(_ breaker: inout CircuitBreaker, _ count: Int, at now: Duration = .zero) throws {
        for number in 0..<count {
            breaker.failed(try breaker.admit(at: now).get(), Self.refused, for: "\(number % 3)", at: now)
        }
    }

    private func refusal(_ breaker: inout CircuitBreaker, at now: Duration) -> CircuitBreaker.Refusal? {
        if case .failure(let refusal) = breaker.admit(at: now) { refusal } else { nil }
    }

    @Test("it opens with the fifth failure in a row, and says how many there were and what the last one was")
    func opens() throws {
        var breaker = CircuitBreaker()
        try fail(&breaker, 4)
        #expect(breaker.state == .closed)
        try fail(&breaker, 1)
        #expect(breaker.state == .open(until: .seconds(5)))
        let refusal = try #require(refusal(&breaker, at: .seconds(2)))
        #expect(refusal.failures == 5)
        #expect(refusal.last.code == .refused)
        #expect(refusal.wait == .seconds(3))
    }

    @Test("an answer between failures begins the count anew")
    func counts() throws {
        var breaker = CircuitBreaker()
        for _ in 1...3 {
            try fail(&breaker, 4)
            breaker.answered(try breaker.admit(at: .zero).get())
        }
        #expect(breaker.state == .closed)
    }

    @Test("after five seconds one request finds out; the others are kept back until it has")
    func probe() throws {
        var breaker = CircuitBreaker()
        try fail(&breaker, 5)
        #expect(refusal(&breaker, at: .seconds(4.999)) != nil)
        let probe = try breaker.admit(at: .seconds(5)).get()
        #expect(probe.isProbe)
        #expect(refusal(&breaker, at: .seconds(6))?.wait == .zero)
        breaker.failed(probe, Self.refused, for: "a", at: .seconds(6))
        #expect(breaker.state == .open(until: .seconds(11)))
        #expect(refusal(&breaker, at: .seconds(6))?.failures == 6)
        breaker.answered(try breaker.admit(at: .seconds(11)).get())
        #expect(breaker.state == .closed)
        try fail(&breaker, 4)
        #expect(breaker.state == .closed)
    }

    @Test("a probe that is given up leaves the question to the next request")
    func withdrawn() throws {
        var breaker = CircuitBreaker()
        try fail(&breaker, 5)
        breaker.withdrawn(try breaker.admit(at: .seconds(5)).get())
        let next = try breaker.admit(at: .seconds(5)).get()
        #expect(next.isProbe)
        #expect(refusal(&breaker, at: .seconds(5)) != nil)
    }

    @Test("an answer to a request that was sent before it opened closes it")
    func late() throws {
        var breaker = CircuitBreaker()
        let early = try breaker.admit(at: .zero).get()
        try fail(&breaker, 5)
        breaker.answered(early)
        #expect(breaker.state == .closed)
    }

    @Test("what was sent before it opened and fails afterwards puts nothing off, nor ends the question of a probe")
    func lateFailure() throws {
        var breaker = CircuitBreaker()
        let passes = try (0..<2).map { _ in try breaker.admit(at: .zero).get() }
        try fail(&breaker, 5)
        breaker.failed(passes[0], Self.refused, for: "a", at: .seconds(4))
        #expect(breaker.state == .open(until: .seconds(5)))
        _ = try breaker.admit(at: .seconds(5)).get()
        breaker.failed(passes[1], Self.refused, for: "a", at: .seconds(6))
        #expect(breaker.state == .halfOpen(isProbed: true))
    }

    @Test("S5.4 requests that are stuck while others are answered do not open it")
    func stuck() throws {
        var breaker = CircuitBreaker()
        let stuck = try (0..<9).map { _ in try breaker.admit(at: .zero).get() }
        breaker.answered(try breaker.admit(at: .seconds(1)).get())
        for pass in stuck { breaker.failed(pass, TransferError(.stalled, "silent"), for: "a", at: .seconds(15)) }
        #expect(breaker.state == .closed)
    }

    @Test("S5.4 one or two things that always fail, however often they are asked for, do not open it")
    func oneThing() throws {
        var breaker = CircuitBreaker()
        for number in 0..<100 {
            breaker.failed(try breaker.admit(at: .zero).get(), Self.refused, for: "\(number % 2)", at: .zero)
        }
        #expect(breaker.state == .closed)
        breaker.failed(try breaker.admit(at: .zero).get(), Self.refused, for: "another", at: .zero)
        #expect(breaker.state == .open(until: .seconds(5)))
    }

    @Test(
        "S5.4 a server that breaks connections off, or answers what is no HTTP, is there",
        arguments: [
            TransferError.Code.connectionReset, .partialBody(expected: 1), .invalidResponse, .other, .cancelled,
            .sink(errno: nil),
        ])
    func reached(code: TransferError.Code) throws {
        let breakers = CircuitBreakers(now: { .zero })
        for number in 0..<20 {
            let pass = try breakers.admit(to: "a").get()
            breakers.ended(pass, "a", TransferError(code, "?"), for: "\(number)")
        }
        #expect(!breakers.isOpen("a"))
    }

    @Test(
        "S5.4 a server that cannot be reached, or says nothing, is given a rest",
        arguments: [
            TransferError.Code.refused, .nameNotResolved, .hostUnreachable, .networkUnreachable, .connectTimedOut,
            .stalled, .totalTimedOut, .tls(.protocol),
        ])
    func unreached(code: TransferError.Code) throws {
        let breakers = CircuitBreakers(now: { .zero })
        for number in 0..<5 {
            breakers.ended(try breakers.admit(to: "a").get(), "a", TransferError(code, "?"), for: "\(number)")
        }
        #expect(breakers.isOpen("a"))
    }
}
