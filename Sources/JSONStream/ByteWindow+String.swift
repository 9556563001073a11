import Quantities

/// A part of a string's body.
enum StringPiece {
    /// Bytes that mean themselves: a range of the window's buffer, good until the next call. Whole UTF-8
    /// sequences; one sequence can stand alone.
    case run(Range<Int>)
    /// What an escape stands for. A surrogate without its partner is U+FFFD.
    case escape(Unicode.Scalar)
    /// The closing quote, which has been passed.
    case end
}

extension ByteWindow {
    /// Passes the rest of a string, closing quote included, when it is in hand and without escapes, and returns
    /// where its body is in the buffer. Nil passes nothing and says nothing about the string.
    mutating func passPlainString() -> Range<Int>? {
        let start = position
        let stop = StringRun.end(in: buffer.span, from: start, to: end)
        guard stop < end, buffer[stop] == UInt8(ascii: "\"") else { return nil }
        advance(stop &- start &+ 1)
        return start..<stop
    }

    /// Reads on in the body of a string (RFC 8259, section 7), which begins after the opening quote.
    ///
    /// - Throws: `JSONError` for anything that the body of a string cannot hold, and for its end before the quote.
    mutating func nextStringPiece() throws(JSONError) -> StringPiece {
        guard let byte = try peek() else { throw unexpectedEnd(in: "a string") }
        if byte == UInt8(ascii: "\"") {
            advance()
            return .end
        }
        if byte == UInt8(ascii: "\\") { return .escape(try nextEscape()) }
        let start = position
        let stop = StringRun.end(in: buffer.span, from: start, to: end)
        if stop > start {
            advance(stop - start)
            return .run(start..<stop)
        }
        guard byte >= 0x20 else {
            throw JSONError(
                .controlCharacter, at: offset, "A string holds a bare control character, \(JSONError.name(of: byte)).")
        }
        return .run(try nextSequence(lead: byte))
    }

    /// Passes one UTF-8 sequence that the fast path stopped at: cut by the end of the chunk, or invalid.
    private mutating func nextSequence(lead: UInt8) throws(JSONError) -> Range<Int> {
        let announced = UTF8Sequence.announcedLength(lead)
        let isWhole = try fill(announced)
        let length = UTF8Sequence.length(in: buffer.span, at: position, to: end)
        if length == 0 {
            guard isWhole || buffer[(position + 1)..<end].contains(where: { !UTF8Sequence.isContinuation($0) }) else {
                throw unexpectedEnd(in: "a string")
            }
            throw JSONError(.invalidUTF8, at: offset, "A string holds bytes that are not UTF-8.")
        }
        advance(length)
        return (position - length)..<position
    }

    /// Passes one escape, or two that make a surrogate pair.
    private mutating func nextEscape() throws(JSONError) -> Unicode.Scalar {
        guard try fill(2) else { throw unexpectedEnd(in: "an escape") }
        let letter = buffer[position + 1]
        if letter == UInt8(ascii: "u") { return try nextUnicodeEscape() }
        let scalar: Unicode.Scalar
        switch letter {
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = Unicode.Scalar(letter)
        case UInt8(ascii: "t"): scalar = "\t"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{C}"
        default:
            throw JSONError(
                .invalidEscape, at: offset, "A string holds a backslash before \(JSONError.name(of: letter)).")
        }
        advance(2)
        return scalar
    }

    private mutating func nextUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try hexadecimalUnit()
        advance(6)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, try fill(2), buffer[position] == UInt8(ascii: "\\"),
            buffer[position + 1] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let second = try hexadecimalUnit()
        guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
        advance(6)
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    /// The code unit of the escape `\uXXXX` that comes next. It stays next.
    private mutating func hexadecimalUnit() throws(JSONError) -> UInt32 {
        let isWhole = try fill(6)
        var unit: UInt32 = 0
        var index = position + 2
        let stop = min(position + 6, end)
        while index < stop {
            guard let digit = HexadecimalDigit.value(buffer[index]) else {
                throw JSONError(.invalidEscape, at: offset, "A string holds `\\u` without four hexadecimal digits.")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        guard isWhole else { throw unexpectedEnd(in: "an escape") }
        return unit
    }

    func unexpectedEnd(in token: String) -> JSONError {
        JSONError(.unexpectedEnd, at: offset +| UInt64(available), "The answer ends within \(token).")
    }
}
