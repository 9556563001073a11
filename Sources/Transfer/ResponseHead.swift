/// The status line and the header fields of a final answer; interim 1xx answers are not shown.
package struct ResponseHead: Sendable {
    package let status: Int
    package let httpVersion: HTTPVersion
    package let fields: HTTPFields

    package init(status: Int, httpVersion: HTTPVersion, fields: HTTPFields) {
        self.status = status
        self.httpVersion = httpVersion
        self.fields = fields
    }

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// Bytes of the body as announced; nil for a chunked body or one that ends with the connection.
    ///
    /// For HEAD, the bytes that GET would carry.
    package var contentLength: UInt64? {
        guard fields["Transfer-Encoding"] == nil else { return nil }
        return fields["Content-Length"].flatMap { UInt64(digits: $0) }
    }

    /// Which bytes a 206 answer carries; nil for other answers, and when the field is missing or malformed.
    package var contentRange: ContentRange? {
        guard status == 206 else { return nil }
        return fields["Content-Range"].flatMap { ContentRange($0) }
    }
}
