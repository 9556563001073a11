/// What of a text from outside may stand in a line that people look at: nothing that moves a cursor, ends the line, or turns the
/// order of what follows it.
package enum PrintableText {
    package static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7e: return true
        // Marks, embeddings, overrides and isolates of direction (UAX #9), and what was meant to replace them.
        case 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x206f: return false
        // A byte order mark, notes between the lines, and tags that nobody sees.
        case 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: return false
        default: return true
        }
    }

    /// The text with a question mark for each of these.
    package static func line(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { line.append(isPrintable(scalar) ? scalar : "?") }
        return String(line)
    }

    /// Lines of JSON (RFC 8259), in which such a character can only stand in a text, and is written there by its number.
    package static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !isPrintable($0) && $0 != "\n" }) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            guard !isPrintable(scalar), scalar != "\n" else {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
    }
}
