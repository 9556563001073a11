/// The fast path through a number that lies within one chunk.
enum NumberRun {
    /// Where the number that starts at `start` ends, when it is well-formed (RFC 8259, section 6) and a byte that
    /// ends it is in hand as well; else nil, which says nothing yet about the number.
    static func end(in bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var index = start
        guard index < end else { return nil }
        if bytes[index] == UInt8(ascii: "-") { index = index &+ 1 }
        guard index < end else { return nil }
        if bytes[index] == UInt8(ascii: "0") {
            index = index &+ 1
        } else {
            let digits = digitsEnd(in: bytes, from: index, to: end)
            guard digits > index else { return nil }
            index = digits
        }
        guard index < end else { return nil }
        if bytes[index] == UInt8(ascii: ".") {
            let digits = digitsEnd(in: bytes, from: index &+ 1, to: end)
            guard digits > index &+ 1, digits < end else { return nil }
            index = digits
        }
        // Exponents are rare: the slow path knows them.
        return bytes[index] | 0x20 == UInt8(ascii: "e") ? nil : index
    }

    /// Where a run of digits, which can be empty, ends.
    static func digitsEnd(in bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, bytes[index] &- UInt8(ascii: "0") < 10 {
            index = index &+ 1
        }
        return index
    }
}
