/// Where a key comes from, as a file of settings says it.
package enum SavedKey: Sendable, Hashable {
    case key(String)
    /// A program and its arguments, as a shell would split them.
    case command(String)
    /// A file that holds the key.
    case file(String)

    var setting: Setting {
        switch self {
        case .key: .apiKey
        case .command: .apiKeyCommand
        case .file: .apiKeyFile
        }
    }

    var text: String {
        switch self {
        case .key(let text), .command(let text), .file(let text): text
        }
    }

    static let settings: [Setting] = [.apiKey, .apiKeyCommand, .apiKeyFile]
}

extension SavedKey: CustomReflectable, CustomStringConvertible {
    /// Shows nothing: the key may be in it.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
    package var description: String { "<\(setting.name)>" }
}

/// A change of a file of settings that leaves every other line as it is: comments, order, line ends.
struct SettingsEdit {
    /// The file cannot be changed line by line, as a value stands in a line with others.
    struct Impossible: Error, Hashable {}

    /// The text of `old` with the key from `saved`, in place of whatever source of the key stood there; `profile` is the table
    /// that it is for, nil for the settings of all.
    ///
    /// Throws what is wrong with `old`; `Impossible` when another value would have to change with it.
    static func text(of old: String, saving saved: SavedKey, in profile: String?) throws -> String {
        let before = try TOMLDocument(old)
        let table = profile.map { ["profiles", $0] } ?? []
        let new = try edited(old, before, "\(saved.setting.name) = \(quoted(saved.text))", table)
        guard let after = try? TOMLDocument(new), others(in: after, than: table) == others(in: before, than: table),
            after.entries.filter({ isKey($0, of: table) }).map(\.value) == [.string(saved.text)]
        else { throw Impossible() }
        return new
    }

    /// Whether a file has a source of the key for the profile, or for all.
    static func hasKey(_ text: String, in profile: String?) throws(TOMLDocument.Mistake) -> Bool {
        let table = profile.map { ["profiles", $0] } ?? []
        return try TOMLDocument(text).entries.contains { isKey($0, of: table) }
    }

    private static func isKey(_ entry: TOMLDocument.Entry, of table: [String]) -> Bool {
        entry.path.dropLast() == table[...] && entry.path.last.map { isKey($0) } == true
    }

    private static func isKey(_ name: String) -> Bool {
        Setting(spelled: name).map { SavedKey.settings.contains($0) } ?? false
    }

    /// Every value but the key's; a table is made by what is in it.
    private static func others(in document: TOMLDocument, than table: [String]) -> [[String]: TOMLDocument.Value] {
        let values = document.entries.filter { $0.value != .table && !isKey($0, of: table) }
        return Dictionary(values.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
    }

    private static func edited(
        _ old: String, _ document: TOMLDocument, _ assignment: String, _ table: [String]
    ) throws(Impossible) -> String {
        let end = old.contains("\r\n") ? "\r\n" : "\n"
        var lines = old.isEmpty ? [] : lines(of: old)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let present = document.statements.filter { $0.table == table && $0.names.contains(where: isKey) }
        guard present.allSatisfy({ $0.names.count == 1 }) else { throw Impossible() }
        if let first = present.first {
            for statement in present.reversed() {
                lines.removeSubrange((statement.lines.lowerBound - 1)..<min(lines.count, statement.lines.upperBound))
            }
            lines.insert(assignment, at: first.lines.lowerBound - 1)
        } else if let place = place(in: document, table) {
            lines.insert(assignment, at: min(place, lines.count))
        } else {
            if !lines.isEmpty { lines.append("") }
            lines += ["[\(table.map(name).joined(separator: "."))]", assignment]
        }
        return lines.joined(separator: end) + end
    }

    private static func lines(of text: String) -> [String] {
        text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
            String(Substring(line.last == 0x0d ? line.dropLast() : line))
        }
    }

    /// Behind how many lines an assignment of the table can stand; nil when the table is not there.
    private static func place(in document: TOMLDocument, _ table: [String]) -> Int? {
        let own = document.statements.filter { $0.table == table && ($0.isHeader || !$0.names.isEmpty) }
        if let last = own.last(where: { !$0.isHeader }) ?? own.last { return last.lines.upperBound }
        // The root is there before its first value, and ends with the first header.
        return table.isEmpty ? 0 : nil
    }

    // MARK: TOML

    /// A basic string (TOML 1.0, "String"); the text has no control characters.
    private static func quoted(_ text: String) -> String {
        "\"" + text.backslashed + "\""
    }

    /// Bare where it can be.
    private static func name(_ text: String) -> String {
        let isBare =
            !text.isEmpty
            && text.utf8.allSatisfy { (byte: UInt8) in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
        return isBare ? text : quoted(text)
    }
}
