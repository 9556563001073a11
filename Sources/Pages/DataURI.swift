import Crypto

/// An image that is whole in its own address (`data:`, RFC 2397). It may be as long as a document, so it is known by a digest.
package struct DataURI {
    private var hash = SHA256()

    package init() {}

    /// Takes in more of the address. White space is none of it.
    package mutating func append(_ bytes: some Sequence<UInt8>) { hash.update(data: bytes.filter { !$0.isSpace }) }

    /// What stands for the whole in a `PageImage`, and in a document that is read.
    package var address: String {
        Self.prefix
            + hash.finalize().map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    private static let prefix = "data:sha256-"

    /// The same for an address as it is and for what stands for it; nil for one that is no `data:` URI.
    static func address(of url: some Collection<UInt8>) -> String? {
        guard url.prefix(5).map({ $0.isLetter ? $0 | 0x20 : $0 }).elementsEqual("data:".utf8) else { return nil }
        if url.count == prefix.utf8.count + 64, url.starts(with: prefix.utf8) {
            return String(decoding: url, as: UTF8.self)
        }
        var uri = DataURI()
        uri.append(url)
        return uri.address
    }

    /// Whether a document may have such an image.
    package static func mayBe(in document: [UInt8]) -> Bool { MarkdownSource.contains("data:", document) }
}
