extension ByteWindow {
    /// Passes a number, the first byte of which is next: that of RFC 8259, section 6, which begins with a minus or a
    /// digit, or `NaN`, `Infinity` or `-Infinity`.
    ///
    /// - Throws: `JSONError.invalidNumber` where a digit or a letter of those words is missing. What may follow a
    ///   number is not looked at.
    mutating func scanNumber(into text: inout JSONText) throws(JSONError) {
        if let stop = NumberRun.end(in: buffer.span, from: position, to: end) {
            if text.isWanted { text.append(buffer[position..<stop]) }
            advance(stop - position)
            return
        }
        if let byte = try peek(), byte == UInt8(ascii: "N") { return try scanWord("NaN", into: &text) }
        _ = try skip(UInt8(ascii: "-"), or: UInt8(ascii: "-"), into: &text)
        if let byte = try peek(), byte == UInt8(ascii: "I") { return try scanWord("Infinity", into: &text) }
        // A zero stands alone: a digit behind it is left, and is an error of the grammar.
        if try !skip(UInt8(ascii: "0"), or: UInt8(ascii: "0"), into: &text) { try scanDigits(into: &text) }
        if try skip(UInt8(ascii: "."), or: UInt8(ascii: "."), into: &text) { try scanDigits(into: &text) }
        if try skip(UInt8(ascii: "e"), or: UInt8(ascii: "E"), into: &text) {
            _ = try skip(UInt8(ascii: "+"), or: UInt8(ascii: "-"), into: &text)
            try scanDigits(into: &text)
        }
    }

    /// Passes a number that is a word.
    private mutating func scanWord(_ word: String, into text: inout JSONText) throws(JSONError) {
        if let byte = try passWord(word) {
            throw JSONError(
                .invalidNumber, at: offset, "\(JSONError.name(of: byte)) stands within what could be `\(word)`.")
        }
        if text.isWanted { text.append(ArraySlice(word.utf8)) }
    }

    /// Passes the next byte if it is one of two.
    private mutating func skip(_ one: UInt8, or other: UInt8, into text: inout JSONText) throws(JSONError) -> Bool {
        guard let byte = try peek(), byte == one || byte == other else { return false }
        text.append(buffer[position...position])
        advance()
        return true
    }

    /// Passes one digit or more.
    private mutating func scanDigits(into text: inout JSONText) throws(JSONError) {
        var isEmpty = true
        while true {
            let stop = NumberRun.digitsEnd(in: buffer.span, from: position, to: end)
            if stop > position {
                isEmpty = false
                text.append(buffer[position..<stop])
                advance(stop - position)
            }
            if stop < end { break }
            if try !fill(1) { break }
        }
        guard isEmpty else { return }
        guard let byte = try peek() else { throw unexpectedEnd(in: "a number") }
        throw JSONError(.invalidNumber, at: offset, "A number has \(JSONError.name(of: byte)) where a digit must be.")
    }
}
