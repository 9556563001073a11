/// Why there are no credentials, in words that hold no secret.
package struct CredentialTrouble: Error, Sendable, Hashable, CustomStringConvertible {
    package let words: String

    package init(_ words: String) { self.words = words }

    package var description: String { words }
}
