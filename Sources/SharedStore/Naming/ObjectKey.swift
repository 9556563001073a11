/// The name of an object below the store's prefix: small letters, digits, dots, dashes, and slashes between parts.
package struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    private static let longest = 256

    /// Nil for what is none, such as a name that somebody else has put into the bucket.
    package init?(_ text: String) {
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isByte),
            text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ !["", ".", ".."].contains($0) })
        else { return nil }
        self.text = text
    }

    /// Of parts that are known to be names.
    init(checked text: String) { self.text = text }

    package var description: String { text }

    /// The description of the store, which names itself.
    package static let description = ObjectKey(checked: "pulsefs.json")

    private static func isByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
