import CStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// XXH3, 64 bits (https://xxhash.com): finds damage at the speed of memory. It proves nothing against an adversary; a
/// blob's SHA-256 is for that.
enum FastDigest {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 { pulse_xxh3(bytes.baseAddress, bytes.count) }

    /// Buffers of one length, byte by byte (memcmp(3)).
    static func areEqual(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) -> Bool {
        one.count == two.count && (one.isEmpty || compare(one, two))
    }

    private static func compare(_ one: UnsafeRawBufferPointer, _ two: UnsafeRawBufferPointer) -> Bool {
        guard let first = one.baseAddress, let second = two.baseAddress else { return false }
        return memcmp(first, second, one.count) == 0
    }

    static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { of($0) } }
}

/// Digests the columns of a row one after the other, each with its length or absence, so that no two rows look alike.
struct RowDigest {
    private var bytes: [UInt8] = []

    mutating func add(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ flag: Bool) { add(flag ? 1 : 0) }

    mutating func add(_ text: String?) { add(text.map { Array($0.utf8) }) }

    mutating func add(_ blob: [UInt8]?) {
        guard let blob else { return bytes.append(0) }
        add(Int64(blob.count))
        bytes.append(contentsOf: blob)
    }

    /// As SQLite keeps integers.
    var value: Int64 { Int64(bitPattern: FastDigest.of(bytes)) }
}
