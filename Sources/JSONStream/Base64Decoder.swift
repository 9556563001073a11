/// Decodes base64 (RFC 4648, section 4) byte by byte: with or without padding, white space skipped, bits left over
/// in the last digit ignored.
struct Base64Decoder {
    enum Failure: Error {
        /// A byte that is no digit, or anything but padding and white space behind padding.
        case unexpectedByte
        /// The digits do not make up whole bytes, or the padding has the wrong length.
        case unexpectedEnd
    }

    /// Digits that are not in the output yet, six bits each.
    private var bits: UInt32 = 0
    private var digits = 0
    private var padding = 0

    /// The fast path: decodes groups of four digits from `start` on, and returns where the first byte is that is
    /// not part of one. Does nothing within a group, and behind padding.
    mutating func appendGroups(
        of bytes: borrowing Span<UInt8>, from start: Int, to end: Int, into output: inout [UInt8]
    ) -> Int {
        guard digits == 0, padding == 0 else { return start }
        let values = Base64Decoder.values.span
        var index = start
        while index &+ 4 <= end {
            let first = values[Int(bytes[index])]
            let second = values[Int(bytes[index &+ 1])]
            let third = values[Int(bytes[index &+ 2])]
            let fourth = values[Int(bytes[index &+ 3])]
            guard first | second | third | fourth < 64 else { break }
            output.append(first &<< 2 | second &>> 4)
            output.append(second &<< 4 | third &>> 2)
            output.append(third &<< 6 | fourth)
            index = index &+ 4
        }
        return index
    }

    /// Takes one more byte of text, and appends three decoded bytes at every fourth digit.
    mutating func append(_ byte: UInt8, to output: inout [UInt8]) throws(Failure) {
        let value = Base64Decoder.values[Int(byte)]
        if value < 64 {
            guard padding == 0 else { throw .unexpectedByte }
            bits = bits &<< 6 | UInt32(value)
            digits += 1
            guard digits == 4 else { return }
            output.append(UInt8(truncatingIfNeeded: bits &>> 16))
            output.append(UInt8(truncatingIfNeeded: bits &>> 8))
            output.append(UInt8(truncatingIfNeeded: bits))
            bits = 0
            digits = 0
        } else if byte == UInt8(ascii: "=") {
            padding += 1
            guard digits + padding <= 4, digits >= 2 else { throw .unexpectedByte }
        } else if byte != 0x20 && !(0x09...0x0D).contains(byte) {
            throw .unexpectedByte
        }
    }

    /// Appends the bytes of an incomplete last group.
    mutating func finish(to output: inout [UInt8]) throws(Failure) {
        guard digits != 1, padding == 0 || digits + padding == 4 else { throw .unexpectedEnd }
        if digits >= 2 { output.append(UInt8(truncatingIfNeeded: bits &>> (digits == 2 ? 4 : 10))) }
        if digits == 3 { output.append(UInt8(truncatingIfNeeded: bits &>> 2)) }
        digits = 0
    }

    /// The six bits of each digit, 255 for any other byte.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            values[Int(digit)] = UInt8(value)
        }
        return values
    }()
}
