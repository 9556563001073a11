/// Cuts a long document where its blocks end, so that no more than a piece of it is taken apart at a time: memory stays the
/// same however long it is, and so does the time for a byte, where cmark takes the square of some texts.
///
/// A document that has no such place for long is cut all the same. A table then goes on under the same heads, and a code block
/// as another; what reaches over any other cut is shown in two parts. Nothing is lost.
struct MarkdownPieces: Sequence, IteratorProtocol {
    /// A byte weighs 1, more if it can make cmark look back; a piece is cut where that is easy from here on…
    static let lightest = 64 << 10
    /// …by preference before a heading, so that notes stay with the section that refers to them: up to here one of the first or
    /// second level, a little later any…
    static let patient = 96 << 10
    /// …and wherever it is from here on.
    static let heaviest = 128 << 10

    private let text: [UInt8]
    /// Where no cut may be made.
    private var whole: ArraySlice<Range<Int>>
    private var place = 0
    private let references: [UInt8]
    private var carried: [UInt8] = []
    /// Of the table that may be open; 0 for none.
    private var columns = 0
    private var missingCells = 0

    /// cmark fills each row of a table up: a few kilobytes of wide heads and short rows would take gigabytes.
    static let mostMissingCells = 50_000

    init(_ document: [UInt8]) {
        let source = MarkdownSource(document)
        (text, whole) = (source.text, source.whole[...])
        references = text.count > Self.lightest ? Self.references(in: text) : []
    }

    mutating func next() -> [UInt8]? {
        guard place < text.count else { return nil }
        let isFirst = place == 0
        var lines = MarkdownLines(carriedIn: carried)
        let start = place
        var weight = 0
        var piece = carried
        carried = []
        while place < text.count {
            if weight >= Self.lightest, weight >= needed(at: place), lines.isEasyCut(before: text[place]) { break }
            if weight >= Self.heaviest {
                carried = lines.carriedOn
                break
            }
            if let block = whole.first, block.lowerBound <= place {
                whole.removeFirst()
                guard block.lowerBound == place else { continue }
                piece.append(contentsOf: text[block])
                lines.noteBlock()
                columns = 0
                weight += block.count
                place = block.upperBound
                continue
            }
            let end = lineEnd(from: place, &weight)
            if !lines.isInCode, isTooShort(text[place..<end]) {
                // An empty line ends the table; its other rows are shown as text.
                piece.append(0x0A)
                lines.note([0x0A])
            }
            piece.append(contentsOf: text[place..<end])
            lines.note(text[place..<end])
            place = end
        }
        // A document in one piece has its own.
        if !(isFirst && place == text.count), start < place, !references.isEmpty { piece = references + piece }
        return MarkdownNotes.keeping(piece)
    }

    /// Whether a line, taken for a row of the table before it, would have more cells added than the document may have.
    private mutating func isTooShort(_ line: ArraySlice<UInt8>) -> Bool {
        if line.allSatisfy(\.isSpace) {
            columns = 0
            return false
        }
        let bars = line.count { $0 == UInt8(ascii: "|") }
        // Also in a quote or a list.
        let isRule =
            bars > 0 && line.contains(UInt8(ascii: "-"))
            && line.allSatisfy { $0.isSpace || $0.isDigit || "|:->*+.)".utf8.contains($0) }
        if isRule {
            columns = Swift.max(columns, bars + 1)
            return false
        }
        missingCells += Swift.max(0, columns - bars - 1)
        guard columns > 0, missingCells > Self.mostMissingCells else { return false }
        columns = 0
        return true
    }

    /// How heavy a piece has to be for a cut before this line.
    private func needed(at place: Int) -> Int {
        switch text[place...].prefix(while: { $0 == UInt8(ascii: "#") }).count {
        case 1...2: Self.lightest
        case 3...6: Self.patient
        default: Self.patient + Self.lightest / 4
        }
    }

    /// Where the line ends, its newline included, or where it becomes too heavy itself: it may be the whole document.
    private func lineEnd(from start: Int, _ weight: inout Int) -> Int {
        var index = start
        var own = 0
        // Of the last tag that may go on.
        var tag: Int?
        defer { weight += own }
        while index < text.count, own < Self.heaviest {
            let byte = text[index]
            own += Self.weight(byte)
            if byte == UInt8(ascii: "<") { tag = index } else if byte == UInt8(ascii: ">") { tag = nil }
            index += 1
            if byte == 0x0A { return index }
        }
        // Not within a tag, a formula or a character.
        if index < text.count, let tag, tag > start, index - tag < 4096 { return tag }
        let formula = text[..<index].suffix(2 * MarkdownFormula.longest + 2).lastIndex { Self.isMark($0) }
        if index < text.count, let formula, formula > start, text[formula] == MarkdownFormula.begin { return formula }
        while index < text.count, text[index] & 0xC0 == 0x80 { index += 1 }
        return index
    }

    private static func isMark(_ byte: UInt8) -> Bool { byte == MarkdownFormula.begin || byte == MarkdownFormula.end }

    private static func weight(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "@"): 32
        case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "<"), UInt8(ascii: ":"): 4
        default: 1
        }
    }

    /// The definitions of links, each in a line of its own, for the pieces that do not have them.
    private static func references(in text: [UInt8]) -> [UInt8] {
        var found: [UInt8] = []
        var start = 0
        for index in text.indices where text[index] == 0x0A || index == text.count - 1 {
            defer { start = index + 1 }
            guard text[start] == UInt8(ascii: "["), index - start < 2048, index - start > 3 else { continue }
            let line = text[start...index]
            guard line[start + 1] != UInt8(ascii: "^"), let end = line.firstIndex(of: UInt8(ascii: "]")),
                line[(end + 1)...].first == UInt8(ascii: ":")
            else { continue }
            found += line
            if line.last != 0x0A { found.append(0x0A) }
            if found.count > 8 << 10 { return [] }
        }
        return found.isEmpty ? [] : found + [0x0A]
    }
}
