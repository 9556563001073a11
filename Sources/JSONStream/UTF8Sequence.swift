/// Well-formed UTF-8 beyond ASCII (RFC 3629, section 4; Unicode, table 3-7): no overlong forms, no surrogates,
/// nothing above U+10FFFF.
enum UTF8Sequence {
    /// The length of the sequence that begins at `index`: 2, 3 or 4, or 0 when it is invalid or cut by `end`.
    static func length(in bytes: borrowing Span<UInt8>, at index: Int, to end: Int) -> Int {
        let lead = bytes[index]
        let length = announcedLength(lead)
        guard length != 0, index &+ length <= end else { return 0 }
        let second = bytes[index &+ 1]
        if length == 2 { return isContinuation(second) ? 2 : 0 }
        guard isContinuation(bytes[index &+ 2]) else { return 0 }
        if length == 4 {
            guard isContinuation(bytes[index &+ 3]) else { return 0 }
        }
        switch lead {
        case 0xE0: return second >= 0xA0 && second <= 0xBF ? 3 : 0
        case 0xED: return second >= 0x80 && second <= 0x9F ? 3 : 0
        case 0xF0: return second >= 0x90 && second <= 0xBF ? 4 : 0
        case 0xF4: return second >= 0x80 && second <= 0x8F ? 4 : 0
        default: return isContinuation(second) ? length : 0
        }
    }

    /// How long a sequence with this lead byte is, or 0 for a byte that cannot lead one of two bytes or more.
    static func announcedLength(_ lead: UInt8) -> Int {
        if lead < 0xC2 { return 0 }
        if lead < 0xE0 { return 2 }
        if lead < 0xF0 { return 3 }
        return lead < 0xF5 ? 4 : 0
    }

    @inline(__always)
    static func isContinuation(_ byte: UInt8) -> Bool {
        byte & 0xC0 == 0x80
    }
}
