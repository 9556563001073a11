/// What a byte is as a character of ASCII.
extension UInt8 {
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isAlphanumeric: Bool { isLetter || isDigit }
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
