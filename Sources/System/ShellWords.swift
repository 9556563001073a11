/// Text as one word of a command line that can be pasted into a shell.
package enum ShellWord {
    package static func quoted(_ text: some CustomStringConvertible) -> String {
        let text = text.description
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-:@%+,=".utf8.contains(byte)
            }
        }
        guard !isPlain || text.isEmpty else { return text }
        // A quote with a mark behind it is one character, and still a quote for a shell.
        var quoted = String.UnicodeScalarView("'".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "'" { quoted.append(contentsOf: "'\\''".unicodeScalars) } else { quoted.append(scalar) }
        }
        quoted.append("'")
        return String(quoted)
    }
}

/// The words of a command line, as sh(1) takes quotes and backslashes in one. Variables, patterns and operators mean nothing.
package enum ShellWords {
    /// Nil where a quote is not closed, or a backslash stands at the end.
    package static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String.UnicodeScalarView?
        var quote: Unicode.Scalar?
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                // Within double quotes a backslash is one before any other character (POSIX shell, 2.2.3).
                if quote == "\"", !"\"\\$`".unicodeScalars.contains(scalar) { word = (word ?? .init()) + ["\\"] }
                word = (word ?? .init()) + [scalar]
                isEscaped = false
            } else if scalar == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if scalar == open { quote = nil } else { word?.append(scalar) }
            } else if scalar == "'" || scalar == "\"" {
                quote = scalar
                word = word ?? .init()
            } else if scalar.properties.isWhitespace {
                if let ended = word { words.append(String(ended)) }
                word = nil
            } else {
                word = (word ?? .init()) + [scalar]
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        return words + [word].compactMap { $0.map { String($0) } }
    }

    /// The text that is split into these words again.
    package static func joined(_ words: [String]) -> String {
        words.map { ShellWord.quoted($0) }.joined(separator: " ")
    }
}
