/// A formula of a document on its way through cmark, which would take its backslashes, stars and bars for its own: until it is
/// written, its bytes are letters between two signs. No document has those signs in it when cmark reads it.
enum MarkdownFormula {
    static let begin: UInt8 = 0x02
    static let end: UInt8 = 0x03
    /// In bytes: what is longer is no formula.
    static let longest = 8 << 10

    private static let firstLetter = UInt8(ascii: "a")

    /// - Parameter isQuoted: each further line begins with the mark of a quotation, which is none of the formula's.
    static func encode(_ formula: ArraySlice<UInt8>, isQuoted: Bool, to text: inout [UInt8]) {
        text.append(begin)
        var isAtMark = false
        for byte in formula {
            if isAtMark, byte == UInt8(ascii: ">") || byte == UInt8(ascii: " ") { continue }
            isAtMark = isQuoted && byte == 0x0A
            // Letters of which cmark makes nothing, such as the w of www.
            text.append(firstLetter + byte >> 4)
            text.append(firstLetter + byte & 0x0F)
        }
        text.append(end)
    }

    /// Calls `visit` with the formulas of a text and with what is between them.
    static func forEachPart(of text: ArraySlice<UInt8>, _ visit: (_ part: ArraySlice<UInt8>, _ isFormula: Bool) -> Void)
    {
        var rest = text
        while let start = rest.firstIndex(of: begin), let stop = rest[start...].firstIndex(of: end) {
            if rest.startIndex < start { visit(rest[..<start], false) }
            visit(decoded(rest[(start + 1)..<stop])[...], true)
            rest = rest[(stop + 1)...]
        }
        if !rest.isEmpty { visit(rest, false) }
    }

    /// A text with its formulas as they were written, where they are nothing but that.
    static func plain(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(begin) else { return text }
        var plain: [UInt8] = []
        forEachPart(of: text[...]) { part, _ in plain += part }
        return plain
    }

    /// The same for a URL of Markdown: a backslash before a sign stands for the sign.
    static func plainURL(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(begin) else { return text }
        var plain: [UInt8] = []
        forEachPart(of: text[...]) { part, isFormula in
            for index in part.indices {
                let isEscape =
                    isFormula && part[index] == UInt8(ascii: "\\") && index + 1 < part.endIndex
                    && !part[index + 1].isAlphanumeric && !part[index + 1].isSpace
                if !isEscape { plain.append(part[index]) }
            }
        }
        return plain
    }

    private static func decoded(_ letters: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = letters
        while let high = rest.popFirst(), let low = rest.popFirst() {
            bytes.append((high &- firstLetter) << 4 | (low &- firstLetter) & 0x0F)
        }
        // Letters that a document has put between such signs itself, as numbers of characters, may be anything.
        return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
