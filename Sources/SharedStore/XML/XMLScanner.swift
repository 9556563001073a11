import Quantities

/// Reads the XML that object stores answer with, in one pass: elements and text. Whatever else XML knows (document types, entities
/// of one's own, processing instructions inside, CDATA) is refused; attributes and comments are passed over.
struct XMLScanner {
    enum Token: Hashable {
        case open(String)
        case close(String)
        case text(String)
    }

    /// It is not such XML.
    struct Malformed: Error, Hashable {}

    private var rest: ArraySlice<UInt8>
    /// Of an element that is closed where it is opened.
    private var pendingClose: String?

    private static let longestName = 128

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
        if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
        rest = rest.drop(while: Self.isBlank)
    }

    /// Nil at the end.
    mutating func next() throws(Malformed) -> Token? {
        if let name = pendingClose {
            pendingClose = nil
            return .close(name)
        }
        while let first = rest.first {
            guard first == UInt8(ascii: "<") else { return .text(try text()) }
            if rest.starts(with: Array("<?".utf8)) {
                try skip(past: "?>")
            } else if rest.starts(with: Array("<!--".utf8)) {
                try skip(past: "-->")
            } else {
                return try tag()
            }
        }
        return nil
    }

    private mutating func skip(past end: String) throws(Malformed) {
        guard let range = rest.firstRange(of: Array(end.utf8)) else { throw Malformed() }
        rest = rest[range.upperBound...]
    }

    private mutating func tag() throws(Malformed) -> Token {
        rest = rest.dropFirst()
        let isEnd = rest.first == UInt8(ascii: "/")
        if isEnd { rest = rest.dropFirst() }
        let name = try name()
        if isEnd {
            rest = rest.drop(while: Self.isBlank)
            guard rest.popFirst() == UInt8(ascii: ">") else { throw Malformed() }
            return .close(name)
        }
        try skipAttributes()
        if rest.first == UInt8(ascii: "/") {
            rest = rest.dropFirst()
            pendingClose = name
        }
        guard rest.popFirst() == UInt8(ascii: ">") else { throw Malformed() }
        return .open(name)
    }

    private mutating func name() throws(Malformed) -> String {
        let name = rest.prefix(while: Self.isNameByte)
        guard (1...Self.longestName).contains(name.count) else { throw Malformed() }
        rest = rest.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func skipAttributes() throws(Malformed) {
        while true {
            rest = rest.drop(while: Self.isBlank)
            guard let byte = rest.first, byte != UInt8(ascii: ">"), byte != UInt8(ascii: "/") else { return }
            _ = try name()
            rest = rest.drop(while: Self.isBlank)
            guard rest.popFirst() == UInt8(ascii: "=") else { throw Malformed() }
            rest = rest.drop(while: Self.isBlank)
            guard let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let end = rest.firstIndex(of: quote)
            else { throw Malformed() }
            rest = rest[rest.index(after: end)...]
        }
    }

    private mutating func text() throws(Malformed) -> String {
        let raw = rest.prefix { $0 != UInt8(ascii: "<") }
        rest = rest.dropFirst(raw.count)
        var bytes: [UInt8] = []
        var left = raw
        while let byte = left.popFirst() {
            guard byte == UInt8(ascii: "&") else {
                bytes.append(byte)
                continue
            }
            guard let end = left.prefix(12).firstIndex(of: UInt8(ascii: ";")) else { throw Malformed() }
            bytes += Array(try Self.character(String(decoding: left[..<end], as: UTF8.self)).utf8)
            left = left[left.index(after: end)...]
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
        return text
    }

    private static func character(_ entity: String) throws(Malformed) -> String {
        switch entity {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        guard entity.hasPrefix("#") else { throw Malformed() }
        let isHex = entity.hasPrefix("#x")
        let digits = entity.dropFirst(isHex ? 2 : 1)
        guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
            let number = UInt32(digits, radix: isHex ? 16 : 10), let scalar = Unicode.Scalar(number), number != 0
        else { throw Malformed() }
        return String(Character(scalar))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
