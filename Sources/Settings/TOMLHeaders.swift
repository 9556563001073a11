/// Where the headers of tables begin in a text that may be no TOML. The parser takes for granted that a name follows the bracket, and
/// ends the process where none does, so this is looked at before it is called.
struct TOMLHeaders {
    private let bytes: [UInt8]
    private var place = 0
    /// Counted from 1.
    private var line = 1
    /// Of brackets and braces within a value, which may go on over several lines.
    private var depth = 0
    private var isInHeader = false
    /// Nothing but white space stands before `place` in its line, outside of values.
    private var isAtStart = true

    /// The first line with a header that names no table; nil when there is none.
    static func firstWithoutName(in text: String) -> Int? {
        var headers = TOMLHeaders(bytes: Array(text.utf8))
        return headers.search()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(at place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }

    private static func isSpace(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// What a name may begin with (https://toml.io/en/v1.0.0#keys), or the bracket that the parser has a message for.
    private static func mayFollow(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "\""),
            UInt8(ascii: "'"), UInt8(ascii: "]"):
            true
        default: false
        }
    }

    private mutating func search() -> Int? {
        while let byte = byte(at: place) {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                place += 1
                (isInHeader, isAtStart) = (false, depth == 0)
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): place += 1
            case UInt8(ascii: "#"): while let next = self.byte(at: place), next != UInt8(ascii: "\n") { place += 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                isAtStart = false
                skipString(quote: byte)
            case UInt8(ascii: "[") where isAtStart:
                guard isNameNext() else { return line }
                (isInHeader, isAtStart) = (true, false)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if !isInHeader { depth += 1 }
                place += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if !isInHeader { depth = max(0, depth - 1) }
                place += 1
            default:
                isAtStart = false
                place += 1
            }
        }
        return nil
    }

    /// Goes on behind the bracket or brackets.
    private mutating func isNameNext() -> Bool {
        place += 1
        if byte(at: place) == UInt8(ascii: "[") { place += 1 }
        while Self.isSpace(byte(at: place)) { place += 1 }
        // The parser has a message for the end of the text.
        return byte(at: place).map(Self.mayFollow) ?? true
    }

    /// A string of one line ends with it at the latest, as the parser says.
    private mutating func skipString(quote: UInt8) {
        let isLong = byte(at: place + 1) == quote && byte(at: place + 2) == quote
        let end = isLong ? 3 : 1
        place += end
        while let byte = byte(at: place) {
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), self.byte(at: place + 1) != UInt8(ascii: "\n") {
                place += 2
                continue
            }
            if byte == UInt8(ascii: "\n") {
                if !isLong { return }
                line += 1
            }
            if byte == quote, !isLong || (self.byte(at: place + 1) == quote && self.byte(at: place + 2) == quote) {
                place += end
                return
            }
            place += 1
        }
    }
}
