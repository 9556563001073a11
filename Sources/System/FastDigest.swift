import CDigest

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// XXH3, 64 bits (https://xxhash.com): finds damage at the speed of memory. It proves nothing against an adversary; a
/// blob's SHA-256 is for that.
package enum FastDigest {
    package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 { pulse_xxh3(bytes.baseAddress, bytes.count) }

    /// Buffers of one length, byte by byte (memcmp(3)).
    package static func areEqual(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) -> Bool {
        one.count == two.count && (one.isEmpty || compare(one, two))
    }

    private static func compare(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) -> Bool {
        guard let first = one.baseAddress, let second = two.baseAddress else { return false }
        return memcmp(first, second, one.count) == 0
    }

    package static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { of($0) } }
}
