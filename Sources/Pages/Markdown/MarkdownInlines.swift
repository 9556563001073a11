/// Finds within paragraphs what is not for cmark to read: formulas, images that are whole in their addresses, and brackets that are
/// no notes. What cmark reads before all else, code and tags and addresses, is passed over.
struct MarkdownInlines {
    private struct Edit {
        let range: Range<Int>
        /// In place of it; nil for a formula.
        let text: [UInt8]?
        let isQuoted: Bool
    }

    /// Where a formula may have begun.
    private struct Open {
        var single: Int?
        var double: Int?
        var round: Int?
        var square: Int?
    }

    private let document: [UInt8]
    private var end = 0
    private var edits: [Edit] = []
    private var open = Open()
    /// Of backticks: so many together do not come again.
    private var unclosed: Set<Int> = []
    private var isRow = false
    private var isQuoted = false

    /// Bytes in the brackets of a note that are looked at.
    private static let longestNote = 1024
    private static let addressEnds = table("<>()[]|\"\\`")
    private static let destinationEnds = table("()<>[]`\\")

    /// By byte: whether it is one of these, or white space.
    private static func table(_ signs: String) -> [Bool] {
        (0...UInt8.max).map { $0.isSpace || signs.utf8.contains($0) }
    }

    init(_ document: [UInt8]) { self.document = document }

    /// - Parameters:
    ///   - range: whole lines, none of them blank.
    ///   - isHTML: Markdown means nothing here.
    mutating func write(_ range: Range<Int>, isHTML: Bool, to text: inout [UInt8]) {
        guard !range.isEmpty else { return }
        (end, edits, open, unclosed) = (range.upperBound, [], Open(), [])
        beginLine(range.lowerBound)
        var index = range.lowerBound
        while index < end {
            switch document[index] {
            case UInt8(ascii: "\\"): index = backslash(index)
            case UInt8(ascii: "$"): index = dollars(index)
            case UInt8(ascii: "`") where !isHTML: index = code(index)
            case UInt8(ascii: "<"): index = tag(index)
            case UInt8(ascii: "[") where !isHTML: index = bracket(index)
            case UInt8(ascii: "]") where !isHTML: index = destination(index)
            case UInt8(ascii: ":") where !isHTML: index = address(index)
            case UInt8(ascii: "|") where isRow && !isHTML:
                // Between cells there is room as a rule, and in `$|x|$` there is none.
                if isCellEnd(index) { open = Open() }
                index += 1
            case 0x0A:
                index += 1
                beginLine(index)
            default: index += 1
            }
        }
        var place = range.lowerBound
        for edit in edits {
            text += document[place..<edit.range.lowerBound]
            if let other = edit.text {
                text += other
            } else {
                MarkdownFormula.encode(document[edit.range], isQuoted: edit.isQuoted, to: &text)
            }
            place = edit.range.upperBound
        }
        text += document[place..<range.upperBound]
    }

    /// Only a formula that is set by itself goes on in a line that may begin something else.
    private mutating func beginLine(_ start: Int) {
        var index = start
        while index < end, document[index] == 0x20 { index += 1 }
        guard index < end else { return }
        isRow = document[index] == UInt8(ascii: "|")
        isQuoted = document[index] == UInt8(ascii: ">")
        let byte = document[index]
        if !byte.isLetter, byte < 0x80, !"\\{(=".utf8.contains(byte) { (open.single, open.round) = (nil, nil) }
    }

    // MARK: Formulas

    private mutating func backslash(_ index: Int) -> Int {
        guard index + 1 < end else { return end }
        switch document[index + 1] {
        case UInt8(ascii: "("): open.round = index
        case UInt8(ascii: "["): open.square = index
        case UInt8(ascii: ")"): if let start = open.round { found(start..<index + 2) }
        case UInt8(ascii: "]"):
            if let start = open.square, isMath(start + 2..<index) { found(start..<index + 2) }
            open.square = nil
        // A line that ends in a backslash ends all the same.
        case 0x0A: return index + 1
        default: break
        }
        return index + 2
    }

    /// Brackets that are only kept from being a link have a number or a name in them. A formula has signs, or its own line.
    private func isMath(_ range: Range<Int>) -> Bool {
        guard range.count <= MarkdownFormula.longest else { return false }
        if document[range].contains(where: { "\\^_={}<>+*/\n".utf8.contains($0) }) { return true }
        let before = document[..<(range.lowerBound - 2)].suffix(16).reversed().first { $0 != 0x20 }
        let after = document[(range.upperBound + 2)..<end].first { $0 != 0x20 }
        return (before ?? 0x0A) == 0x0A && (after ?? 0x0A) == 0x0A && !range.isEmpty
    }

    private mutating func dollars(_ index: Int) -> Int {
        let behind = document[index..<end].firstIndex { $0 != UInt8(ascii: "$") } ?? end
        switch behind - index {
        case 1: dollar(index)
        case 2:
            open.single = nil
            if let start = open.double { found(start..<behind) } else { open.double = index }
        default: break
        }
        return behind
    }

    /// No space within the dollars, and no digit behind them: prices are none.
    private mutating func dollar(_ index: Int) {
        let before = index > 0 ? document[index - 1] : 0x20
        let after = index + 1 < end ? document[index + 1] : 0x20
        if let start = open.single, !before.isSpace, !after.isDigit, index > start + 1, !isNextCell(index, start) {
            return found(start..<index + 1)
        }
        // `US$`, `AU$` and the like are currencies.
        let isCurrency = before.isLetter && before < UInt8(ascii: "a")
        open.single = after.isSpace || isCurrency ? nil : index
    }

