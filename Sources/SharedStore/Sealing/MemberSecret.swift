import Crypto

/// One secret of a fleet, and the keys that are made of it (HKDF, RFC 5869): none of them says anything of another.
package struct MemberSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let bytes: [UInt8]
    /// Four bytes that tell it from others and say nothing of it.
    package let id: [UInt8]

    static let idLength = 4

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        id = Self.key(bytes, for: "id").withUnsafeBytes { Array($0.prefix(Self.idLength)) }
    }

    /// Of the names of jobs and files.
    var nameKey: SymmetricKey { Self.key(bytes, for: "names") }
    /// Of the names of grants.
    var grantKey: SymmetricKey { Self.key(bytes, for: "grants") }
    /// Of what tells that a store has this secret.
    var checkKey: SymmetricKey { Self.key(bytes, for: "check") }

    /// Of one object: each has a salt of its own, so that no nonce is ever used twice with a key.
    func contentKey(salt: some Sequence<UInt8>) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: Self.key(bytes, for: "contents"), salt: Array(salt),
            info: Array("pulsefs store object".utf8),
            outputByteCount: 32)
    }

    private static func key(_ bytes: [UInt8], for use: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bytes), info: Array("pulsefs store \(use)".utf8), outputByteCount: 32)
    }

    /// The secret itself, for a file that its owner alone can read.
    var digits: String { HexText.text(bytes) }

    package var description: String { "<secret \(HexText.text(id))>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
