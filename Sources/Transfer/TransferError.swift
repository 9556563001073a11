/// Why a transfer did not come to a complete answer.
///
/// Neither the message nor any other part holds a header value or a query string.
package struct TransferError: Error, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// The URL is malformed, not http or https, or holds a user name.
        case invalidURL
        /// A header or the range must not be sent.
        case invalidRequest
        /// The place is at an address that is not asked for the sake of whoever named it (`TransferRequest.Reach`).
        case forbiddenAddress
        /// The name of the host, or of the proxy, has no address, or no name server answered.
        case nameNotResolved
        /// Nobody listens at the port.
        case refused
        case hostUnreachable
        case networkUnreachable
        /// The server closed or reset the connection before the answer was complete.
        case connectionReset
        case connectTimedOut
        /// No byte came for `TransferLimits.stallTimeout`, or no head within `TransferLimits.answerTimeout`.
        case stalled
        case totalTimedOut
        /// The connection was closed inside the body; `expected` is the announced length, nil when it was chunked.
        case partialBody(expected: UInt64?)
        case tls(TLSReason)
        /// The answer is not HTTP as it should be: garbage, broken chunking, a flood of headers, a range not asked for.
        case invalidResponse
        /// The file is, or turned out to be, larger than `limit` bytes; `announced` is what the head says of it, in bytes.
        case tooLarge(limit: UInt64, announced: UInt64? = nil)
        /// The sink threw; `errno` is set when the error was one of the system's.
        case sink(errno: Int32?)
        /// The body to be sent could not be had; `errno` is set when the error was one of the system's.
        case source(errno: Int32?)
        case cancelled
        case shutDown
        case other
    }

    package enum TLSReason: Sendable, Equatable {
        /// The certificate is not trusted, expired or unusable.
        case certificate
        /// The certificate is good for another host.
        case hostname
        /// The handshake failed, or the server does not speak TLS.
        case `protocol`
    }

    /// What the server can know of a request that was not answered.
    package enum Delivery: Sendable, Hashable {
        /// No byte of it was sent: it cannot have been done.
        case notSent
        /// The server may have done what it says.
        case unclear
    }

    package let code: Code
    /// What happened, in one plain sentence.
    package let message: String
    /// Bytes of a 2xx body that the sink took before the failure.
    package internal(set) var received: UInt64 = 0
    package internal(set) var delivery = Delivery.notSent
    /// The status of the answer; nil when none had begun.
    package internal(set) var status: Int?
    /// The CURLcode, for diagnosis; nil when libcurl was not the one to fail.
    package internal(set) var curlCode: UInt32?
    /// The last errno libcurl saw (CURLINFO_OS_ERRNO(3)), for diagnosis; nil when there was none.
    package internal(set) var osErrno: Int32?
    /// What the sink or the source threw.
    package internal(set) var underlying: (any Error)?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
