package import Quantities

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

    /// Bytes of the body as announced; nil for a chunked body, one that ends with the connection, or one whose length says
    /// nothing of what it is decoded to.
    ///
    /// For HEAD, the bytes that GET would carry.
    package var contentLength: ByteCount? {
        guard fields["Transfer-Encoding"] == nil, !isCoded, case .one(let length) = announcedLength else { return nil }
        return length
    }

    /// The body is coded (RFC 9110, section 8.4), so that its bytes on the wire are not those of the file.
    package var isCoded: Bool {
        fields.tokens(of: "Content-Encoding").contains { !$0.isEmpty && $0.lowercased() != "identity" }
    }

    /// What the length fields say together.
    enum AnnouncedLength: Equatable {
        case none
        case one(ByteCount)
        /// Two that differ.
        case several
        /// No number, or beyond any file.
        case malformed
    }

    /// The same length may be said several times, in several fields or in a list (RFC 9110, section 8.6).
    var announcedLength: AnnouncedLength {
        var announced: ByteCount?
        for text in fields.tokens(of: "Content-Length") {
            guard let length = ByteCount(digits: text) else { return .malformed }
            guard announced == nil || announced == length else { return .several }
            announced = length
        }
        return announced.map { .one($0) } ?? .none
    }

    /// Which bytes a 206 answer carries; nil for other answers, and when the field is missing or malformed.
    package var contentRange: ContentRange? {
        guard status == 206 else { return nil }
        return fields["Content-Range"].flatMap { ContentRange($0) }
    }
}
