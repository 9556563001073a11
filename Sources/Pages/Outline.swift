/// The headings of a page: an id for each, no two the same, and a table of contents.
struct Outline {
    struct Entry {
        let level: Int
        let text: String
        let id: String
    }

    private(set) var entries: [Entry] = []
    private var uses: [String: Int] = [:]

    /// Fewer are found by looking.
    private static let fewest = 3
    private static let most = 300
    /// In Unicode scalars.
    private static let longestText = 160

    /// Takes in a heading; returns its id.
    mutating func add(level: Int, _ text: String) -> String {
        let base = Self.slug(text)
        var id = base
        while let uses = uses[id] {
            self.uses[id] = uses + 1
            id = "\(base)-\(uses + 1)"
        }
        uses[id] = 1
        entries.append(Entry(level: level, text: Self.line(text), id: id))
        return id
    }

    /// Takes in a heading as it was written, in UTF-8.
    mutating func add(level: Int, words: [UInt8]) -> String {
        add(
            level: level,
            String(decoding: Array(words.split(whereSeparator: \.isSpace).joined(separator: [0x20])), as: UTF8.self))
    }

    private static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > longestText else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(longestText))) + "…"
    }

    /// Ids of headings begin with `s-`, so that they are none of the page's own.
    private static func slug(_ text: String) -> String {
        var words: [String] = []
        var word = ""
        for scalar in text.lowercased().unicodeScalars.prefix(64) {
            if isOfWord(scalar) {
                word.unicodeScalars.append(scalar)
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return "s-" + (words.isEmpty ? "heading" : words.joined(separator: "-"))
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return UInt8(scalar.value).isAlphanumeric }
        let properties = scalar.properties
        if [.nonspacingMark, .spacingMark].contains(properties.generalCategory) { return true }
        return properties.isAlphabetic || properties.numericType != nil
    }

    /// What the document is called; nil when it has no heading.
    var title: String? { entries.lazy.map(\.text).first { !$0.isEmpty } }

    /// Of as many levels as fit.
    func write(to html: inout HTMLText) {
        guard entries.count >= Self.fewest else { return }
        let deepest = (1...6).last { level in entries.count { $0.level <= level } <= Self.most } ?? 1
        let shown = entries.filter { $0.level <= deepest && !$0.text.isEmpty }.prefix(Self.most)
        guard let top = shown.map(\.level).min() else { return }
        html.raw("<nav aria-label=\"Contents\">\n<details\(shown.count > 40 ? "" : " open")>")
        html.raw("<summary>Contents</summary>\n<ol>\n")
        for entry in shown {
            html.raw("<li class=\"l\(min(4, entry.level - top + 1))\"><a href=\"#\(LinkTarget.segment(entry.id))\">")
            html.text(entry.text)
            html.raw("</a></li>\n")
        }
        html.raw("</ol>\n</details>\n</nav>\n")
    }
}
