/// Follows the lines of a document as far as it takes to know where a block may be open.
struct MarkdownLines {
    private enum Open {
        case nothing
        /// A code block: the line that opened it, its sign, and how often it stands there.
        case fence(line: [UInt8], sign: UInt8, count: Int)
        /// HTML that goes on over empty lines until this.
        case html(end: [UInt8])
    }

    private var open = Open.nothing
    private(set) var isAfterBlank = false
    /// The heads of the table that goes on, and the line below them.
    private var table: [UInt8] = []
    private var last: [UInt8] = []

    private static let longHTML: [(start: String, end: String)] = [
        ("<!--", "-->"), ("<?", "?>"), ("<![cdata[", "]]>"), ("<!", ">"), ("<script", "</script>"), ("<pre", "</pre>"),
        ("<style", "</style>"), ("<textarea", "</textarea>"),
    ]

    /// `carried` is what the piece begins with, as the last one was cut.
    init(carriedIn carried: [UInt8]) {
        for line in carried.split(separator: 0x0A) { note(line + [0x0A]) }
    }

    /// Whether whatever came before is over when the next line begins with this.
    func isEasyCut(before byte: UInt8) -> Bool {
        guard case .nothing = open, isAfterBlank else { return false }
        return !byte.isSpace && !byte.isDigit && !">-+*".utf8.contains(byte)
    }

    /// Whether a block of code, or of HTML with an end of its own, goes on.
    var isInOpen: Bool { if case .nothing = open { false } else { true } }

    var isInCode: Bool { if case .fence = open { true } else { false } }

    /// What makes the next piece begin in the block that is open now.
    var carriedOn: [UInt8] {
        if case .fence(let line, _, _) = open { return line }
        return table
    }

    /// Takes in a line with its end, or the part of one that was cut.
    mutating func note(_ line: ArraySlice<UInt8>) {
        let indent = line.prefix { $0 == UInt8(ascii: " ") }.count
        let text = line.dropFirst(indent)
        isAfterBlank = text.allSatisfy(\.isSpace)
        switch open {
        case .fence(_, let sign, let count):
            let run = text.prefix { $0 == sign }.count
            if indent < 4, run >= count, text.dropFirst(run).allSatisfy(\.isSpace) { open = .nothing }
        case .html(let end):
            if Self.contains(end, text) { open = .nothing }
        case .nothing:
            if indent < 4 { begin(text, line) }
        }
        noteTable(text, line)
    }

    /// Takes in a block of HTML that is over.
    mutating func noteBlock() { (isAfterBlank, table, last) = (false, [], []) }

    private mutating func begin(_ text: ArraySlice<UInt8>, _ line: ArraySlice<UInt8>) {
        guard let sign = text.first else { return }
        if sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") {
            let count = text.prefix { $0 == sign }.count
            let info = text.dropFirst(count)
            guard count >= 3, line.count < 1024, sign == UInt8(ascii: "~") || !info.contains(sign) else { return }
            open = .fence(line: Array(line), sign: sign, count: count)
        } else if sign == UInt8(ascii: "<") {
            let lead = String(decoding: text.prefix(12), as: UTF8.self).lowercased()
            guard let found = Self.longHTML.first(where: { lead.hasPrefix($0.start) }) else { return }
            let end = Array(found.end.utf8)
            if !Self.contains(end, text.dropFirst(found.start.utf8.count)) { open = .html(end: end) }
        }
    }

    private mutating func noteTable(_ text: ArraySlice<UInt8>, _ line: ArraySlice<UInt8>) {
        guard case .nothing = open, !isAfterBlank, text.contains(UInt8(ascii: "|")) else {
            (table, last) = ([], [])
            return
        }
        let isRule = text.allSatisfy(Self.isOfRule) && text.contains(UInt8(ascii: "-"))
        if table.isEmpty, isRule, !last.isEmpty, last.count + line.count < 16 << 10 { table = last + line }
        last = table.isEmpty ? Array(line) : []
    }

    private static func isOfRule(_ byte: UInt8) -> Bool {
        byte.isSpace || byte == UInt8(ascii: "|") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "-")
    }

    private static func contains(_ end: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
        guard text.count >= end.count else { return false }
        return (text.startIndex...(text.endIndex - end.count)).contains { start in
            end.indices.allSatisfy {
                end[$0] == (text[start + $0].isLetter ? text[start + $0] | 0x20 : text[start + $0])
            }
        }
    }
}
