package import Quantities

/// What a request carries; its length is always known beforehand and announced.
package enum RequestBody: Sendable {
    case bytes([UInt8])
    /// Part of a source, read while it is sent: memory holds no more of it than libcurl's buffer.
    case part(of: any BodySource, from: ByteCount, count: ByteCount)

    /// All of a source.
    package static func all(of source: any BodySource) -> RequestBody {
        .part(of: source, from: .zero, count: source.length)
    }

    package var length: ByteCount {
        switch self {
        case .bytes(let bytes): ByteCount(UInt64(bytes.count))
        case .part(_, _, let count): count
        }
    }

    /// The part lies within its source.
    var isWhole: Bool {
        guard case .part(let source, let first, let count) = self else { return true }
        return first <= source.length && count <= source.length - first
    }

    /// Puts bytes of the body from `offset` on into `buffer`; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int {
        let left = length - offset
        let room = Int(clamping: min(left.bytes, UInt64(buffer.count)))
        guard room > 0 else { return 0 }
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<room])
        switch self {
        case .bytes(let bytes):
            let first = Int(clamping: offset.bytes)
            bytes[first..<first + room].withUnsafeBytes { part.copyMemory(from: $0) }
            return room
        case .part(let source, let first, _): return try source.read(into: part, at: first + offset)
        }
    }
}
