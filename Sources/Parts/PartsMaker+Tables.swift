import JSONStream
import Pages
import PulseAPI
import Quantities

extension PartsMaker {
    private static let tableLimit = 5_000
    /// Bytes of a table's HTML, and of the text that is looked through for tables.
    private static let htmlLimit: UInt64 = 32 << 20

    /// A table of the result, before it is written.
    private struct Table {
        var title: String?
        var page: Int?
        var sheet: String?
        var range: String?
        var grid: TableGrid?
        var html: [UInt8]?
    }

    /// `tables/NN.csv`, `tables/NN.html` and `tables/index.jsonl`.
    mutating func makeTables() throws {
        var lines: [UInt8] = []
        var number = 0
        var misfits = 0
        var total = 0
        func places() throws -> [JSONPlace] {
            if let boxes = outline.boxes, boxes.shape == .object {
                let level = try JSONLevel.read(source, boxes.range)
                if let tables = level["Tables"], tables.shape == .array {
                    let listed = try JSONLevel.read(source, tables.range, limit: Self.tableLimit).elements
                    if !listed.isEmpty { return listed }
                }
            } else if let boxes = outline.boxes {
                let listed = try JSONLevel.read(source, boxes.range).elements.filter {
                    try $0.shape == .object && kind($0) == "table"
                }
                if !listed.isEmpty { return Array(listed.prefix(Self.tableLimit)) }
            }
            guard let tables = outline.tables else { return [] }
            return try JSONLevel.read(source, tables.range, limit: Self.tableLimit).elements
        }
        let listed = try places()
        total = listed.count
        let width = max(2, String(total).count)
        for place in listed {
            guard let table = try table(at: place) else {
                misfits += 1
                continue
            }
            number += 1
            try write(table, number, width, &lines)
        }
        if number == 0 {
            let found = try tablesInText()
            for table in found {
                number += 1
                try write(table, number, max(2, String(found.count).count), &lines)
            }
        }
        guard number > 0 else {
            return lacks(
                "tables",
                misfits > 0
                    ? "none of the \(misfits) tables of the result has cells with rows and columns"
                    : "the result has no tables")
        }
        if misfits > 0 { lacks("tables", "\(misfits) of \(total) tables have no cells with rows and columns") }
        begin()
        try write(lines)
        end("tables/index.jsonl")
    }

    /// What an element of a mixed list is, in small letters and without a plural's s.
    private func kind(_ place: JSONPlace) throws -> String? {
        let level = try JSONLevel.read(source, place.range)
        guard let name = level["type"] ?? level["class"], name.shape == .string,
            let text = try JSONTree.read(source, name.range, limit: 256)?.text?.lowercased()
        else { return nil }
        return text == "tables" ? "table" : text
    }

    private mutating func write(_ table: Table, _ number: Int, _ width: Int, _ lines: inout [UInt8]) throws {
        let name = "tables/" + Self.padded(number, width)
        var files: [JSONTree] = []
        if let grid = table.grid {
            begin()
            var text = CSVText(isGuarded: isGuarded)
            for row in grid.rows { text.line(row) }
            try write(text.bytes)
            end(name + ".csv")
            files.append(.string(name + ".csv"))
        }
        if let html = table.html {
            begin()
            try write(html)
            end(name + ".html")
            files.append(.string(name + ".html"))
        }
        var line = JSONLine()
        line.add("table", number)
        line.add("title", table.title)
        line.add("page", table.page)
        line.add("sheet", table.sheet)
        line.add("range", table.range)
        line.add("rows", table.grid?.rows.count)
        line.add("columns", table.grid?.columns)
        line.add("files", .array(files))
        lines += line.finished
        contents.tables.append(
            ContentsPage.Table(
                name: name + (table.grid == nil ? ".html" : ".csv"), title: table.title, page: table.page,
                rows: table.grid?.rows.count, columns: table.grid?.columns))
    }

