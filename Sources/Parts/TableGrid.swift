import Pages
import Quantities

/// A table as rows of cells. A cell that spans several stands in the first of them; the others are empty.
struct TableGrid: Equatable {
    private(set) var rows: [[String]] = []

    /// Cells that a table may have, empty ones included: what is longer is no table that anyone opens.
    static let cellLimit = 4_000_000
    /// Of one row.
    static let columnLimit = 16_384

    var columns: Int { rows.first?.count ?? 0 }

    private init(_ rows: [[String]]) {
        let width = rows.lazy.map(\.count).max() ?? 0
        self.rows = rows.map { $0 + Array(repeating: "", count: width - $0.count) }
    }

    // MARK: Headers and rows

    /// `{headers, rows}`, where each row is a list of scalars or an object by the headers' names. Nil for another shape.
    init?(headersAndRows value: JSONTree) {
        guard let listed = value["rows"]?.elements else { return nil }
        let headers = value["headers"]?.elements?.compactMap(\.scalar)
        if let count = value["headers"]?.elements?.count, headers?.count != count { return nil }
        var rows: [[String]] = headers.map { $0.isEmpty ? [] : [$0] } ?? []
        var cells = 0
        for row in listed {
            let line: [String]
            if let elements = row.elements {
                line = elements.compactMap(\.scalar)
                guard line.count == elements.count else { return nil }
            } else if case .object = row, let headers, !headers.isEmpty {
                line = headers.map { row[$0]?.scalar ?? "" }
            } else {
                return nil
            }
            cells += max(line.count, 1)
            guard line.count <= Self.columnLimit, cells <= Self.cellLimit else { return nil }
            rows.append(line)
        }
        guard !rows.isEmpty else { return nil }
        self.init(rows)
    }

    // MARK: Cells

    /// A cell with its place, counted from the table's own first row and column.
    struct Cell: Equatable {
        let row: Int
        let column: Int
        var text: String
        /// The text is the document's, without what the API puts before it.
        let isOriginal: Bool
    }

    /// A cell of `cell_data`: with `row` and `column` of its own, in `position`, or in `location.coordinates`. Nil for another
    /// shape.
    static func cell(_ value: JSONTree) -> Cell? {
        let place = value["position"] ?? value["location"]?["coordinates"] ?? value
        guard let row = place["row"]?.integer ?? place["row_index"]?.integer,
            let column = place["column"]?.integer ?? place["col"]?.integer ?? place["column_index"]?.integer,
            row >= 0, column >= 0, column <= columnLimit
        else { return nil }
        let original = value["original_content"].flatMap { $0 == .null ? nil : $0.scalar }
        guard let text = original ?? value["text"]?.scalar ?? value["content"]?.scalar ?? value["value"]?.scalar else {
            return nil
        }
        return Cell(row: row, column: column, text: text, isOriginal: original != nil)
    }

    /// Two cells in one place are no table, nor are places beyond the limits.
    init?(cells: [Cell]) {
        guard let first = cells.first else { return nil }
        let span = cells.reduce(
            into: (top: first.row, bottom: first.row, left: first.column, right: first.column)
        ) { span, cell in
            span.top = min(span.top, cell.row)
            span.bottom = max(span.bottom, cell.row)
            span.left = min(span.left, cell.column)
            span.right = max(span.right, cell.column)
        }
        // Rows and columns are counted from 0 or from 1.
        guard span.top <= 1, span.left <= 1 else { return nil }
        let (height, width) = (span.bottom - span.top + 1, span.right - span.left + 1)
        guard height <= Self.cellLimit / width else { return nil }
        var rows = Array(repeating: Array(repeating: "", count: width), count: height)
        var taken = Array(repeating: false, count: height * width)
        for cell in Self.withoutPrefixes(cells) {
            let (row, column) = (cell.row - span.top, cell.column - span.left)
            guard !taken[row * width + column] else { return nil }
            taken[row * width + column] = true
            rows[row][column] = cell.text
        }
        self.init(rows)
    }

    /// Prefixes such as `0t-` are taken away when every cell with a text has one and none has its original text.
    private static func withoutPrefixes(_ cells: [Cell]) -> [Cell] {
        let texts = cells.filter { !$0.text.isEmpty }
        guard !texts.isEmpty, !cells.contains(where: \.isOriginal), texts.allSatisfy({ prefix(of: $0.text) != nil })
        else { return cells }
        return cells.map { cell in
            var cell = cell
            cell.text = prefix(of: cell.text).map { String(cell.text.dropFirst($0)) } ?? cell.text
            return cell
        }
    }

