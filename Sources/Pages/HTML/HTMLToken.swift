/// A part of HTML that a document has among its Markdown.
package enum HTMLToken: Equatable {
    /// Everything that is no tag, entities included.
    case text(ArraySlice<UInt8>)
    case tag(HTMLTag)

    /// Splits HTML at its tags, and leaves comments out; a `<` that begins neither is text. Takes time by the byte: a tag has a
    /// longest length where another may begin in it, and the end of a comment that has none is looked for once.
    package static func forEach(in html: [UInt8], _ visit: (HTMLToken) -> Void) {
        var start = html.startIndex
        var index = start
        var mayHaveComments = true
        while let open = html[index...].firstIndex(of: UInt8(ascii: "<")) {
            var end: Int?
            var tag: HTMLTag?
            if mayHaveComments, html[open...].starts(with: HTMLComment.begin) {
                end = HTMLComment.end(of: open, in: html)
                mayHaveComments = end != nil
            } else if let found = HTMLTag.parse(html[open...]) {
                (tag, end) = found
            }
            guard let end else {
                index = open + 1
                continue
            }
            if start < open { visit(.text(html[start..<open])) }
            if let tag { visit(.tag(tag)) }
            (start, index) = (end, end)
        }
        if start < html.endIndex { visit(.text(html[start...])) }
    }
}
