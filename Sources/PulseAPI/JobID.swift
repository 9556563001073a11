/// A well-formed job id: `[A-Za-z0-9][A-Za-z0-9_-]{0,127}`. Safe as a file name and as a path segment of a URL.
package struct JobID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// Nil for any other form; such a name is no job's, and nobody needs to be asked.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard (1...128).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