    /// Digits, one or two small letters, a dash: how many characters that are.
    private static func prefix(of text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let letters = text.dropFirst(digits.count).prefix { $0.isASCII && $0.isLowercase }
        guard !digits.isEmpty, (1...2).contains(letters.count),
            text.dropFirst(digits.count + letters.count).first == "-"
        else { return nil }
        return digits.count + letters.count + 1
    }

    // MARK: HTML

    /// The first table of an HTML text. A cell with `rowspan` or `colspan` is written once. Tables within its cells are text.
    /// Nil when there is none.
    init?(html: [UInt8]) {
        var reader = TableReader()
        HTMLToken.forEach(in: html) { reader.take($0) }
        guard let rows = reader.finished, !rows.isEmpty else { return nil }
        self.init(rows)
    }
}

/// Follows the tags of one table.
private struct TableReader {
    private var rows: [[String]] = []
    /// Rows below in which a place is taken by a cell above: how many, by the column.
    private var taken: [Int: Int] = [:]
    /// The same of cells in this row.
    private var begun: [Int: Int] = [:]
    private var row: [String]?
    private var cell: (text: [UInt8], rows: Int, columns: Int)?
    private var depth = 0
    private var isOver = false
    private var isTooLarge = false
    private var count = 0

    var finished: [[String]]? {
        var reader = self
        reader.endRow()
        return isTooLarge ? nil : reader.rows
    }

    mutating func take(_ token: HTMLToken) {
        guard !isOver, !isTooLarge else { return }
        switch token {
        case .text(let text): cell?.text += text
        case .tag(let tag): take(tag)
        }
    }

    private mutating func take(_ tag: HTMLTag) {
        switch (tag.name, tag.isEnd) {
        case ("table", false): depth += 1
        case ("table", true):
            depth -= 1
            if depth <= 0 {
                endRow()
                isOver = true
            }
        case (_, _) where depth > 1:
            // A table within a cell.
            if ["tr", "td", "th", "br"].contains(tag.name) { cell?.text.append(UInt8(ascii: " ")) }
        case ("tr", false):
            endRow()
            if depth == 1 { row = [] }
        case ("tr", true): endRow()
        case ("td", false), ("th", false):
            endCell()
            guard depth == 1 else { return }
            if row == nil { row = [] }
            cell = (
                [], tag.number("rowspan", in: 1...65_534) ?? 1, tag.number("colspan", in: 1...1000) ?? 1
            )
        case ("td", true), ("th", true): endCell()
        case ("br", _), ("p", true), ("li", true), ("div", true):
            if cell?.text.isEmpty == false { cell?.text.append(UInt8(ascii: "\n")) }
        default: break
        }
    }

    private mutating func endCell() {
        guard let ended = cell else { return }
        cell = nil
        passTaken()
        let column = row?.count ?? 0
        row?.append(Self.text(ended.text))
        guard column + ended.columns <= TableGrid.columnLimit else {
            isTooLarge = true
            return
        }
        row?.append(contentsOf: repeatElement("", count: ended.columns - 1))
        // Not before the next row.
        if ended.rows > 1 { for place in column..<(column + ended.columns) { begun[place] = ended.rows - 1 } }
    }

    /// Leaves the places empty that cells above take.
    private mutating func passTaken() {
        while let column = row?.count, taken[column] != nil { row?.append("") }
    }

    private mutating func endRow() {
        endCell()
        guard var ended = row else { return }
        row = nil
        // Cells above may reach to the right of the last one of this row.
        if let last = taken.keys.max(), last >= ended.count {
            ended += repeatElement("", count: last + 1 - ended.count)
        }
        taken = taken.compactMapValues { $0 > 1 ? $0 - 1 : nil }.merging(begun) { $1 }
        begun = [:]
        count += max(1, ended.count)
        if count > TableGrid.cellLimit { isTooLarge = true }
        rows.append(ended)
    }

    /// The text of a cell, entities resolved, lines trimmed.
    private static func text(_ bytes: [UInt8]) -> String {
        let text = String(decoding: HTMLEntity.resolved(bytes[...]), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split { $0.isWhitespace && $0 != "\u{a0}" }.joined(separator: " ")
        }
        return lines.joined(separator: "\n").trimmingNewlines
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        var text = self[...]
        while text.first == "\n" { text = text.dropFirst() }
        while text.last == "\n" { text = text.dropLast() }
        return String(text)
    }
}
