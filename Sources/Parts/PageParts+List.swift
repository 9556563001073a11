package import JSONStream
package import Pages
import PulseAPI
import Quantities

extension PageParts {
    private enum Limit {
        /// Bytes of a file of values that is looked at.
        static let values: UInt64 = 2 << 20
        static let valueRows = 2_000
        static let citations: UInt64 = 16 << 20
        static let tables = 500
        static let tableBytes: UInt64 = 1 << 20
        static let tableRows = 1_000
        /// Of all tables together.
        static let cells = 40_000
        /// Bytes of a text, of all texts of a strategy, and of all pages that values were taken from.
        static let text: UInt64 = 256 << 10
        static let texts: UInt64 = 512 << 10
        static let citedTexts: UInt64 = 4 << 20
        static let chunks = 300
    }

    /// What a page shows of the parts in a file. What is long is named and not shown.
    ///
    /// Memory: what is shown, a few megabytes. Parts that cannot be read are left out.
    package init(_ list: PartList, in source: any ByteSource) {
        self.init()
        let reader = PartsReader(list: list, source: source)
        files = list.parts.map(\.path).filter { !$0.contains("/") && $0 != "contents.md" }
        readValues(reader)
        readTables(reader)
        pages = Self.pages(reader, cited: Set(values.flatMap(\.pages)))
        for number in list.numbers(in: "chunks") {
            let path = list.parts[number].path
            // Each is a file of its own, and shown as that.
            guard pages == nil || path != "chunks/page.jsonl" else { continue }
            if let texts = Self.chunks(reader, path) { chunks.append(texts) }
        }
    }

    // MARK: Values

    private mutating func readValues(_ reader: PartsReader) {
        var places: [String: [Int]] = [:]
        reader.forEachLine(of: "citations.jsonl", within: Limit.citations) { line, _ in
            guard let page = line["page"]?.integer, let field = line["field"]?.text else { return }
            places[Self.key(line["topic"]?.text, field), default: []].append(page)
        }
        var sources: [(topic: String?, path: String)] = [(nil, "structured.json")]
        for number in reader.list.numbers(in: "schema") {
            let path = reader.list.parts[number].path
            sources.append((String(path.dropFirst("schema/".count).dropLast(".json".count)), path))
        }
        for (topic, path) in sources {
            guard let number = reader.list.number(of: path) else { continue }
            guard let tree = reader.tree(number, within: Limit.values), values.count < Limit.valueRows else {
                moreValues = path
                continue
            }
            let before = values.count
            collect(tree, field: "", topic, places)
            if values.count == Limit.valueRows, values.count > before { moreValues = path }
        }
    }

    private static func key(_ topic: String?, _ field: String) -> String { "\(topic ?? "")\u{0}\(field)" }

    private mutating func collect(_ tree: JSONTree, field: String, _ topic: String?, _ places: [String: [Int]]) {
        guard values.count < Limit.valueRows else { return }
        switch tree {
        case .object(let members):
            for (name, value) in members {
                collect(value, field: field.isEmpty ? name : "\(field).\(name)", topic, places)
            }
        case .array(let elements):
            for (place, element) in elements.enumerated() {
                collect(element, field: "\(field)[\(place)]", topic, places)
            }
        default:
            values.append(
                Value(
                    topic: topic, field: field, text: tree.scalar ?? "", pages: Self.pages(of: field, topic, places)))
        }
    }

    /// Of the value itself, or of the nearest one around it that is cited.
    private static func pages(of field: String, _ topic: String?, _ places: [String: [Int]]) -> [Int] {
        var field = field[...]
        while true {
            if let pages = places[key(topic, String(field))] { return Array(Set(pages)).sorted() }
            guard let end = field.lastIndex(where: { $0 == "." || $0 == "[" }) else { return [] }
            field = field[..<end]
        }
    }

    // MARK: Tables

