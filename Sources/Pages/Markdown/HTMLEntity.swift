import CMarkdown

/// A character that HTML has a name or a number for, such as `&eacute;` or `&#233;`.
struct HTMLEntity {
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
            $0 == "\n" || $0 == "\t" || ![.control, .unassigned].contains($0.properties.generalCategory)
        }
        guard isText else { return nil }
    }
}
