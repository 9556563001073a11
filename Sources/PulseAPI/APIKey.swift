/// An API key. Printing, dumping or interpolating it shows no part of it.
package struct APIKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Surrounding white space is dropped: a key file ends with a newline.
    ///
    /// Nil when nothing is left, or a character is one that no header may carry.
    package init?(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        guard let end = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let value = trimmed[...end]
        guard value.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), value.utf8.count <= 4096 else { return nil }
        self.value = String(value)
    }

    package var description: String { "<API key>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Lends the key itself, to be sent to the API or hashed, never to be kept or shown.
    package func withSecret<Result>(_ body: (String) -> Result) -> Result { body(value) }
}
