/// What a status means to whoever asked for a job or a file (RFC 9110, section 15): the one table from which follow whether the
/// same is asked again, how many requests go on at a time, what a HEAD has told, and which error a reader gets.
package struct StatusMeaning: Sendable, Hashable {
    package enum Kind: Sendable, Hashable, CaseIterable {
        case answered
        /// The API will not take the name or the id.
        case refusedName
        case keyRefused, paymentRequired, forbidden
        case absent, gone
        /// A no for the moment: too early, too many, out of service.
        case busy
        case timedOut
        /// The server failed by itself, and may do better.
        case serverError
        /// What it never will do: the method, the version of HTTP.
        case unsupported
        case rangeRefused
        case unexpected
    }

    package let status: Int
    package let kind: Kind

    package init(_ status: Int) {
        self.status = status
        kind =
            switch status {
            case 200...299: .answered
            case 400: .refusedName
            case 401: .keyRefused
            case 402: .paymentRequired
            case 403: .forbidden
            case 404: .absent
            case 405, 501, 505: .unsupported
            case 408, 504: .timedOut
            case 410: .gone
            case 416: .rangeRefused
            case 425, 429, 503: .busy
            case 500...599: .serverError
            default: .unexpected
            }
    }

    /// The same request may be answered otherwise in a moment. A server that does not know HEAD may say so by failing, and GET is
    /// there for that.
    package func mayPass(isHead: Bool) -> Bool {
        switch kind {
        case .busy, .timedOut: true
        case .serverError: !isHead
        default: false
        }
    }

    /// The server asks for fewer requests at a time.
    package var isOverload: Bool { kind == .busy }

    /// The answer of a server that keeps up.
    package var isKeepingUp: Bool {
        switch kind {
        case .busy, .timedOut, .serverError: false
        default: status < 500
        }
    }

    /// What this says, as the answer to a HEAD, of the method or the file.
    package enum Word: Sendable, Hashable {
        /// It is about the moment, or the caller's account.
        case nothing
        /// The method is not to be had there.
        case methodRefused
        /// The server failed: GET is asked in its place.
        case failed
        /// The file is refused, by a server that may know HEAD.
        case fileRefused
    }

    package var wordOfHead: Word {
        switch kind {
        case .paymentRequired, .busy, .timedOut: .nothing
        case .unsupported: status == 505 ? .failed : .methodRefused
        case .serverError: .failed
        default: .fileRefused
        }
    }
}
