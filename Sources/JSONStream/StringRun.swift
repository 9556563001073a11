/// The fast path through the body of a string: how far bytes go that mean themselves.
enum StringRun {
    /// Where the run that starts at `start` ends: at a quote, a backslash, a control character, an invalid UTF-8
    /// sequence, a sequence that `end` cuts, or at `end`.
    static func end(in bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int {
        let raw = bytes.bytes
        var index = start
        while index < end {
            if index &+ 8 <= end {
                // Checked against the bounds of the span; every bit pattern is a UInt64.
                let word = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
                let stops = StringRun.stops(in: word)
                if stops == 0 {
                    index = index &+ 8
                    continue
                }
                index = index &+ (stops.trailingZeroBitCount &>> 3)
            }
            let byte = bytes[index]
            if byte < 0x80 {
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
                index = index &+ 1
            } else {
                let length = UTF8Sequence.length(in: bytes, at: index, to: end)
                if length == 0 { return index }
                index = index &+ length
            }
        }
        return index
    }

    /// The top bit of each byte of `word` that does not mean itself, or is not ASCII. Borrows can set bits above
    /// the lowest one; the lowest is exact.
    @inline(__always)
    private static func stops(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = (word ^ 0x2222_2222_2222_2222) &- ones
        let backslashes = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- ones
        let controls = word &- 0x2020_2020_2020_2020
        return (word | quotes | backslashes | controls) & 0x8080_8080_8080_8080
    }
}
