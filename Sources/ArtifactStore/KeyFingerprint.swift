import Crypto
import System
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

    /// Reads the secret, or makes it: whoever comes first, all processes end with the same one. One that is there and cannot be
    /// read stays, and is an error: with another nobody would be who they were.
    init(at path: FilePath) throws(StoreError) {
        if let bytes = try Self.read(path) {
            key = SymmetricKey(data: bytes)
            return
        }
        try Self.make(path)
        guard let bytes = try Self.read(path) else { throw StoreError(.system, "cannot read \(path)") }
        key = SymmetricKey(data: bytes)
    }

    /// Nil when there is none that can be read.
    init?(reading path: FilePath) {
        guard let bytes = try? Self.read(path) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// Puts a new secret where there is none, or a short one that a full disk has left.
    private static func make(_ path: FilePath) throws(StoreError) {
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        var generator = SystemRandomNumberGenerator()
        let temporary = FilePath("\(path).\(generator.next())")
        defer { temporary.unlink() }
        try StoreError.system("write \(path)") {
            let file = try CacheFile.open(temporary, .writeOnly, options: [.create, .exclusiveCreate])
            try file.closeAfter {
                _ = try file.writeAll(fresh)
                try file.synchronize()
            }
            if let facts = try FileFacts.ofFile(at: path), facts.size != UInt64(length) { path.unlink() }
            // Fails where another process was quicker.
            temporary.link(to: path)
            try path.removingLastComponent().synchronizeDirectory()
        }
    }

    /// Nil when there is none, or it is short.
    private static func read(_ path: FilePath) throws(StoreError) -> [UInt8]? {
        do {
            let file = try CacheFile.open(path, .readOnly)
            return try file.closeAfter {
                var bytes = [UInt8](repeating: 0, count: length)
                let count = try bytes.withUnsafeMutableBytes { try file.readAll(at: 0, into: $0) }
                return count == length ? bytes : nil
            }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw error as? StoreError ?? StoreError(.system, "cannot read \(path)", cause: error as? Errno)
        }
    }

    func fingerprint(of text: String) -> KeyFingerprint {
        KeyFingerprint(bytes: Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).prefix(16)))
    }
}
