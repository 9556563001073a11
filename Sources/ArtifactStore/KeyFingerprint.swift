import Crypto
import SystemPackage

/// Who a grant is for: a keyed hash of the API key, from which the key cannot be found even by guessing offline
/// without the cache's secret.
package struct KeyFingerprint: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    /// The first digits, enough to tell two keys apart in a log.
    package var description: String {
        bytes.prefix(4).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// The random bytes of a cache that key its fingerprints.
struct FingerprintSecret: Sendable {
    private let key: SymmetricKey
    private static let length = 32

    /// Reads the secret, or makes it: whoever comes first, all processes end with the same one.
    init(at path: FilePath) throws(StoreError) {
        if let bytes = Self.read(path) {
            key = SymmetricKey(data: bytes)
            return
        }
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        var generator = SystemRandomNumberGenerator()
        let temporary = FilePath("\(path).\(generator.next())")
        try StoreError.system("write \(temporary)") {
            let file = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
            try file.closeAfter {
                _ = try file.writeAll(fresh)
                try file.synchronize()
            }
        }
        // link(2) fails where another process was quicker; a short file of a full disk is replaced.
        if FileFacts(of: path)?.size != UInt64(Self.length) { path.unlink() }
        temporary.link(to: path)
        temporary.unlink()
        guard let bytes = Self.read(path) else { throw StoreError(.system, "cannot read \(path)") }
        key = SymmetricKey(data: bytes)
    }

    /// Nil when there is none that can be read.
    init?(reading path: FilePath) {
        guard let bytes = Self.read(path) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    private static func read(_ path: FilePath) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return nil }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: length)
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0) }), count == length else {
            return nil
        }
        return bytes
    }

    func fingerprint(of text: String) -> KeyFingerprint {
        KeyFingerprint(bytes: Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).prefix(16)))
    }
}
