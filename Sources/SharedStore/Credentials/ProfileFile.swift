/// Amazon's files of settings, `~/.aws/credentials` and `~/.aws/config`, as far as a store needs them: sections with a value a line
/// (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html).
struct ProfileFile {
    /// Values by profile and by name in small letters.
    private(set) var profiles: [String: [String: String]] = [:]

    enum Kind {
        /// Sections are `[name]`.
        case credentials
        /// Sections are `[profile name]` and `[default]`; others are none of profiles.
        case config
    }

    init(_ bytes: [UInt8], _ kind: Kind) {
        var section: String?
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = Self.trimmed(line)
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix(";") { continue }
            if text.hasPrefix("[") {
                section = Self.profile(text, kind)
                if let section, profiles[section] == nil { profiles[section] = [:] }
                continue
            }
            // What is indented belongs to the value above it.
            guard let section, line.first?.isWhitespace == false, let equals = text.firstIndex(of: "=") else {
                continue
            }
            let name = Self.trimmed(text[..<equals]).lowercased()
            profiles[section]?[name] = Self.value(text[text.index(after: equals)...])
        }
    }

    private static func profile(_ line: Substring, _ kind: Kind) -> String? {
        guard let end = line.firstIndex(of: "]") else { return nil }
        let words = line[line.index(after: line.startIndex)..<end].split(whereSeparator: \.isWhitespace)
        switch (kind, words.count) {
        case (.credentials, 1): return String(words[0])
        case (.config, 1) where words[0] == "default": return "default"
        case (.config, 2) where words[0] == "profile": return String(words[1])
        default: return nil
        }
    }

    /// Without a comment at its end.
    private static func value(_ text: Substring) -> String {
        var text = text
        for mark in [" #", " ;", "\t#", "\t;"] {
            if let range = text.firstRange(of: mark) { text = text[..<range.lowerBound] }
        }
        return String(trimmed(text))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let text = text.drop(while: \.isWhitespace)
        guard let last = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return text[...last]
    }
}
