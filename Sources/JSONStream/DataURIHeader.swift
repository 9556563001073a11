/// What stands before the comma of a `data:` URI (RFC 2397, section 3): `data:[<media type>][;<parameter>…][;base64],`.
package struct DataURIHeader: Sendable, Equatable {
    /// `type/subtype` in lower case, without parameters; `text/plain` when the URI names none.
    package let mediaType: String
    /// Whether the body is base64; else it is text in which `%XX` stands for a byte.
    package let isBase64: Bool

    /// A header with a longer text than this, in bytes, is not recognised.
    package static let limit = 4096

    /// Whether a text begins as a `data:` URI does. The scheme is in either case (RFC 3986, section 3.1).
    package static func hasScheme(_ text: some Collection<UInt8>) -> Bool {
        text.count >= 5 && text.prefix(5).elementsEqual("data:".utf8) { $0 | 0x20 == $1 | 0x20 }
    }

    /// Reads the header of a URI, or nil when the text is not a `data:` URI or has no comma.
    package init?(_ text: some Collection<UInt8>) {
        guard DataURIHeader.hasScheme(text), let comma = text.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let header = String(decoding: text[..<comma].dropFirst(5), as: UTF8.self)
        let parts = header.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { !$0.isWhitespace }.lowercased()
        }
        let type = parts.first ?? ""
        mediaType = type.isEmpty ? "text/plain" : type
        isBase64 = parts.count > 1 && parts.last == "base64"
    }
}
