import PulseAPI

/// A text from outside as the value of an attribute: for programs that print it, and that copy it to file systems with little
/// room for such.
enum AttributeText {
    /// In bytes of UTF-8. Whoever copies files with their attributes has 4 KiB for all of a file's on ext4.
    static let longest = 1024

    /// One line of UTF-8, cut where a character ends. Each character that would end the line or the text, or turn the order of
    /// what follows, becomes a blank. Nil when nothing but blanks is left.
    static func bytes(of text: String) -> [UInt8]? {
        let line = String(
            String.UnicodeScalarView(text.unicodeScalars.map { PrintableText.isPrintable($0) ? $0 : " " }))
        let cut = cut(line)
        return cut.utf8.allSatisfy { $0 == UInt8(ascii: " ") } ? nil : Array(cut.utf8)
    }

    private static func cut(_ line: String) -> Substring {
        guard line.utf8.count > longest else { return line[...] }
        var size = 0
        let characters = line.prefix { character in
            size += character.utf8.count
            return size <= longest
        }
        if !characters.isEmpty { return characters }
        // One character can have any number of accents.
        size = 0
        return Substring(
            line.unicodeScalars.prefix { scalar in
                size += UTF8.width(scalar)
                return size <= longest
            })
    }
}
