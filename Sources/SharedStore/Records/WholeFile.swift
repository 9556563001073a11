package import Quantities

/// What is known of a file that machines share: enough to check its bytes, and to tell whether another answer of the API is of the
/// same version.
package struct WholeFile: Sendable, Hashable {
    package let size: ByteCount
    /// Of its bytes, as hexadecimal digits, where the writer knew it.
    package let sha256: String?
    /// ETag and Last-Modified of the API's answer, as they came (RFC 9110, section 8.8).
    package let entityTag: String?
    package let lastModified: String?

    /// Bytes of a validator; a longer one is left out.
    private static let longestValidator = 1024

    /// A validator that is too long, or is no value of a header field, is left out.
    package init(size: ByteCount, sha256: String? = nil, entityTag: String? = nil, lastModified: String? = nil) {
        (self.size, self.sha256) = (size, sha256)
        self.entityTag = Self.validator(entityTag)
        self.lastModified = Self.validator(lastModified)
    }

    private static func validator(_ text: String?) -> String? {
        text.flatMap { text in
            let isValue = text.utf8.count <= longestValidator && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            return isValue ? text : nil
        }
    }
}
