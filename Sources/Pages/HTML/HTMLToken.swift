/// A part of HTML that a document has among its Markdown.
enum HTMLToken: Equatable {
    /// Everything that is no tag, entities included.
    case text(ArraySlice<UInt8>)
    case tag(HTMLTag)

    /// Splits HTML at its tags; a `<` that begins none is text. Takes time by the byte, as a tag has a longest length where
    /// another may begin in it.
    static func forEach(in html: [UInt8], _ visit: (HTMLToken) -> Void) {
        var start = html.startIndex
        var index = start
        while let open = html[index...].firstIndex(of: UInt8(ascii: "<")) {
            guard let (tag, end) = HTMLTag.parse(html[open...]) else {
                index = open + 1
                continue
            }
            if start < open { visit(.text(html[start..<open])) }
            visit(.tag(tag))
            (start, index) = (end, end)
        }
        if start < html.endIndex { visit(.text(html[start...])) }
    }
}

/// A tag as it was written, and what can be used of it.
struct HTMLTag: Equatable {
    /// In lower case.
    let name: String
    let isEnd: Bool
    let source: ArraySlice<UInt8>
    /// By names in lower case; the first of the same name.
    private(set) var attributes: [String: [UInt8]] = [:]

    private static let longest = 4096

    static func parse(_ html: ArraySlice<UInt8>) -> (tag: HTMLTag, end: Int)? {
        // An image may be in its tag, whole, as a `data:` URI: that has no `<` in it.
        let next = html.dropFirst().firstIndex(of: UInt8(ascii: "<")) ?? html.endIndex
        let html = html[..<max(next, html.startIndex + min(longest, html.count))]
        var rest = html.dropFirst()
        let isEnd = rest.first == UInt8(ascii: "/")
        if isEnd { rest = rest.dropFirst() }
        guard rest.first?.isLetter == true else { return nil }
        let name = rest.prefix(while: \.isAlphanumeric)
        rest = rest.dropFirst(name.count)
        guard let next = rest.first, next.isSpace || next == UInt8(ascii: "/") || next == UInt8(ascii: ">") else {
            return nil
        }
        var attributes: [String: [UInt8]] = [:]
        while let byte = rest.first {
            if byte == UInt8(ascii: ">") {
                let end = rest.startIndex + 1
                let lower = String(decoding: name, as: UTF8.self).lowercased()
                var tag = HTMLTag(name: lower, isEnd: isEnd, source: html[html.startIndex..<end])
                tag.attributes = attributes
                return (tag, end)
            }
            if byte.isSpace || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=") {
                rest = rest.dropFirst()
                continue
            }
            let key = rest.prefix { !$0.isSpace && !"/>=".utf8.contains($0) }
            rest = rest.dropFirst(key.count).drop(while: \.isSpace)
            var value: ArraySlice<UInt8> = []
            if rest.first == UInt8(ascii: "=") {
                rest = rest.dropFirst().drop(while: \.isSpace)
                if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                    guard let end = rest.dropFirst().firstIndex(of: quote) else { return nil }
                    value = rest[(rest.startIndex + 1)..<end]
                    rest = rest[(end + 1)...]
                } else {
                    value = rest.prefix { !$0.isSpace && $0 != UInt8(ascii: ">") }
                    rest = rest.dropFirst(value.count)
                }
            }
            let lower = String(decoding: key, as: UTF8.self).lowercased()
            if attributes[lower] == nil { attributes[lower] = Array(value) }
        }
        return nil
    }

    /// A whole number within bounds; nil for anything else.
    func number(_ attribute: String, in range: ClosedRange<Int>) -> Int? {
        attributes[attribute].flatMap { Int(String(decoding: $0, as: UTF8.self)) }.flatMap {
            range.contains($0) ? $0 : nil
        }
    }
}
