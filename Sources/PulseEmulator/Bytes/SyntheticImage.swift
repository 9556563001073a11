/// An image of any size with bytes that depend only on size and seed, for tests and benchmarks.
///
/// The content is a row of 4096-byte pages. Each opens with eight bytes that name the page, the rest
/// is one fixed noise table, so that a byte served from a wrong offset is noticed. The first eight
/// bytes are the PNG signature; the rest is no PNG.
public struct SyntheticImage: Sendable {
    /// Length in bytes.
    public let size: Int
    /// Images of different seeds differ in every page.
    public let seed: UInt64
    private let table: [UInt8]

    static let pageSize = 4096
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    public init(size: Int, seed: UInt64 = 1) {
        self.size = max(0, size)
        self.seed = seed
        var table: [UInt8] = []
        table.reserveCapacity(Self.pageSize)
        for word in 0..<UInt64(Self.pageSize / 8) {
            table += Self.littleEndian(Self.mix(word ^ (seed << 20)))
        }
        self.table = table
    }

    /// All bytes of the image. Costs `size` bytes of memory.
    public var bytes: [UInt8] { bytes(in: 0..<size) }

    /// The bytes of a range, which is clamped to the image.
    public func bytes(in range: Range<Int>) -> [UInt8] {
        let wanted = range.clamped(to: 0..<size)
        guard !wanted.isEmpty else { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(wanted.count)
        for page in (wanted.lowerBound / Self.pageSize)...((wanted.upperBound - 1) / Self.pageSize) {
            let start = page * Self.pageSize
            let part = wanted.clamped(to: start..<(start + Self.pageSize))
            append(page: page, (part.lowerBound - start)..<(part.upperBound - start), to: &result)
        }
        return result
    }

    private func append(page: Int, _ range: Range<Int>, to result: inout [UInt8]) {
        let label = range.clamped(to: 0..<8)
        if !label.isEmpty {
            let name = page == 0 ? Self.signature : Self.littleEndian(Self.mix(UInt64(page) &+ seed))
            result.append(contentsOf: name[label])
        }
        let rest = range.clamped(to: 8..<Self.pageSize)
        if !rest.isEmpty { result.append(contentsOf: table[rest]) }
    }

    /// The finaliser of SplitMix64: neighbouring inputs give unrelated outputs.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    private static func littleEndian(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
}
