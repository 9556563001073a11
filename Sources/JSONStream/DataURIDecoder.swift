import Quantities

/// Streams the body of a `data:` URI (RFC 2397) that is the value of a JSON string.
///
/// JSON escapes are resolved first, `%XX` second, base64 last. In base64 white space is skipped and padding may be
/// missing; outside of it a `%` without two digits stands for itself. Memory: one chunk read, one chunk decoded.
package struct DataURIDecoder {
    private let literal: Range<UInt64>
    private let chunkSize: Int
    private var window: ByteWindow
    private var state = State.atOpeningQuote
    private var header: DataURIHeader?
    private var headerText: [UInt8] = []
    private var base64 = Base64Decoder()
    /// The bytes of a `%XX` that has begun.
    private var percent: [UInt8] = []

    private enum State {
        case atOpeningQuote, inString, atEnd
    }

    /// - Parameters:
    ///   - literal: the bytes of the string literal, quotes included, as in `ImageFacts.Source.inline`.
    ///   - chunkSize: bytes read at a time, and about the size of a decoded chunk.
    package init(_ source: any ByteSource, literal: Range<UInt64>, chunkSize: Int = JSONStringDecoder.defaultChunkSize)
    {
        self.literal = literal
        self.chunkSize = max(chunkSize, 1)
        window = ByteWindow(
            source, range: literal, chunkSize: Int(min(UInt64(max(chunkSize, 1)), UInt64(literal.count))))
    }

    /// Replaces the content of `chunk` with the next decoded bytes, at least one. False, and an empty chunk, when
    /// nothing is left: an empty picture is a picture.
    ///
    /// - Throws: `JSONError`: `notADataURI`, `invalidBase64` at the byte of the source that is wrong, and what
    ///   `JSONStringDecoder` throws.
    package mutating func next(into chunk: inout [UInt8]) throws(JSONError) -> Bool {
        chunk.removeAll(keepingCapacity: true)
        if state == .atOpeningQuote {
            try window.passOpeningQuote()
            state = .inString
        }
        while state == .inString && chunk.count < chunkSize {
            try readPiece(into: &chunk)
        }
        return !chunk.isEmpty
    }

    private mutating func readPiece(into chunk: inout [UInt8]) throws(JSONError) {
        let start = window.offset
        switch try window.nextStringPiece() {
        case .run(let range):
            var index = range.lowerBound
            while header == nil && index < range.upperBound {
                try appendToHeader(window.buffer[index])
                index += 1
            }
            while index < range.upperBound {
                index = passGroups(from: index, to: range.upperBound, into: &chunk)
                guard index < range.upperBound else { break }
                try append(window.buffer[index], at: start &+ UInt64(index &- range.lowerBound), to: &chunk)
                index = index &+ 1
            }
        case .escape(let scalar):
            for byte in scalar.utf8 {
                if header == nil { try appendToHeader(byte) } else { try append(byte, at: start, to: &chunk) }
            }
        case .end:
            state = .atEnd
            try window.expectEnd(of: literal)
            try finish(at: start, to: &chunk)
        }
    }

    /// Decodes what is plain base64, and returns where that ends.
    private mutating func passGroups(from start: Int, to end: Int, into chunk: inout [UInt8]) -> Int {
        guard header?.isBase64 == true, percent.isEmpty else { return start }
        var decoder = base64
        let stop = decoder.appendGroups(of: window.buffer.span, from: start, to: end, into: &chunk)
        base64 = decoder
        return stop
    }

    private mutating func appendToHeader(_ byte: UInt8) throws(JSONError) {
        headerText.append(byte)
        guard byte == UInt8(ascii: ",") || headerText.count >= DataURIHeader.limit else { return }
        header = DataURIHeader(headerText)
        if header == nil { throw notADataURI }
    }

    private mutating func finish(at offset: UInt64, to chunk: inout [UInt8]) throws(JSONError) {
        guard let header else { throw notADataURI }
        try flushPercent(at: offset, to: &chunk)
        guard header.isBase64 else { return }
        do {
            try base64.finish(to: &chunk)
        } catch {
            throw JSONError(.invalidBase64, at: offset, "The base64 of an image ends too early.")
        }
    }

    private var notADataURI: JSONError {
        JSONError(.notADataURI, at: literal.lowerBound, "The string is not a `data:` URI with a comma.")
    }

    /// Resolves `%XX`.
    private mutating func append(_ byte: UInt8, at offset: UInt64, to chunk: inout [UInt8]) throws(JSONError) {
        if percent.isEmpty {
            if byte == UInt8(ascii: "%") { percent.append(byte) } else { try decode(byte, at: offset, to: &chunk) }
            return
        }
        guard HexadecimalDigit.value(byte) != nil else {
            try flushPercent(at: offset, to: &chunk)
            return try append(byte, at: offset, to: &chunk)
        }
        percent.append(byte)
        guard percent.count == 3, let high = HexadecimalDigit.value(percent[1]), let low = HexadecimalDigit.value(byte)
        else { return }
        percent.removeAll(keepingCapacity: true)
        try decode(high << 4 | low, at: offset, to: &chunk)
    }

    /// Passes on the bytes of a `%` that was not the beginning of `%XX`.
    private mutating func flushPercent(at offset: UInt64, to chunk: inout [UInt8]) throws(JSONError) {
        for byte in percent {
            try decode(byte, at: offset, to: &chunk)
        }
        percent.removeAll(keepingCapacity: true)
    }

    private mutating func decode(_ byte: UInt8, at offset: UInt64, to chunk: inout [UInt8]) throws(JSONError) {
        guard header?.isBase64 == true else { return chunk.append(byte) }
        do {
            try base64.append(byte, to: &chunk)
        } catch {
            throw JSONError(.invalidBase64, at: offset, "The base64 of an image holds \(JSONError.name(of: byte)).")
        }
    }
}
