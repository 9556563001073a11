import Quantities

/// A sliding view of a source: the bytes in hand, and how to get the next ones.
///
/// Short tokens (an escape, a literal, a UTF-8 sequence) are brought together with `fill` before they are looked
/// at, so that no reader has to care where a chunk ends. Memory: one chunk, whatever is read.
struct ByteWindow {
    static let defaultChunkSize = 128 * 1024

    private let source: any ByteSource
    private let chunkSize: Int
    /// Nothing is read from here on.
    private let limit: UInt64
    /// The offset of `buffer[0]`.
    private var base: UInt64
    private(set) var buffer: [UInt8]
    /// The bytes in hand are `buffer[position..<end]`.
    private(set) var position = 0
    private(set) var end = 0

    init(_ source: any ByteSource, range: Range<UInt64> = 0..<UInt64.max, chunkSize: Int = defaultChunkSize) {
        self.source = source
        self.chunkSize = max(chunkSize, 1)
        self.limit = range.upperBound
        self.base = range.lowerBound
        self.buffer = [UInt8](repeating: 0, count: self.chunkSize)
    }

    /// Where the next byte is, from the beginning of the source.
    var offset: UInt64 { base &+ UInt64(truncatingIfNeeded: position) }

    /// How many bytes are in hand.
    var available: Int { end &- position }

    /// The next byte, or nil at the end. It stays the next byte.
    mutating func peek() throws(JSONError) -> UInt8? {
        if position == end, try !fill(1) { return nil }
        return buffer[position]
    }

    /// Passes white space (RFC 8259, section 2) and returns the byte behind it, or nil at the end. That stays the
    /// next byte.
    @inline(__always)
    mutating func skipWhitespace() throws(JSONError) -> UInt8? {
        if position < end, buffer[position] > 0x20 { return buffer[position] }
        return try skipMoreWhitespace()
    }

    private mutating func skipMoreWhitespace() throws(JSONError) -> UInt8? {
        while true {
            while position < end {
                let byte = buffer[position]
                if byte > 0x20 || !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) { return byte }
                position = position &+ 1
            }
            if try !fill(1) { return nil }
        }
    }

    /// Passes a word that is next, but for what differs from it: returns the first byte that does, which stays the
    /// next one, or nil when all of it was there.
    ///
    /// - Throws: `JSONError.unexpectedEnd` when the source ends within it.
    mutating func passWord(_ word: String) throws(JSONError) -> UInt8? {
        for expected in word.utf8 {
            guard let byte = try peek() else { throw unexpectedEnd(in: "`\(word)`") }
            guard byte == expected else { return byte }
            advance()
        }
        return nil
    }

    /// Moves on over bytes in hand.
    mutating func advance(_ count: Int = 1) {
        position = position &+ count
    }

    /// Gets at least `count` bytes in hand; false when there are fewer before the end.
    ///
    /// The few bytes that were still in hand are read again, so that the buffer always begins at `offset`.
    mutating func fill(_ count: Int) throws(JSONError) -> Bool {
        if available >= count { return true }
        let (source, start) = (source, offset)
        base = start
        position = 0
        end = 0
        let size = max(chunkSize, count)
        if buffer.count != size { buffer = [UInt8](repeating: 0, count: size) }
        guard start < limit else { return false }
        do {
            var span = buffer.mutableSpan
            let received = try source.read(at: start, into: &span)
            end = Int(min(UInt64(received), limit -| start))
        } catch {
            throw JSONError(
                .unreadable(errno: error.errno), at: start, "The answer cannot be read from where it is stored.")
        }
        return end >= count
    }
}
