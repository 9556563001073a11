/// Footnotes that nothing refers to: cmark leaves them out, and a reader of the page would not know.
enum MarkdownNotes {
    /// The text, with the definitions of such notes as plain paragraphs.
    static func keeping(_ text: [UInt8]) -> [UInt8] {
        guard MarkdownSource.contains("[^", text) else { return text }
        var references: Set<ArraySlice<UInt8>> = []
        for label in labels(in: text) where !isDefinition(label, text) { references.insert(text[label]) }
        let unused = labels(in: text).filter { isDefinition($0, text) && !references.contains(text[$0]) }
        guard !unused.isEmpty else { return text }
        var lines = MarkdownLines(carriedIn: [])
        var kept: [UInt8] = []
        var next = unused[...]
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
            lines.note(text[start..<end])
            if let label = next.first, label.lowerBound < end {
                if !lines.isInCode { kept.append(UInt8(ascii: "\\")) }
                next.removeFirst()
            }
            kept += text[start..<end]
            start = end
        }
        return kept
    }

    /// Where `[^label]` stands, brackets included.
    private static func labels(in text: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = 0
        while index + 1 < text.count {
            guard text[index] == UInt8(ascii: "["), text[index + 1] == UInt8(ascii: "^") else {
                index += 1
                continue
            }
            let body = text[(index + 2)...].prefix(256)
            let end = body.firstIndex { $0 == UInt8(ascii: "]") || $0.isSpace || $0 == UInt8(ascii: "[") }
            if let end, end > body.startIndex, text[end] == UInt8(ascii: "]") {
                found.append(index..<end + 1)
                index = end + 1
            } else {
                index += 2
            }
        }
        return found
    }

    /// At the start of a line, with a colon behind it.
    private static func isDefinition(_ label: Range<Int>, _ text: [UInt8]) -> Bool {
        guard label.lowerBound == 0 || text[label.lowerBound - 1] == 0x0A else { return false }
        return label.upperBound < text.count && text[label.upperBound] == UInt8(ascii: ":")
    }
}
