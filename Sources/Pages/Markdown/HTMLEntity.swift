import CMarkdown

/// A character that HTML has a name or a number for, such as `&eacute;` or `&#233;`.
package struct HTMLEntity {
    let character: String
    /// Of what stands for it, ampersand and semicolon included.
    let length: Int

    /// At the beginning of a text; nil for what has no such name, and for what no text may have.
    init?(_ text: ArraySlice<UInt8>) {
        guard text.first == UInt8(ascii: "&") else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        var written = 0
        let read = text.dropFirst().withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return 0 }
            return pulse_markdown_entity(start, text.count, &bytes, &written)
        }
        guard read > 0 else { return nil }
        character = String(decoding: bytes[..<written], as: UTF8.self)
        length = read + 1
        let isText = character.unicodeScalars.allSatisfy {
            // Of the control characters from U+0080 on a page shows what was meant.
            $0 == "\n" || $0 == "\t" || (0x80...0x9F).contains($0.value)
                || ![.control, .unassigned].contains($0.properties.generalCategory)
        }
        guard isText else { return nil }
    }

    /// A text with what its entities stand for.
    package static func resolved(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var resolved: [UInt8] = []
        var rest = text
        while let place = rest.firstIndex(of: UInt8(ascii: "&")) {
            resolved += rest[..<place]
            let entity = HTMLEntity(rest[place...])
            resolved += (entity?.character ?? "&").utf8
            rest = rest[(place + (entity?.length ?? 1))...]
        }
        return resolved + rest
    }
}
