/// A tag as it was written, and what can be used of it.
package struct HTMLTag: Equatable {
    /// In lower case.
    package let name: String
    package let isEnd: Bool
    package let source: ArraySlice<UInt8>

    private static let longest = 4096

    /// At the beginning of a text. No attribute has a `<` in it outside of quotes.
    static func parse(_ html: ArraySlice<UInt8>) -> (tag: HTMLTag, end: Int)? {
        var index = html.startIndex + 1
        let isEnd = index < html.endIndex && html[index] == UInt8(ascii: "/")
        if isEnd { index += 1 }
        let nameStart = index
        while index < html.endIndex, html[index].isAlphanumeric { index += 1 }
        guard index > nameStart, html[nameStart].isLetter, index < html.endIndex,
            html[index].isSpace || html[index] == UInt8(ascii: "/") || html[index] == UInt8(ascii: ">")
        else { return nil }
        let name = html[nameStart..<index]
        var quote: UInt8?
        var isAfterEquals = false
        var mayBeAnother = false
        while index < html.endIndex {
            let byte = html[index]
            index += 1
            if byte == UInt8(ascii: "<") {
                guard quote != nil else { return nil }
                mayBeAnother = true
            }
            // An image may be in its tag, whole, as a `data:` URI: that has no `<` in it.
            if mayBeAnother, index - html.startIndex > longest { return nil }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: ">") {
                return (HTMLTag(name: lowercased(name), isEnd: isEnd, source: html[html.startIndex..<index]), index)
            } else if isAfterEquals, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            if !byte.isSpace { isAfterEquals = quote == nil && byte == UInt8(ascii: "=") }
        }
        return nil
    }

    /// Of ASCII, and short as a rule: such a text takes no memory of its own.
    private static func lowercased(_ name: ArraySlice<UInt8>) -> String {
        String(unsafeUninitializedCapacity: name.count) { text in
            for (place, byte) in name.enumerated() { text[place] = byte.isLetter ? byte | 0x20 : byte }
            return name.count
        }
    }

    /// The value of the first attribute of this name, which is in lower case; entities resolved.
    package func attribute(_ wanted: String) -> [UInt8]? {
        var rest = source.dropFirst(name.utf8.count + (isEnd ? 2 : 1)).dropLast()
        while let byte = rest.first {
            if byte.isSpace || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=") {
                rest = rest.dropFirst()
                continue
            }
            let key = rest.prefix { !$0.isSpace && !"/=".utf8.contains($0) }
            rest = rest.dropFirst(key.count).drop(while: \.isSpace)
            var value: ArraySlice<UInt8> = []
            if rest.first == UInt8(ascii: "=") {
                rest = rest.dropFirst().drop(while: \.isSpace)
                if let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                    value = rest.dropFirst().prefix { $0 != quote }
                    rest = rest.dropFirst(value.count + 2)
                } else {
                    value = rest.prefix { !$0.isSpace }
                    rest = rest.dropFirst(value.count)
                }
            }
            if String(decoding: key, as: UTF8.self).lowercased() == wanted { return HTMLEntity.resolved(value) }
        }
        return nil
    }

    /// A whole number within bounds; nil for anything else.
    package func number(_ attribute: String, in range: ClosedRange<Int>) -> Int? {
        self.attribute(attribute).flatMap { Int(String(decoding: $0, as: UTF8.self)) }.flatMap {
            range.contains($0) ? $0 : nil
        }
    }

    /// Words between signs of less and greater, as in `a <b and c> d`.
    var isProse: Bool {
        !isEnd && !source.contains(UInt8(ascii: "="))
            && source.dropFirst(name.utf8.count + 1).contains { $0.isAlphanumeric }
    }
}
