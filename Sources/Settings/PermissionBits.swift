/// Permission bits as people type them: in octal, at most 0777.
package struct PermissionBits: Sendable, Hashable, CustomStringConvertible {
    package let bits: UInt16

    /// All of the group's and of others'.
    package static let standard = PermissionBits(bits: 0o077)

    private init(bits: UInt16) { self.bits = bits }

    package init?(_ text: String) {
        guard let bits = UInt16(text, radix: 8), bits <= 0o777, !text.hasPrefix("+") else { return nil }
        self.bits = bits
    }

    package var description: String { "0" + String(bits, radix: 8) }
}
