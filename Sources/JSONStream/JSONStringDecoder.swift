import Quantities

/// Streams what a string literal stands for: its UTF-8, with escapes resolved.
///
/// A surrogate without its partner becomes U+FFFD; NUL is a byte like any other. The text is valid UTF-8 whatever
/// the source holds. Memory: one chunk read, one chunk decoded.
package struct JSONStringDecoder {
    package static let defaultChunkSize = 64 * 1024

    private let literal: Range<UInt64>
    private let chunkSize: Int
    private var window: ByteWindow
    private var state = State.atOpeningQuote

    private enum State {
        case atOpeningQuote, inBody, atEnd
    }

    /// - Parameters:
    ///   - literal: the bytes of the literal, quotes included, as `JSONScanner` reports them.
    ///   - chunkSize: bytes read at a time, and about the size of a decoded chunk.
    package init(_ source: any ByteSource, literal: Range<UInt64>, chunkSize: Int = defaultChunkSize) {
        self.literal = literal
        self.chunkSize = max(chunkSize, 1)
        window = ByteWindow(
            source, range: literal, chunkSize: Int(min(UInt64(max(chunkSize, 1)), UInt64(literal.count))))
    }

    /// Replaces the content of `chunk` with the next decoded bytes: whole scalars, at least one, fewer than twice
    /// the chunk size and four more. False, and an empty chunk, when nothing is left.
    ///
    /// - Throws: `JSONError` when the range does not hold exactly one string literal, or cannot be read.
    package mutating func next(into chunk: inout [UInt8]) throws(JSONError) -> Bool {
        chunk.removeAll(keepingCapacity: true)
        if state == .atOpeningQuote {
            try window.passOpeningQuote()
            state = .inBody
        }
        while state == .inBody && chunk.count < chunkSize {
            switch try window.nextStringPiece() {
            case .run(let range): chunk.append(contentsOf: window.buffer[range])
            case .escape(let scalar): chunk.append(contentsOf: scalar.utf8)
            case .end:
                state = .atEnd
                try window.expectEnd(of: literal)
            }
        }
        return !chunk.isEmpty
    }

    /// How many bytes the literal decodes to. Reads all of it.
    ///
    /// - Throws: as `next(into:)` does.
    package static func decodedSize(of literal: Range<UInt64>, in source: any ByteSource) throws(JSONError) -> UInt64 {
        var decoder = JSONStringDecoder(source, literal: literal)
        var chunk: [UInt8] = []
        var size: UInt64 = 0
        while try decoder.next(into: &chunk) {
            size +|= UInt64(chunk.count)
        }
        return size
    }
}

extension ByteWindow {
    /// Passes the quote that a string literal begins with.
    mutating func passOpeningQuote() throws(JSONError) {
        guard let byte = try peek() else { throw unexpectedEnd(in: "a string") }
        guard byte == UInt8(ascii: "\"") else {
            throw JSONError(
                .unexpectedByte, at: offset, "\(JSONError.name(of: byte)) stands where a string was expected.")
        }
        advance()
    }

    /// - Throws: `JSONError.trailingData` when the literal that has been read is not all of its range.
    func expectEnd(of literal: Range<UInt64>) throws(JSONError) {
        guard offset == literal.upperBound else {
            throw JSONError(.trailingData, at: offset, "The string ends before the bytes that were given for it do.")
        }
    }
}
