package import Transfer

/// Why the API did not give what was asked of it.
package struct APIError: Error, Sendable, CustomStringConvertible {
    package enum Cause: Sendable, Equatable {
        /// The API answered with this HTTP status. Decide by it alone: the same code word stands under several.
        case status(Int)
        /// No usable HTTP answer arrived.
        case transport(TransferError.Code)
        /// There is no key to ask with.
        case noKey
        /// A URL in an answer is none that can be asked.
        case badURL
    }

    package let cause: Cause
    /// Such as `GET /job/abc`; without host, query or header.
    package let request: String
    /// The API's own code, such as `AUTH_002`.
    package let code: String?
    /// The API's own message, or what the transport found, in one line.
    package let message: String
    package let requestID: String?
    /// The `Retry-After` field as it came: seconds or a date (RFC 9110, section 10.2.3).
    package let retryAfter: String?
    /// How often it was tried.
    package internal(set) var attempts = 1
    /// What the circuit breaker had to do with it; nil when the server was taken to be well.
    package internal(set) var breaker: BreakerRole?

    /// A place answered that the API had sent on to: it has said nothing of the key.
    package internal(set) var isFromElsewhere = false

    package enum BreakerRole: Sendable, Hashable {
        /// It was not sent, as the server did not answer others. It may be sent after so long.
        case keptBack(wait: Duration)
        /// It was to find out whether the server answers again.
        case probe
    }

    /// What came of the request, for a message that says by itself what was asked: without the request and its id.
    package var outcome: String {
        let words = message.last == "." ? String(message.dropLast()) : message
        guard case .status(let status) = cause else { return words }
        return "\(status)\(code.map { " \($0)" } ?? ""): \(words)"
    }

    package var description: String {
        var text = request
        switch cause {
        case .status(let status): text += " was answered \(status)"
        case .transport(.forbiddenAddress): text += " was not sent"
        case .transport:
            if case .keptBack = breaker { text += " was not sent" } else { text += " got no answer" }
        case .noKey, .badURL: text += " was not sent"
        }
        if let code { text += " \(code)" }
        text += ": \(message)"
        if let requestID { text += " (request \(requestID))" }
        if attempts > 1 { text += ", after \(attempts) attempts" }
        return text
    }
}

extension APIError {
    init(_ request: String, cause: Cause, message: String) {
        self.init(cause: cause, request: request, code: nil, message: message, requestID: nil, retryAfter: nil)
    }

    /// The request was kept back: the reason is that of the last one that was sent.
    init(_ request: String, _ refusal: CircuitBreaker.Refusal) {
        self.init(
            request, cause: .transport(refusal.last.code),
            message:
                "\(refusal.failures) requests in a row got no answer, the last one because: \(refusal.last.message)")
        breaker = .keptBack(wait: refusal.wait)
    }

    /// From an answer whose status is not 200. Body and request id may be anything, the key that was sent included; that
    /// is cut out.
    init(_ request: String, _ response: TransferResponse, sentWith key: APIKey?) {
        let known = { (text: String) in key?.redacted(text) ?? text }
        let body = ErrorBody(response.errorBody, known)
        self.init(
            cause: .status(response.head.status), request: request, code: body.code,
            message: body.message ?? "the answer says no more than its status",
            requestID: response.head.fields["x-request-id"].map { ErrorBody.oneLine(known($0), limit: 128) },
            retryAfter: response.head.fields["retry-after"])
    }
}