    private mutating func readTables(_ reader: PartsReader) {
        var found: [(table: Table, csv: String?)] = []
        reader.forEachLine(of: "tables/index.jsonl", within: Limit.citations) { line, _ in
            let files = line["files"]?.elements?.compactMap(\.text) ?? []
            guard found.count < Limit.tables, let file = files.first else { return }
            let place = [line["sheet"]?.text, line["range"]?.text, line["page"]?.integer.map { "page \($0)" }]
            found.append(
                (
                    Table(
                        title: line["title"]?.text,
                        place: place.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: ", "), file: file,
                        rows: []), files.first { $0.hasSuffix(".csv") }
                ))
        }
        var cells = 0
        tables = found.map { table, csv in
            var table = table
            guard let number = csv.flatMap({ reader.list.number(of: $0) }), cells < Limit.cells,
                let bytes = reader.bytes(number, within: Limit.tableBytes)
            else { return table }
            let rows = CSVText.records(bytes, limit: Limit.tableRows + 1)
            let count = rows.reduce(0) { $0 + $1.count }
            guard rows.count <= Limit.tableRows, cells + count <= Limit.cells else { return table }
            cells += count
            table.rows = rows
            return table
        }
    }

    // MARK: Texts

    /// The pages in their order: the texts of those that values were taken from, and of others as far as there is room.
    private static func pages(_ reader: PartsReader, cited: Set<Int>) -> Texts? {
        let numbers = reader.list.numbers(in: "pages")
        guard !numbers.isEmpty else { return nil }
        var (room, citedRoom) = (Limit.texts, Limit.citedTexts)
        let items = numbers.enumerated().map { place, number in
            let part = reader.list.parts[number]
            let isCited = cited.contains(place + 1)
            var text: String?
            if part.size <= (isCited ? citedRoom : room), let bytes = reader.bytes(number, within: Limit.text) {
                text = String(decoding: bytes, as: UTF8.self)
                if isCited { citedRoom = citedRoom -| part.size } else { room = room -| part.size }
            }
            return (name: "Page \(place + 1)", file: Optional(part.path), number: Optional(place + 1), text: text)
        }
        return Texts(title: "Pages (\(numbers.count))", items: items, file: nil)
    }

    private static func chunks(_ reader: PartsReader, _ path: String) -> Texts? {
        var items: [(name: String, file: String?, number: Int?, text: String?)] = []
        var (isFull, room) = (false, Limit.texts)
        let count = reader.forEachLine(of: path, within: .max, most: Limit.chunks) { line, number in
            guard !isFull else { return }
            var json: [UInt8] = []
            if line["content"]?.text == nil { line.write(to: &json) }
            let text = line["content"]?.text ?? String(decoding: json, as: UTF8.self)
            guard UInt64(text.utf8.count) <= min(room, Limit.text) else {
                isFull = true
                return
            }
            room = room -| UInt64(text.utf8.count)
            let page = (line["page"] ?? line["page_number"])?.integer
            items.append(("Chunk \(number)" + (page.map { ", page \($0)" } ?? ""), nil, nil, text))
        }
        guard count > 0 else { return nil }
        let strategy = path.dropFirst("chunks/".count).dropLast(".jsonl".count)
        return Texts(
            title: "Chunks: \(strategy) (\(count))", items: items, file: path, more: count - items.count)
    }
}

/// Reads parts out of the file that holds them all.
private struct PartsReader {
    let list: PartList
    let source: any ByteSource

    private static let piece: UInt64 = 1 << 18

    /// Nil for more bytes than that, and for a part that cannot be read.
    func bytes(_ number: Int, within limit: UInt64) -> [UInt8]? {
        let range = list.parts[number].range
        guard range.upperBound -| range.lowerBound <= limit else { return nil }
        return PartList.bytes(source, range)
    }

    func tree(_ number: Int, within limit: UInt64) -> JSONTree? {
        try? JSONTree.read(source, list.parts[number].range, limit: Int(clamping: limit))
    }

    /// The lines of a part that are JSON, one after the other, and of longer parts the first ones. How many lines there are; 0 for a part
    /// of more bytes than `limit`, and for one that cannot be read.
    @discardableResult
    func forEachLine(
        of path: String, within limit: UInt64, most: Int = .max, _ take: (_ line: JSONTree, _ number: Int) -> Void
    ) -> Int {
        guard let number = list.number(of: path), list.parts[number].size <= limit else { return 0 }
        var count = 0
        let range = list.parts[number].range
        var (start, offset) = (range.lowerBound, range.lowerBound)
        while offset < range.upperBound {
            let end = min(offset +| Self.piece, range.upperBound)
            guard let bytes = PartList.bytes(source, offset..<end) else { return 0 }
            for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
                let lineEnd = offset +| UInt64(place)
                count += 1
                if count <= most, let line = try? JSONTree.read(source, start..<lineEnd) { take(line, count) }
                start = lineEnd +| 1
            }
            offset = end
        }
        return count
    }
}
