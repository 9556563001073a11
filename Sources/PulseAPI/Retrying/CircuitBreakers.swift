import Synchronization
import Transfer

/// One breaker for each server that a client asks.
final class CircuitBreakers: Sendable {
    /// An answer that names a thousand hosts costs no more memory than this.
    private static let most = 256

    private let breakers = Mutex<[String: CircuitBreaker]>([:])
    private let now: @Sendable () -> CircuitBreaker.Instant

    private let api: String?

    /// `api` is the name of the API's own server; all others are given up sooner and for longer.
    init(api: String? = nil, now: @escaping @Sendable () -> CircuitBreaker.Instant) {
        (self.api, self.now) = (api, now)
    }

    private func isElsewhere(_ server: String) -> Bool { api.map { $0 != server } ?? false }

    /// Whether requests to a server are kept back, but for one that finds out.
    func isOpen(_ server: String) -> Bool { breakers.withLock { $0[server].map { $0.state != .closed } ?? false } }

    func admit(to server: String) -> Result<CircuitBreaker.Pass, CircuitBreaker.Refusal> {
        change(server) { $0.admit(at: now()) }
    }

    func answered(_ pass: CircuitBreaker.Pass, _ server: String) { change(server) { $0.answered(pass) } }

    /// The request ended without an answer. `target` is what was asked for there.
    func ended(_ pass: CircuitBreaker.Pass, _ server: String, _ error: TransferError, for target: String) {
        change(server) { breaker in
            // One thing elsewhere that is slow is not the whole host; and without a network no host is at fault.
            let counts =
                isElsewhere(server)
                ? error.isUnreached && ![.stalled, .totalTimedOut, .networkUnreachable].contains(error.code)
                : error.isUnreached
            if counts {
                breaker.failed(pass, error, for: target, at: now())
            } else {
                breaker.withdrawn(pass)
            }
        }
    }

    private func change<Value: Sendable>(_ server: String, _ body: (inout CircuitBreaker) -> Value) -> Value {
        breakers.withLock { breakers in
            if breakers.count >= Self.most { breakers = breakers.filter { $0.value.state != .closed } }
            return body(&breakers[server, default: CircuitBreaker(isElsewhere(server) ? .elsewhere : .api)])
        }
    }
}

extension TransferError {
    /// The server was not reached, or said nothing at all. One that breaks a connection off, or answers what is no HTTP, is there.
    fileprivate var isUnreached: Bool {
        switch code {
        case .nameNotResolved, .refused, .hostUnreachable, .networkUnreachable, .connectTimedOut, .stalled,
            .totalTimedOut, .tls:
            true
        case .connectionReset, .partialBody, .invalidResponse, .invalidURL, .forbiddenAddress, .invalidRequest,
            .tooLarge, .sink, .source,
            .cancelled, .shutDown, .other:
            false
        }
    }
}
