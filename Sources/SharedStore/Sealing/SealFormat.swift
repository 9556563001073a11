import Crypto
import Quantities

/// How a sealed object is laid out:
///
///     "PFSTORE1" | id of the secret 4 | length of the header 4 | salt 16 | header (JSON) + 16 | pieces of 128 KiB, each + 16
///
/// Each part is sealed by AES-256-GCM under a key of this object alone. Its nonce counts (0 the header, n a piece, the highest bit on
/// the last), and the preamble and the object's name are authenticated with it: nothing can be moved, dropped, reordered, cut, or come
/// from another object. Contents of no bytes have one piece of none.
enum SealFormat {
    static let magic = Array("PFSTORE1".utf8)
    static let saltLength = 16
    static let preambleLength = 32
    static let tagLength = 16
    static let pieceSize = 131_072
    static let sealedPieceSize = pieceSize + tagLength
    static let largestHeader = 65_536

    /// Where the pieces begin.
    static func bodyOffset(headerLength: Int) -> ByteCount {
        ByteCount(UInt64(preambleLength + headerLength + tagLength))
    }

    /// How many pieces contents of that size have.
    static func pieces(of size: ByteCount) -> UInt64 {
        max(1, size.bytes / UInt64(pieceSize) +| (size.bytes % UInt64(pieceSize) == 0 ? 0 : 1))
    }

    /// Bytes of a sealed object with contents of that size.
    static func sealedSize(of size: ByteCount, headerLength: Int) -> ByteCount {
        bodyOffset(headerLength: headerLength) + size + ByteCount(pieces(of: size) *| UInt64(tagLength))
    }

    /// Bytes of the contents of a sealed object of that size; nil for one that no contents have.
    static func size(ofSealed total: ByteCount, headerLength: Int) -> ByteCount? {
        let start = bodyOffset(headerLength: headerLength)
        guard total >= start + ByteCount(UInt64(tagLength)), total < .max else { return nil }
        let body = (total - start).bytes
        let (whole, rest) = body.quotientAndRemainder(dividingBy: UInt64(sealedPieceSize))
        // A last piece of no bytes is there only when it is the first.
        guard rest == 0 || rest > UInt64(tagLength) || whole == 0 else { return nil }
        let pieces = whole +| (rest == 0 ? 0 : 1)
        return ByteCount(body -| pieces *| UInt64(tagLength))
    }

    /// 0 for the header.
    static func nonce(_ number: UInt64, isLast: Bool) throws(SealError) -> AES.GCM.Nonce {
        let counter = number | (isLast ? 1 << 63 : 0)
        let bytes = [0, 0, 0, 0] + withUnsafeBytes(of: counter.bigEndian) { Array($0) }
        do { return try AES.GCM.Nonce(data: bytes) } catch { throw .notOpened }
    }
}

/// Why an object does not open. Whoever wrote it was not of the fleet, or it has been damaged, moved or cut since.
package enum SealError: Error, Sendable, Hashable {
    /// It is no sealed object, or one of another format.
    case notSealed
    /// It is sealed under a secret that this fleet does not have.
    case unknownSecret
    /// A part of it does not open here.
    case notOpened
    /// It opens, and its header is none.
    case badHeader
    /// It is cut, or has more than it should.
    case wrongLength

    /// For counts and logs.
    package var word: String {
        switch self {
        case .notSealed: "not_sealed"
        case .unknownSecret: "unknown_secret"
        case .notOpened: "not_opened"
        case .badHeader: "bad_header"
        case .wrongLength: "wrong_length"
        }
    }
}