    private func table(at place: JSONPlace) throws -> Table? {
        if place.shape == .string { return try table(html: place.range) }
        guard place.shape == .object else { return nil }
        let level = try JSONLevel.read(source, place.range)
        var table = Table()
        if let cells = level["cell_data"] ?? level["cells"], cells.shape == .array {
            table.grid = try grid(cells: cells.range)
        }
        for name in ["table_content", "html", "content"] where table.grid == nil {
            guard let content = level[name] else { continue }
            if content.shape == .string, let read = try self.table(html: content.range) {
                (table.grid, table.html) = (read.grid, read.html)
            } else if content.shape == .object,
                let tree = try JSONTree.read(source, content.range, limit: Int(Self.htmlLimit))
            {
                table.grid = TableGrid(headersAndRows: tree)
            }
        }
        if table.grid == nil, table.html == nil, level["rows"] != nil,
            let tree = try JSONTree.read(source, place.range, limit: Int(Self.htmlLimit))
        {
            table.grid = TableGrid(headersAndRows: tree)
        }
        guard table.grid != nil || table.html != nil else { return nil }
        let facts = try self.facts(level)
        func text(_ names: [String]) throws -> String? {
            for place in facts.flatMap({ facts in names.compactMap { facts[$0] } }) {
                guard place.shape == .string || place.shape == .number else { continue }
                if let text = try JSONTree.read(source, place.range, limit: 1 << 14)?.scalar, !text.isEmpty {
                    return text
                }
            }
            return nil
        }
        table.title = try text(["title", "table_title", "caption", "table_name", "chart_title"])
        table.page = try text(["page_number", "page"]).flatMap { Int($0) }
        table.sheet = try text(["sheet_name"])
        table.range = try text(["excel_range"])
        return table
    }

    /// Where the facts of a table can stand, the best place first: in itself, in its `table_info`, and in the `location` of either.
    private func facts(_ level: JSONLevel) throws -> [JSONLevel] {
        func within(_ level: JSONLevel, _ name: String) throws -> [JSONLevel] {
            guard let place = level[name], place.shape == .object else { return [] }
            return [try JSONLevel.read(source, place.range)]
        }
        let own = [level] + (try within(level, "table_info"))
        return own + (try own.flatMap { try within($0, "location") })
    }

    private func grid(cells range: Range<UInt64>) throws -> TableGrid? {
        var cells: [TableGrid.Cell] = []
        var fit = true
        try JSONElements.forEach(source, range, limit: 1 << 20) { element, _ in
            guard fit, let cell = element.flatMap(TableGrid.cell), cells.count < TableGrid.cellLimit else {
                fit = false
                return
            }
            cells.append(cell)
        }
        return fit ? TableGrid(cells: cells) : nil
    }

    /// A text that is an HTML table; nil for another.
    private func table(html literal: Range<UInt64>) throws -> Table? {
        guard literal.upperBound -| literal.lowerBound <= Self.htmlLimit else { return nil }
        let text = try decoded(literal)
        guard let grid = TableGrid(html: text) else { return nil }
        return Table(grid: grid, html: text)
    }

    private func decoded(_ literal: Range<UInt64>) throws -> [UInt8] {
        var decoder = JSONStringDecoder(source, literal: literal)
        var text: [UInt8] = []
        var chunk: [UInt8] = []
        while try decoder.next(into: &chunk) { text += chunk }
        return text
    }

    /// The HTML tables that stand in the document's text.
    private func tablesInText() throws -> [Table] {
        guard let literal = outline.markdown ?? outline.html, literal.upperBound -| literal.lowerBound <= Self.htmlLimit
        else {
            return []
        }
        let text = try decoded(literal)
        var tables: [Table] = []
        var depth = 0
        var start = 0
        HTMLToken.forEach(in: text) { token in
            guard case .tag(let tag) = token, tag.name == "table", tables.count < Self.tableLimit else { return }
            if !tag.isEnd {
                if depth == 0 { start = tag.source.startIndex }
                depth += 1
            } else if depth > 0 {
                depth -= 1
                guard depth == 0 else { return }
                let html = Array(text[start..<tag.source.endIndex])
                if let grid = TableGrid(html: html) { tables.append(Table(grid: grid, html: html)) }
            }
        }
        return tables
    }
}
