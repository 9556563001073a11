import CMarkdown

/// A document made ready to be cut and to be taken apart by cmark, whatever of it cmark does not know: formulas are put where
/// nothing touches them, `data:` images get a short name, what only looks like a note stays text, and a table or list of HTML is one
/// block, blank lines and all.
///
/// Takes time by the byte; a document without any of that, as most are, is searched for it and no more.
struct MarkdownSource {
    private(set) var text: [UInt8] = []
    /// Where in the text no cut may be made: each from the beginning of a line to the end of one.
    private(set) var whole: [Range<Int>] = []

    init(_ document: [UInt8]) {
        guard Self.mayNeedMore(document) else {
            text = document
            return
        }
        write(MarkdownComments.mended(Self.withoutMarks(document)))
    }

    private static func mayNeedMore(_ document: [UInt8]) -> Bool {
        document.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return pulse_markdown_has_byte(start, bytes.count, "<$\\\u{2}\u{3}") != 0
        } || contains("data:", document) || contains("[^", document)
    }

    static func contains(_ sign: String, _ document: [UInt8]) -> Bool {
        document.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return false }
            return pulse_markdown_contains(start, bytes.count, sign) != 0
        }
    }

    /// The signs that formulas are put between are the page's own.
    private static func withoutMarks(_ document: [UInt8]) -> [UInt8] {
        let marks = [MarkdownFormula.begin, MarkdownFormula.end]
        guard document.contains(where: marks.contains) else { return document }
        return document.flatMap { marks.contains($0) ? Array("\u{FFFD}".utf8) : [$0] }
    }

    private mutating func write(_ document: [UInt8]) {
        text.reserveCapacity(document.count)
        var inlines = MarkdownInlines(document)
        var blocks = HTMLRange.find(in: document)[...]
        var lines = MarkdownLines(carriedIn: [])
        // What is read together: a paragraph, or what may be one.
        var start = 0
        var place = 0
        while place < document.count {
            while let next = blocks.first, next.line < place { blocks.removeFirst() }
            if let block = blocks.first, block.line == place, !lines.isInOpen {
                inlines.write(start..<block.start, isHTML: false, to: &text)
                write(block, of: document, &inlines)
                (start, place) = (block.end, block.end)
                continue
            }
            let end = Self.lineEnd(place, document)
            let wasInCode = lines.isInCode
            lines.note(document[place..<end])
            if wasInCode || lines.isInCode || lines.isAfterBlank {
                inlines.write(start..<place, isHTML: false, to: &text)
                text += document[place..<end]
                start = end
            }
            place = end
        }
        inlines.write(start..<place, isHTML: false, to: &text)
    }

    private static func lineEnd(_ place: Int, _ document: [UInt8]) -> Int {
        document[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? document.count
    }

    /// In cmark a blank line would be the end of it. Between paragraphs, this one is the end of one.
    private mutating func write(_ block: HTMLRange, of document: [UInt8], _ inlines: inout MarkdownInlines) {
        if block.isInLine { text.append(0x0A) }
        let beginning = block.isInLine ? text.count : text.count - (block.start - block.line)
        var start = block.start
        var place = block.start
        while place < block.end {
            let end = Self.lineEnd(place, document)
            let isBlank = document[place..<end].allSatisfy {
                $0.isSpace || (block.isQuoted && $0 == UInt8(ascii: ">"))
            }
            if isBlank {
                inlines.write(start..<place, isHTML: true, to: &text)
                text += block.indent(in: document)
                text += Array("<p>\n".utf8)
                start = end
            }
            place = end
        }
        inlines.write(start..<place, isHTML: true, to: &text)
        if beginning < text.count { whole.append(max(0, beginning)..<text.count) }
    }
}
