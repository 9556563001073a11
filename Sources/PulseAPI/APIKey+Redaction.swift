import Quantities

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension APIKey {
    /// A text from outside with every occurrence of the key cut out: as it is, percent-encoded, with JSON's escapes, in
    /// base64, or several of these one after the other. A text in which it is hidden comes back decoded.
    package func redacted(_ text: String) -> String {
        var text = cut(from: text)
        var decoded = text
        for _ in 0..<Self.mostCodings {
            let next = Self.unescaped(Self.percentDecoded(decoded))
            guard !next.utf8.elementsEqual(decoded.utf8) else { break }
            decoded = next
            let known = cut(from: decoded)
            if !known.utf8.elementsEqual(decoded.utf8) { (text, decoded) = (known, known) }
        }
        return text
    }

    /// Stands where the key stood.
    private static let mark = "<API key>"
    private static let mostCodings = 4
    /// Fewer characters of base64 say nothing.
    private static let shortestCode = 8

    private func cut(from text: String) -> String {
        withSecret { secret in
            ([secret] + Self.codes(secret)).reduce(text) { Self.replacing($1, in: $0, with: Self.mark) }
        }
    }

    /// By their bytes: a mark behind a text would make another character of its last one.
    private static func replacing(_ part: String, in text: String, with other: String) -> String {
        String(decoding: Array(text.utf8).replacing(Array(part.utf8), with: Array(other.utf8)), as: UTF8.self)
    }

    /// What the key is in base64 and base64url (RFC 4648), wherever in a longer text it begins, without the characters at its
    /// ends that say something of its neighbours too.
    private static func codes(_ secret: String) -> [String] {
        (0..<3).flatMap { offset -> [String] in
            let bytes = [UInt8](repeating: 0, count: offset) + Array(secret.utf8)
            let code = Data(bytes).base64EncodedString().prefix(bytes.count * 8 / 6).dropFirst((offset * 8 + 5) / 6)
            guard code.count >= shortestCode else { return [] }
            let usual = String(code)
            let ofURLs = usual.replacing("+", with: "-").replacing("/", with: "_")
            return usual == ofURLs ? [usual] : [usual, ofURLs]
        }
    }

    private static func percentDecoded(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        return decoded(text, UInt8(ascii: "%"), digits: 2)
    }

    /// `\u0073` as the character that it stands for.
    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        // A backslash that is escaped itself, as in JSON within JSON.
        return decoded(
            replacing("\\u00", in: replacing("\\\\", in: text, with: "\\"), with: "\\x"), UInt8(ascii: "\\"), digits: 2)
    }

    /// `sign` and two hexadecimal digits as the byte they stand for; after a backslash there is an `x` between them.
    private static func decoded(_ text: String, _ sign: UInt8, digits: Int) -> String {
        let bytes = Array(text.utf8)
        let skipped = sign == UInt8(ascii: "%") ? 1 : 2
        var decoded: [UInt8] = []
        var place = 0
        while place < bytes.count {
            let code = bytes[min(place + skipped, bytes.count)...].prefix(digits).compactMap {
                HexadecimalDigit.value($0)
            }
            let isCode =
                bytes[place] == sign && code.count == digits && (skipped == 1 || bytes[place + 1] == UInt8(ascii: "x"))
            decoded.append(isCode ? code.reduce(0) { $0 << 4 | UInt8($1) } : bytes[place])
            place += isCode ? skipped + digits : 1
        }
        return String(decoding: decoded, as: UTF8.self)
    }
}
