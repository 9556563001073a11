/// Comments that cmark would show, as it does not take them for such: those within a line that have two dashes or a blank line
/// in them.
enum MarkdownComments {
    /// The document, with a short comment in place of each.
    static func mended(_ document: [UInt8]) -> [UInt8] {
        guard MarkdownSource.contains("<!--", document) else { return document }
        var mended: [UInt8] = []
        var lines = MarkdownLines(carriedIn: [])
        var line = 0
        var copied = 0
        var mayEnd = true
        while line < document.count {
            var end = document[line...].firstIndex(of: 0x0A).map { $0 + 1 } ?? document.count
            if !lines.isInOpen, mayEnd {
                var ticks = 0
                var index = line
                let first = document[line..<end].firstIndex { $0 != 0x20 } ?? end
                while index < end, mayEnd {
                    if document[index] == UInt8(ascii: "`") { ticks += 1 }
                    guard document[index] == UInt8(ascii: "<"), document[index...].starts(with: HTMLComment.begin)
                    else {
                        index += 1
                        continue
                    }
                    guard let stop = HTMLComment.end(of: index, in: document) else {
                        mayEnd = false
                        break
                    }
                    if index == first || !ticks.isMultiple(of: 2) {
                        index = index == first ? min(stop, end) : index + 1
                        continue
                    }
                    mended += document[copied..<index]
                    mended += Array("<!-- -->".utf8)
                    (copied, index) = (stop, stop)
                    if stop > end { end = document[stop...].firstIndex(of: 0x0A).map { $0 + 1 } ?? document.count }
                }
            }
            lines.note(document[line..<end])
            line = end
        }
        return mended + document[copied...]
    }
}
