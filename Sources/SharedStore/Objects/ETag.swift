/// What an engine calls one version of an object, with its quotation marks; compared byte by byte and never looked into.
///
/// Equal bytes may have equal ones.
package struct ETag: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    private static let longest = 256

    /// Nil for what no header may carry.
    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return nil
        }
        self.text = text
    }

    package var description: String { text }
}
