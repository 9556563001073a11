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

    /// The same for a text that is HTML already, as far as entities go: those stay, and no other markup does.
    mutating func textWithEntities(_ text: ArraySlice<UInt8>) {
        var rest = text
        while let place = rest.firstIndex(of: UInt8(ascii: "&")) {
            self.text(Array(rest[..<place]))
            let length = Self.entityLength(rest[place...])
            if length > 0 { raw(Array(rest[place..<place + length])) } else { raw("&amp;") }
            rest = rest[(place + max(1, length))...]
        }
        self.text(Array(rest))
    }

    /// `&name;` or `&#number;`; 0 for what is neither.
    private static func entityLength(_ text: ArraySlice<UInt8>) -> Int {
        let body = text.dropFirst().prefix(32)
        guard let end = body.firstIndex(of: UInt8(ascii: ";")), end > body.startIndex else { return 0 }
        let name = body[..<end]
        let isNumber = name.first == UInt8(ascii: "#")
        let digits = isNumber ? name.dropFirst() : name
        guard let first = digits.first, digits.allSatisfy(\.isAlphanumeric), isNumber || first.isLetter else {
            return 0
        }
        if isNumber {
            let isHexadecimal = first | 0x20 == UInt8(ascii: "x")
            let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
            // What is no character that HTML may have stays visible as it was written.
            guard let value = UInt32(text, radix: isHexadecimal ? 16 : 10), let scalar = Unicode.Scalar(value),
                value >= 0x20, !(0x7F...0x9F).contains(value), scalar.properties.generalCategory != .unassigned
            else { return 0 }
        }
        return end - text.startIndex + 1
    }
}

extension UInt8 {
    var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isAlphanumeric: Bool { isLetter || isDigit }
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
