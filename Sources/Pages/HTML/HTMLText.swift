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

    /// Takes away what was written last, down to so many bytes.
    mutating func cut(to count: Int) { bytes.removeSubrange(count...) }

    /// UTF-8. What HTML does not allow in a text becomes the sign for that, or what it was before it was misread.
    mutating func text(_ text: borrowing Span<UInt8>) {
        text.withUnsafeBufferPointer { text in
            var start = 0
            var index = 0
            while index < text.count {
                guard let (sign, length) = Self.sign(for: text, at: index) else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: text[start..<index])
                raw(sign)
                index += length
                start = index
            }
            bytes.append(contentsOf: text[start...])
        }
    }

    /// What is written in place of the character here, and its length in the text; nil for one that stands for itself.
    @inline(__always)
    private static func sign(for text: UnsafeBufferPointer<UInt8>, at index: Int) -> (String, Int)? {
        switch text[index] {
        case UInt8(ascii: "&"): return ("&amp;", 1)
        case UInt8(ascii: "<"): return ("&lt;", 1)
        case UInt8(ascii: ">"): return ("&gt;", 1)
        case UInt8(ascii: "\""): return ("&quot;", 1)
        case UInt8(ascii: "'"): return ("&#39;", 1)
        case 0x0D: return ("\n", 1)
        // U+0080–009F.
        case 0xC2 where index + 1 < text.count && text[index + 1] < 0xA0: return (control(text[index + 1]), 2)
        // U+FFFE and U+FFFF.
        case 0xEF where index + 2 < text.count && text[index + 1] == 0xBF && text[index + 2] >= 0xBE:
            return ("\u{FFFD}", 3)
        case 0x09, 0x0A, 0x20...0x7E, 0x80...: return nil
        default: return ("\u{FFFD}", 1)
        }
    }

    /// The second set of control characters has no meaning in a document: where it is found, Windows-1252 was taken for
    /// Latin-1, and its quotes and dashes are what was written. Browsers read numbers of characters so (HTML, 13.2.5.80).
    private static func control(_ code: UInt8) -> String {
        let meanings = Array("€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ".unicodeScalars)
        return String(meanings[Int(code & 0x1F)])
    }

    /// A moment such as `2024-01-22T08:00:52Z`, to the minute: all pages show it in this form, and say that it is UTC.
    mutating func moment(_ moment: String) {
        raw("<time datetime=\"")
        text(moment)
        raw("\">")
        text(String(moment.prefix(16)).replacing("T", with: " "))
        raw("</time>")
    }

    /// The same for a text that is HTML already, as far as entities go: those are resolved, and nothing else is markup.
    mutating func textWithEntities(_ text: ArraySlice<UInt8>) { self.text(HTMLEntity.resolved(text)) }

    /// A text of a document, with the formulas in it.
    mutating func textWithFormulas(_ text: ArraySlice<UInt8>, isHTML: Bool) {
        MarkdownFormula.forEachPart(of: text) { part, isFormula in
            if isFormula { raw("<code class=\"math\">") }
            self.text(isHTML || isFormula ? HTMLEntity.resolved(part) : Array(part))
            if isFormula { raw("</code>") }
        }
    }
}
