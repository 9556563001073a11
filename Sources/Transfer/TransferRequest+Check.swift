import CCurl

extension TransferRequest {
    /// Where the request goes, once it has passed every check.
    struct Destination {
        /// Host and port for messages.
        let authority: String
        /// As libcurl reads it: numbers are an address, however they were written. Without brackets.
        let host: String
        let isTLS: Bool
    }

    /// Refuses what must not be sent: URLs and headers come from data, and a line break in one would be a second request.
    func checked() throws(TransferError) -> Destination {
        let destination = try checkedURL()
        for field in headers.all {
            try check(field)
        }
        try checkBody()
        if let range, let last = range.last, last < range.first {
            throw TransferError(.invalidRequest, "The byte range ends before it begins.")
        }
        return destination
    }

    private func checkedURL() throws(TransferError) -> Destination {
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw TransferError(.invalidURL, "The URL holds a space, a control character or a byte that is not ASCII.")
        }
        // libcurl also reads `http:///host` and lone slashes, where others see no host.
        guard let slashes = url.firstRange(of: "://"), !url[slashes.upperBound...].hasPrefix("/") else {
            throw TransferError(.invalidURL, "The URL is not an absolute http or https URL.")
        }
        guard let parts = curl_url() else {
            throw TransferError(.other, "Out of memory.")
        }
        defer { curl_url_cleanup(parts) }
        switch curl_url_set(parts, CURLUPART_URL, url, UInt32(CURLU_DISALLOW_USER)) {
        case CURLUE_OK: break
        case CURLUE_USER_NOT_ALLOWED:
            throw TransferError(.invalidURL, "The URL holds a user name or a password.")
        default:
            throw TransferError(.invalidURL, "The URL is not an absolute http or https URL.")
        }
        let scheme = Self.part(CURLUPART_SCHEME, of: parts)
        guard scheme == "http" || scheme == "https", let host = Self.part(CURLUPART_HOST, of: parts), !host.isEmpty
        else {
            throw TransferError(.invalidURL, "The URL is not an absolute http or https URL.")
        }
        let port = Self.part(CURLUPART_PORT, of: parts)
        return Destination(
            authority: port.map { "\(host):\($0)" } ?? host,
            host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host, isTLS: scheme == "https")
    }

    /// What libcurl says of the body by itself is not to be said otherwise.
    private static let fieldsOfBodies = ["Content-Length", "Transfer-Encoding", "Expect"]

    private func checkBody() throws(TransferError) {
        if let body, method.isSafe || !body.isWhole {
            throw TransferError(
                .invalidRequest,
                method.isSafe ? "A \(method.rawValue) has no body." : "The body is to be sent beyond its end.")
        }
        guard method.isSafe || Self.fieldsOfBodies.allSatisfy({ headers[$0] == nil }) else {
            throw TransferError(.invalidRequest, "How a body is sent is not for a header to say.")
        }
    }

    private func check(_ field: HTTPFields.Field) throws(TransferError) {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
            throw TransferError(.invalidRequest, "A header name is empty or holds a character that is not allowed.")
        }
        guard field.value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }) else {
            throw TransferError(.invalidRequest, "The value of the header \(field.name) holds a control character.")
        }
    }

    /// A byte of a token in RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &value, 0) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
