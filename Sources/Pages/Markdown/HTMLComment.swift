/// What HTML says to itself alone: `<!-- … -->`.
enum HTMLComment {
    static let begin = Array("<!--".utf8)

    /// Behind the comment that begins here; nil when it has no end.
    static func end(of start: Int, in html: [UInt8]) -> Int? {
        // `<!-->` and `<!--->` are whole.
        var index = start + 2
        while index + 2 < html.count {
            if html[index + 2] == UInt8(ascii: ">"), html[index] == UInt8(ascii: "-"),
                html[index + 1] == UInt8(ascii: "-")
            {
                return index + 3
            }
            index += 1
        }
        return nil
    }

    static func isWhole(_ html: [UInt8]) -> Bool { html.starts(with: begin) && end(of: 0, in: html) == html.count }
}
