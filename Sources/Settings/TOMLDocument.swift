import TOMLKit

/// A text of TOML as its values with the lines they stand in.
///
/// The parser tells lines of mistakes alone. So the text is taken apart into its statements, which are the shortest runs of
/// lines that parse by themselves: only within strings and arrays a line does not end what it began.
package struct TOMLDocument {
    enum Value: Hashable {
        case string(String)
        case integer(Int, isOctal: Bool)
        case boolean(Bool)
        case strings([String])
        case table
        /// Dates, numbers with a fraction, arrays of what is no text.
        case other
    }

    package struct Entry: Hashable {
        /// The names from the root, such as `profiles`, `work`, `timeout`.
        package let path: [String]
        let value: Value
        let line: Int
    }

    /// A run of lines that is parsed by itself: a header, an assignment, or nothing but white space and comments.
    struct Statement: Hashable {
        /// Counted from 1.
        let lines: ClosedRange<Int>
        /// The table that it begins, or stands in.
        let table: [String]
        let isHeader: Bool
        /// Those that it assigns in the table; none for a header, a comment or an empty line.
        let names: [String]
    }

    /// Text that is no TOML.
    package struct Mistake: Error, Hashable {
        let line: Int
        let words: String
    }

    /// In the order of the text; tables too, each where it is first named.
    package private(set) var entries: [Entry] = []
    /// All lines, in their order.
    private(set) var statements: [Statement] = []

    package init(_ text: String) throws(Mistake) {
        guard !text.utf8.contains(0) else { throw Mistake(line: 1, words: "there is a NUL in it") }
        let text = text.hasPrefix("\u{feff}") ? String(text.dropFirst()) : text
        if let line = TOMLHeaders.firstWithoutName(in: text) {
            throw Mistake(line: line, words: "a table needs a name of letters, digits, - and _, or in quotes, after [")
        }
        _ = try Self.table(text)
        var table: [String] = []
        var statement = ""
        for (number, line) in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
            let first = statement.isEmpty ? number + 1 : number + 1 - statement.utf8.count { $0 == 0x0a }
            statement += (String(line) ?? "") + "\n"
            guard let parsed = try? Self.table(statement) else { continue }
            let isHeader = statement.drop(while: \.isWhitespace).hasPrefix("[")
            if isHeader {
                table = Self.named(by: parsed)
                add(Entry(path: table, value: .table, line: first))
            } else {
                add(parsed, below: table, line: first, isOctal: statement.contains("0o"))
            }
            statements.append(
                Statement(
                    lines: first...(number + 1), table: table, isHeader: isHeader,
                    names: isHeader ? [] : parsed.keys.sorted()))
            statement = ""
        }
    }

    private static func table(_ text: String) throws(Mistake) -> TOMLTable {
        do { return try TOMLTable(string: text) } catch {
            guard let error = error as? TOMLParseError else { throw Mistake(line: 1, words: "it is not TOML") }
            throw Mistake(line: error.source.begin.line, words: discreet(error.description))
        }
    }

    /// The parser's words without what it quotes: that may be a part of a key.
    private static func discreet(_ words: String) -> String {
        guard let first = words.firstIndex(of: "'"), let last = words.lastIndex(of: "'"), first < last else {
            return words
        }
        let quoted = String(words[words.index(after: first)..<last])
        return Setting(spelled: quoted) == nil ? words[...first] + "…" + words[last...] : words
    }

    /// What the only header of a text names.
    private static func named(by parsed: TOMLTable) -> [String] {
        var path: [String] = []
        var next: TOMLTable? = parsed
        while let table = next, let name = table.keys.first {
            path.append(name)
            next = table[name]?.table
        }
        return path
    }

    private mutating func add(_ table: TOMLTable, below path: [String], line: Int, isOctal: Bool) {
        for name in table.keys.sorted() {
            guard let value = table[name] else { continue }
            if let inner = value.table {
                add(Entry(path: path + [name], value: .table, line: line))
                add(inner, below: path + [name], line: line, isOctal: isOctal)
            } else {
                add(Entry(path: path + [name], value: Self.value(value, isOctal), line: line))
            }
        }
    }

    private mutating func add(_ entry: Entry) {
        if entry.value == .table, entries.contains(where: { $0.path == entry.path }) { return }
        entries.append(entry)
    }

    private static func value(_ value: any TOMLValueConvertible, _ isOctal: Bool) -> Value {
        switch value.type {
        case .string: value.string.map { .string($0) } ?? .other
        case .int: value.int.map { .integer($0, isOctal: isOctal) } ?? .other
        case .bool: value.bool.map { .boolean($0) } ?? .other
        case .array: strings(value.array).map { .strings($0) } ?? .other
        default: .other
        }
    }

    private static func strings(_ array: TOMLArray?) -> [String]? {
        guard let array else { return nil }
        let strings = array.compactMap { $0.string }
        return strings.count == array.count ? strings : nil
    }
}
