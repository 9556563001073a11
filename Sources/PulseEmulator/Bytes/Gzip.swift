import CZlib

/// Bytes as a gzip file has them (RFC 1952).
enum Gzip {
    private static let chunkSize = 262_144
    /// A window of 32 KiB, and the head and tail of gzip around what is compressed.
    private static let windowBits: Int32 = 15 + 16
    private static let memoryLevel: Int32 = 8

    /// Nil when zlib has no memory. The source is read a chunk at a time; what is compressed is held in memory.
    static func compressed(_ source: ByteSource) -> [UInt8]? {
        var stream = z_stream()
        let version = ZLIB_VERSION
        let began = deflateInit2_(
            &stream, Z_BEST_SPEED, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY, version,
            Int32(MemoryLayout<z_stream>.size))
        guard began == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var result: [UInt8] = []
        var room = [UInt8](repeating: 0, count: chunkSize)
        var offset = 0
        repeat {
            let next = min(source.count, offset + chunkSize)
            var chunk = source.bytes(in: offset..<next)
            offset = next
            let flush = offset == source.count ? Z_FINISH : Z_NO_FLUSH
            let isGood = chunk.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                return drain(&stream, flush, through: &room, into: &result)
            }
            guard isGood else { return nil }
        } while offset < source.count
        return result
    }

    /// Has zlib take all of its input.
    private static func drain(
        _ stream: inout z_stream, _ flush: Int32, through room: inout [UInt8], into result: inout [UInt8]
    ) -> Bool {
        var isFull = true
        while isFull {
            let (status, written) = room.withUnsafeMutableBufferPointer { output in
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                let status = deflate(&stream, flush)
                return (status, output.count - Int(stream.avail_out))
            }
            guard status != Z_STREAM_ERROR else { return false }
            result += room[..<written]
            isFull = written == room.count && status != Z_STREAM_END
        }
        return true
    }
}
