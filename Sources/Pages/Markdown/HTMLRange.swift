/// Where a table or a list is written as HTML, from its tag to the end of the line in which it ends.
struct HTMLRange: Equatable {
    /// Where the line begins in which the tag is.
    let line: Int
    /// Of the tag, or of the line when that is HTML from its beginning.
    var start: Int
    fileprivate(set) var end: Int
    /// There is text before it: it becomes a line of its own.
    var isInLine = false
    var isQuoted = false

    /// What begins a line of the block after the first, to stand as deep as that in lists and quotations.
    func indent(in document: [UInt8]) -> [UInt8] {
        isInLine ? [] : document[line..<start].map { $0 == UInt8(ascii: ">") ? $0 : 0x20 }
    }

    private static let names = ["table", "ul", "ol"]

    /// Those that end, none in another, in order. Takes time by the byte.
    static func find(in document: [UInt8]) -> [HTMLRange] {
        var found: [HTMLRange] = []
        // The end of the line that was looked at last, and whether a block begins in it.
        var (seen, isTaken) = (0, false)
        for pair in pairs(in: document) where pair.upperBound > seen {
            let isNew = pair.lowerBound >= seen
            guard isNew || isTaken else { continue }
            let end = document[pair.upperBound...].firstIndex(of: 0x0A).map { $0 + 1 } ?? document.count
            if !isNew {
                found[found.count - 1].end = end
                seen = end
            } else if let range = range(pair.lowerBound, end, in: document) {
                found.append(range)
                (seen, isTaken) = (end, true)
            } else {
                let line = document[pair.lowerBound...].firstIndex(of: 0x0A).map { $0 + 1 } ?? document.count
                (seen, isTaken) = (line, false)
            }
        }
        return found
    }

    /// From each tag that is closed to its end, without those within another; by where they begin.
    private static func pairs(in document: [UInt8]) -> [Range<Int>] {
        var open: [String: [Int]] = [:]
        var pairs: [Range<Int>] = []
        var index = 0
        while let start = document[index...].firstIndex(of: UInt8(ascii: "<")) {
            index = start + 1
            let isEnd = index < document.count && document[index] == UInt8(ascii: "/")
            let text = document[(isEnd ? index + 1 : index)...]
            guard let first = text.first, "tuoTUO".utf8.contains(first) else { continue }
            let name = String(decoding: text.prefix(6).prefix { $0.isAlphanumeric }, as: UTF8.self).lowercased()
            guard names.contains(name), let (_, end) = HTMLTag.parse(document[start...]) else { continue }
            if !isEnd {
                open[name, default: []].append(start)
            } else if let begin = open[name]?.popLast() {
                while let last = pairs.last, last.lowerBound > begin { pairs.removeLast() }
                pairs.append(begin..<end)
            }
            index = end
        }
        return pairs
    }

    /// Nil where no block may begin: in a row of a Markdown table, in a heading, in code.
    private static func range(_ tag: Int, _ end: Int, in document: [UInt8]) -> HTMLRange? {
        let line = document[..<tag].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let lead = document[line..<tag]
        let indent = lead.prefix { $0 == 0x20 }.count
        let words = lead.dropFirst(indent)
        guard indent < 4, !lead.contains(UInt8(ascii: "`")), !lead.contains(0x09) else { return nil }
        if words.allSatisfy({ $0.isDigit || " >-+*.)".utf8.contains($0) }) {
            return HTMLRange(line: line, start: tag, end: end, isQuoted: words.contains(UInt8(ascii: ">")))
        }
        if words.first == UInt8(ascii: "<") { return HTMLRange(line: line, start: line, end: end) }
        guard words.first != UInt8(ascii: "|"), words.first != UInt8(ascii: "#"), words.first != UInt8(ascii: ">")
        else {
            return nil
        }
        return HTMLRange(line: line, start: tag, end: end, isInLine: true)
    }
}
