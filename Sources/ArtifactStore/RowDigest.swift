import System

/// Digests the columns of a row one after the other, each with its length or absence, so that no two rows look alike.
struct RowDigest {
    private var bytes: [UInt8] = []

    mutating func add(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
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
