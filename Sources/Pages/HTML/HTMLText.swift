/// HTML that is being written: markup as it is, texts escaped for wherever they stand, between tags or in a quoted attribute.
struct HTMLText {
    private(set) var bytes: [UInt8] = []

    var count: Int { bytes.count }

    /// Takes the bytes out.
    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// Markup, which is this program's own.
    mutating func raw(_ markup: String) { bytes.append(contentsOf: markup.utf8) }

    mutating func raw(_ markup: [UInt8]) { bytes.append(contentsOf: markup) }

    /// Puts markup in before what was written last.
    mutating func raw(_ markup: String, at place: Int) { bytes.insert(contentsOf: markup.utf8, at: place) }

    mutating func text(_ text: String) { self.text(Array(text.utf8)) }

    mutating func text(_ text: [UInt8]) { self.text(text.span) }

    /// UTF-8. What HTML does not allow in a text becomes the sign for that.
    mutating func text(_ text: borrowing Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "&"): raw("&amp;")
            case UInt8(ascii: "<"): raw("&lt;")
            case UInt8(ascii: ">"): raw("&gt;")
            case UInt8(ascii: "\""): raw("&quot;")
            case UInt8(ascii: "'"): raw("&#39;")
            case 0x09, 0x0A, 0x20...0x7E, 0x80...: bytes.append(byte)
            case 0x0D: bytes.append(0x0A)
            default: raw("\u{FFFD}")
            }
        }
    }

    /// The same for a text that is HTML already, as far as entities go: those are resolved, and nothing else is markup.
    mutating func textWithEntities(_ text: ArraySlice<UInt8>) {
        var rest = text
        while let place = rest.firstIndex(of: UInt8(ascii: "&")) {
            self.text(Array(rest[..<place]))
            let entity = HTMLEntity(rest[place...])
            self.text(entity?.character ?? "&")
            rest = rest[(place + (entity?.length ?? 1))...]
        }
        self.text(Array(rest))
    }
}

extension UInt8 {
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isAlphanumeric: Bool { isLetter || isDigit }
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
