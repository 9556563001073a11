package import PulseAPI
import Synchronization
import Transfer

/// How many requests have ended, by what they were for and what came of them.
package final class RequestCounts: Sendable {
    package struct Kind: Sendable, Hashable {
        package let endpoint: RequestSubject.Endpoint
        package let method: String
        /// A status such as `200`, or one word for why there was no answer, such as `refused`.
        package let outcome: String
    }

    private let counts = Mutex<[Kind: UInt64]>([:])

    package init() {}

    func count(_ report: RequestReport) {
        let outcome =
            switch report.outcome {
            case .success(let status): "\(status)"
            case .failure(let error): Self.word(error.cause)
            }
        let kind = Kind(endpoint: report.subject.endpoint, method: report.method, outcome: outcome)
        counts.withLock { $0[kind, default: 0] &+= 1 }
    }

    /// Bounded: a status has three digits.
    private static func word(_ cause: APIError.Cause) -> String {
        switch cause {
        case .status(let status): "\(status)"
        case .noKey: "no_key"
        case .badURL: "bad_url"
        case .transport(let code):
            switch code {
            case .nameNotResolved: "name_not_resolved"
            case .refused: "refused"
            case .hostUnreachable, .networkUnreachable: "unreachable"
            case .connectionReset: "reset"
            case .connectTimedOut, .stalled, .totalTimedOut: "timed_out"
            case .partialBody: "cut"
            case .tls: "tls"
            case .cancelled, .shutDown: "cancelled"
            case .tooLarge: "too_large"
            case .sink: "not_stored"
            case .source: "not_read"
            case .forbiddenAddress: "forbidden_address"
            case .invalidURL, .invalidRequest, .invalidResponse, .other: "invalid"
            }
        }
    }

    /// In a fixed order.
    package var all: [(kind: Kind, count: UInt64)] {
        counts.withLock { $0 }.map { (kind: $0.key, count: $0.value) }.sorted { left, right in
            (left.kind.endpoint.rawValue, left.kind.method, left.kind.outcome)
                < (right.kind.endpoint.rawValue, right.kind.method, right.kind.outcome)
        }
    }
}
