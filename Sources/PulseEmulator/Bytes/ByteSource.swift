/// Bytes of a known length that can be read from any offset, without all being in memory.
///
/// A response body is a row of pieces; a byte range of it is computed, not stored, so that a body
/// of any size costs one chunk of memory.
public struct ByteSource: Sendable {
    enum Piece: Sendable {
        case stored([UInt8])
        case markdown(SyntheticMarkdown)
        case pattern(SyntheticImage)
        indirect case part(Range<Int>, of: ByteSource)

        var count: Int {
            switch self {
            case .stored(let bytes): bytes.count
            case .markdown(let text): text.encodedSize
            case .pattern(let image): image.size
            case .part(let range, _): range.count
            }
        }

        func bytes(in range: Range<Int>) -> [UInt8] {
            switch self {
            case .stored(let bytes): Array(bytes[range])
            case .markdown(let text): text.encodedBytes(in: range)
            case .pattern(let image): image.bytes(in: range)
            case .part(let own, let source):
                source.bytes(in: (own.lowerBound + range.lowerBound)..<(own.lowerBound + range.upperBound))
            }
        }
    }

    private let pieces: [Piece]
    /// Length in bytes.
    public let count: Int

    /// No bytes.
    package static let empty = ByteSource(pieces: [])

    init(pieces: [Piece]) {
        self.pieces = pieces
        self.count = pieces.reduce(0) { $0 + $1.count }
    }

    /// Bytes held in memory.
    public init(_ bytes: [UInt8]) {
        self.init(pieces: [.stored(bytes)])
    }

    /// The UTF-8 of a text.
    public init(text: String) {
        self.init(Array(text.utf8))
    }

    /// An image of any size that is computed while it is read.
    public init(_ image: SyntheticImage) {
        self.init(pieces: [.pattern(image)])
    }

    /// The bytes of a range, which is clamped to what there is.
    public func bytes(in range: Range<Int>) -> [UInt8] {
        let wanted = range.clamped(to: 0..<count)
        var result: [UInt8] = []
        result.reserveCapacity(wanted.count)
        var start = 0
        for piece in pieces {
            let own = start..<(start + piece.count)
            let part = wanted.clamped(to: own)
            if !part.isEmpty {
                result += piece.bytes(in: (part.lowerBound - start)..<(part.upperBound - start))
            }
            start = own.upperBound
        }
        return result
    }

    /// A part of these bytes as a source of its own. The range must lie within.
    func slice(_ range: Range<Int>) -> ByteSource {
        ByteSource(pieces: [.part(range, of: self)])
    }

    /// A tag that is equal only for equal content: FNV-1a over the length and up to 64 KiB from both ends.
    var entityTag: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let edge = 65_536
        let sample =
            count <= 2 * edge
            ? bytes(in: 0..<count)
            : bytes(in: 0..<edge) + bytes(in: (count - edge)..<count)
        for byte in sample {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return "\"\(String(count, radix: 16))-\(String(hash, radix: 16))\""
    }
}
