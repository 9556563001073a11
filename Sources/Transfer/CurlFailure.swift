import CCurl
import Glibc
import Quantities

/// Everything libcurl says about a transfer that it failed, and what it means: a pure value, the one place where a
/// CURLcode becomes a `TransferError.Code`. The text libcurl writes is never looked at.
struct CurlFailure {
    let code: CURLcode
    /// CURLINFO_OS_ERRNO(3); 0 when no system call failed.
    let osErrno: Int32
    /// CURLINFO_SSL_VERIFYRESULT(3): what OpenSSL says of the chain of certificates, 0 when it is fine.
    let verifyResult: Int
    /// CURLINFO_HTTP_CONNECTCODE(3); 0 without a proxy.
    let proxyStatus: Int
    let isTLS: Bool
    /// The head of the answer if it was complete.
    let head: ResponseHead?

    func error(at authority: String) -> TransferError {
        let cause = cause
        return TransferError(cause, message(for: cause, at: authority))
    }

    private var cause: TransferError.Code {
        switch code {
        // Complete for libcurl, which counts bytes and not heads: the connection was closed inside the head.
        case CURLE_OK: .connectionReset
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
        case CURLE_COULDNT_CONNECT: unreachable
        // Only the connect timeout is libcurl's; the others are the engine's.
        case CURLE_OPERATION_TIMEDOUT: .connectTimedOut
        case CURLE_GOT_NOTHING: .connectionReset
        case CURLE_PARTIAL_FILE: cut
        // The request would have to be sent again from its beginning.
        case CURLE_SEND_FAIL_REWIND: .connectionReset
        case CURLE_SEND_ERROR: broken ?? .connectionReset
        case CURLE_RECV_ERROR: broken ?? unreadable
        // Also what a server says that ends a connection over HTTP/2 in good order (GOAWAY, RFC 9113, section 6.8), having
        // processed none of the request.
        case CURLE_HTTP2_STREAM, CURLE_HTTP2: .connectionReset
        case CURLE_PEER_FAILED_VERIFICATION: .tls(isChainFine ? .hostname : .certificate)
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .tls(.certificate)
        case CURLE_SSL_CONNECT_ERROR: broken ?? .tls(.protocol)
        case CURLE_SSL_CIPHER, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED: .tls(.protocol)
        // The scheme has been checked, so the protocol it does not support is what the server speaks: HTTP/0.9, or worse.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            .invalidResponse
        // What libcurl says to a header line over its own limit of 100 KB; nothing else here asks it for memory without end.
        case CURLE_OUT_OF_MEMORY: .invalidResponse
        default: .other
        }
    }

    /// libcurl compares the name before it asks for the chain's result, which is then still at its first value, 1 (the
    /// unspecified error of OpenSSL); a bad chain has a code of its own.
    private var isChainFine: Bool { verifyResult == 0 || verifyResult == 1 }

    /// Why no connection came about.
    private var unreachable: TransferError.Code {
        switch osErrno {
        case ECONNREFUSED: .refused
        case EHOSTUNREACH, EHOSTDOWN: .hostUnreachable
        case ENETUNREACH, ENETDOWN, EADDRNOTAVAIL: .networkUnreachable
        case ETIMEDOUT: .connectTimedOut
        case ECONNRESET: .connectionReset
        default: .other
        }
    }

    /// How a standing connection broke, if the system says that it did.
    private var broken: TransferError.Code? {
        switch osErrno {
        case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN: .connectionReset
        case ETIMEDOUT: .stalled
        default: nil
        }
    }

    /// What it means that receiving failed though the connection stood.
    private var unreadable: TransferError.Code {
        if head == nil, proxyStatus >= 300 { return .other }
        // A TLS connection that ends without saying so; plain ones end as a partial file. Broken chunking looks the same
        // here, and inside TLS a cut is the likelier cause.
        return isTLS ? cut : .invalidResponse
    }

    /// The connection was closed in good order, but too early.
    private var cut: TransferError.Code {
        head.map { .partialBody(expected: $0.contentLength?.bytes) } ?? .connectionReset
    }

    private func message(for cause: TransferError.Code, at authority: String) -> String {
        switch cause {
        case .nameNotResolved where code == CURLE_COULDNT_RESOLVE_PROXY:
            "The name of the proxy cannot be resolved; check the proxy settings of the environment."
        case .nameNotResolved: "The name \(authority) cannot be resolved; check the name and the network."
        case .refused: "\(authority) refuses connections; check the port, and that the server runs."
        case .hostUnreachable: "The host \(authority) cannot be reached."
        case .networkUnreachable: "The network of \(authority) cannot be reached; check the network."
        case .connectTimedOut: "\(authority) did not accept a connection in time."
        case .connectionReset where head == nil: "\(authority) closed the connection before it had answered."
        case .connectionReset: "\(authority) closed the connection within the answer."
        case .stalled: "\(authority) no longer answers."
        case .partialBody(let expected?): "\(authority) closed the connection before all \(expected) bytes had arrived."
        case .partialBody(nil): "\(authority) closed the connection before the body was complete."
        case .tls(.certificate):
            "The certificate of \(authority) is not trusted; check the certificate authorities and the clock."
        case .tls(.hostname): "The certificate of \(authority) is made out to another host."
        case .tls(.protocol): "No TLS connection with \(authority) came about; does the server speak TLS at this port?"
        case .invalidResponse where code == CURLE_BAD_CONTENT_ENCODING:
            "The answer of \(authority) is coded (Content-Encoding) in a way that cannot be decoded."
        case .invalidResponse: "The answer of \(authority) is not valid HTTP."
        case .other where head == nil && proxyStatus >= 300:
            "The proxy refused a connection to \(authority) with status \(proxyStatus)."
        default: "The transfer from \(authority) failed (libcurl error \(code.rawValue))."
        }
    }
}