    private func isCellEnd(_ bar: Int) -> Bool {
        bar == 0 || bar + 1 == end || document[bar - 1].isSpace || document[bar + 1].isSpace
    }

    /// As in `|$/kg|$/lb|`.
    private func isNextCell(_ index: Int, _ start: Int) -> Bool {
        let bar = UInt8(ascii: "|")
        let isBar = isRow && document[index - 1] == bar && document[index - 2] != UInt8(ascii: "\\")
        return isBar && (document[start + 1] != bar || start + 1 == index - 1)
    }

    private mutating func found(_ range: Range<Int>) {
        if open.double ?? -1 >= range.lowerBound { open.double = nil }
        if open.round ?? -1 >= range.lowerBound { open.round = nil }
        if open.square ?? -1 >= range.lowerBound { open.square = nil }
        open.single = nil
        guard range.count <= MarkdownFormula.longest else { return }
        while let last = edits.last, last.range.lowerBound > range.lowerBound { edits.removeLast() }
        edits.append(Edit(range: range, text: nil, isQuoted: isQuoted))
    }

    // MARK: What is passed over

    private mutating func code(_ index: Int) -> Int {
        let behind = document[index..<end].firstIndex { $0 != UInt8(ascii: "`") } ?? end
        let count = behind - index
        guard count <= 32, !unclosed.contains(count) else { return behind }
        var place = behind
        while let start = document[place..<end].firstIndex(of: UInt8(ascii: "`")) {
            place = document[start..<end].firstIndex { $0 != UInt8(ascii: "`") } ?? end
            if place - start == count {
                open = Open()
                if let newline = document[index..<place].lastIndex(of: 0x0A) { beginLine(newline + 1) }
                return place
            }
        }
        unclosed.insert(count)
        return behind
    }

    private mutating func tag(_ index: Int) -> Int {
        guard let (tag, behind) = HTMLTag.parse(document[index..<end]) else { return autolink(index) }
        if tag.isEnd || HTMLElement.isKnown(tag.name) {
            open = Open()
        } else if !tag.source.contains(UInt8(ascii: "=")) {
            return index + 1
        }
        var place = index
        while let colon = document[place..<behind].firstIndex(of: UInt8(ascii: ":")) {
            place = colon + 1
            guard colon >= index + 5, document[(colon - 4)...].starts(with: "data:".utf8) else { continue }
            let quote = document[colon - 5]
            let isQuote = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
            let stop =
                document[place..<behind].firstIndex { isQuote ? $0 == quote : $0.isSpace || $0 == UInt8(ascii: ">") }
                ?? behind
            shorten(colon - 4..<stop)
            place = stop
        }
        return behind
    }

    /// `<https://…>`
    private func autolink(_ index: Int) -> Int {
        let name = document[(index + 1)..<end].prefix(32).prefix { $0.isLetter }
        guard !name.isEmpty, name.endIndex < end, document[name.endIndex] == UInt8(ascii: ":") else { return index + 1 }
        let behind = document[name.endIndex..<end].firstIndex {
            $0.isSpace || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">")
        }
        return behind ?? end
    }

    /// An address that stands for itself.
    private func address(_ index: Int) -> Int {
        guard index + 2 < end, document[index + 1] == UInt8(ascii: "/"), document[index + 2] == UInt8(ascii: "/") else {
            return index + 1
        }
        return document[index..<end].firstIndex { Self.addressEnds[Int($0)] } ?? end
    }

    /// `[^` that is not closed in its line is no note, as the name of one is in one line. cmark takes it for a note all the same, and
    /// loses words of it. What may hide the end of the brackets counts as the end of the line.
    private mutating func bracket(_ index: Int) -> Int {
        let caret = index + 1
        guard caret < end, document[caret] == UInt8(ascii: "^") else { return caret }
        var depth = 0
        search: for byte in document[caret..<end].prefix(Self.longestNote) {
            switch byte {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]") where depth == 0: return caret
            case UInt8(ascii: "]"): depth -= 1
            case 0x0A, 0x0D, 0, UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: "\\"): break search
            default: break
            }
        }
        edits.append(Edit(range: index..<index, text: [UInt8(ascii: "\\")], isQuoted: false))
        return caret
    }

    /// Where a link leads: `](…)`, `]: …`.
    private mutating func destination(_ index: Int) -> Int {
        guard index + 1 < end else { return index + 1 }
        let isDefinition = document[index + 1] == UInt8(ascii: ":")
        guard isDefinition || document[index + 1] == UInt8(ascii: "(") else { return index + 1 }
        var start = index + 2
        while start < end, document[start] == 0x20 { start += 1 }
        if start < end, document[start] == UInt8(ascii: "<") { start += 1 }
        let stop = document[start..<end].firstIndex { Self.destinationEnds[Int($0)] } ?? end
        let isEnded = stop < end ? isDefinition || !"([]<`\\".utf8.contains(document[stop]) : isDefinition
        if isEnded, document[start..<stop].starts(with: "data:".utf8) { shorten(start..<stop) }
        return max(stop, index + 1)
    }

    /// It gets the name that the result's images have it by.
    private mutating func shorten(_ range: Range<Int>) {
        guard let address = DataURI.address(of: document[range]) else { return }
        edits.append(Edit(range: range, text: Array(address.utf8), isQuoted: false))
    }
}
