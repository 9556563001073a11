package import Quantities
import Synchronization
package import Transfer

/// The sealed form of some contents, made while it is sent: memory holds one piece of it.
///
/// The contents must not change while it lives, as any part may be sent twice: two texts under one nonce would give both away.
/// The last piece that was made is kept, as a body is read from its beginning to its end.
package final class SealedSource: BodySource {
    package let length: ByteCount
    private let sealer: ObjectSealer
    private let contents: any BodySource
    private let pieces: UInt64
    private let kept = Mutex<(number: UInt64, bytes: [UInt8])?>(nil)

    package init(_ contents: any BodySource, _ sealer: ObjectSealer) {
        (self.contents, self.sealer) = (contents, sealer)
        pieces = SealFormat.pieces(of: contents.length)
        length = sealer.sealedSize(of: contents.length)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int {
        let start = ByteCount(UInt64(sealer.head.count))
        if offset < start { return Self.copy(sealer.head, from: offset, into: buffer) }
        let size = UInt64(SealFormat.sealedPieceSize)
        let (number, rest) = (offset - start).bytes.quotientAndRemainder(dividingBy: size)
        return try kept.withLock { kept in
            if kept?.number != number { kept = (number, try piece(number)) }
            return Self.copy(kept?.bytes ?? [], from: ByteCount(rest), into: buffer)
        }
    }

    private func piece(_ number: UInt64) throws -> [UInt8] {
        let first = ByteCount(number *| UInt64(SealFormat.pieceSize))
        let count = Int(clamping: min((contents.length - first).bytes, UInt64(SealFormat.pieceSize)))
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        try bytes.withUnsafeMutableBytes { buffer in
            while done < count {
                done += try contents.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]), at: first + ByteCount(UInt64(done)))
            }
        }
        return try sealer.piece(number, bytes, isLast: number +| 1 == pieces)
    }

    private static func copy(_ bytes: [UInt8], from offset: ByteCount, into buffer: UnsafeMutableRawBufferPointer)
        -> Int
    {
        let part = bytes.dropFirst(Int(clamping: offset.bytes)).prefix(buffer.count)
        part.withUnsafeBytes { buffer.copyMemory(from: $0) }
        return part.count
    }
}
