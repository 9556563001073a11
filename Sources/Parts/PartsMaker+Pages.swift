import PulseAPI

extension PartsMaker {
    private static let pageLimit = 50_000

    /// `pages/NNNN.md`: the page chunks, when there is one for each page.
    mutating func makePages() throws {
        guard let chunks = outline.chunking.first(where: { $0.strategy == "page" })?.place else {
            return lacks("pages", "the result has no chunks by page (extensions.chunking.page)")
        }
        var count = 0
        var areTexts = true
        try JSONElements.forEach(source, chunks.range) { element, _ in
            count += 1
            if element.flatMap(Self.content) == nil { areTexts = false }
        }
        guard let pages = outline.pageCount, pages == count else {
            let said = outline.pageCount.map { "\($0) pages" } ?? "no page_count"
            return lacks("pages", "the result has \(said) and \(count) chunks by page")
        }
        guard areTexts, count > 0, count <= Self.pageLimit else {
            return lacks("pages", "the chunks by page are not texts, or are longer than can be shown")
        }
        var number = 0
        var failure: (any Error)?
        try JSONElements.forEach(source, chunks.range) { element, _ in
            guard failure == nil, let text = element.flatMap(Self.content) else { return }
            number += 1
            begin()
            do {
                try write(Array(text.utf8))
                end("pages/" + Self.padded(number, 4) + ".md")
            } catch { failure = error }
        }
        if let failure { throw failure }
        contents.pages = number
    }

    /// A chunk's text: itself, or its `content`.
    private static func content(_ chunk: JSONTree) -> String? { chunk.text ?? chunk["content"]?.text }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// `chunks/<strategy>.jsonl`: one chunk a line.
    mutating func makeChunks() throws {
        var made = 0
        for (strategy, place) in outline.chunking {
            guard PartName.isSafe(strategy) else {
                lacks("chunks", "a strategy of chunking has a name that no file can have")
                continue
            }
            let level = try JSONLevel.read(source, place.range)
            guard !level.elements.isEmpty else { continue }
            guard !level.isCut else {
                lacks("chunks/\(strategy).jsonl", "there are more chunks than are written")
                continue
            }
            begin()
            for element in level.elements {
                // A chunk that is only a text becomes what the others are.
                if element.shape == .string { try write(Array("{\"content\":".utf8)) }
                try write(element.range, .line)
                try write(Array((element.shape == .string ? "}\n" : "\n").utf8))
            }
            end("chunks/\(strategy).jsonl")
            made += 1
        }
        if made == 0, list.reason("chunks") == nil { lacks("chunks", "the result has no chunks (extensions.chunking)") }
    }

    /// `splits.json`: which pages each topic has.
    mutating func makeSplits() throws {
        guard let splits = outline.splits else {
            return lacks("splits.json", "the result has no splits (split_output.splits)")
        }
        begin()
        try write(splits.range, .indented)
        try write(Array("\n".utf8))
        end("splits.json")
    }

    /// `images.jsonl`: what is known of each image.
    mutating func makeImages() throws {
        guard !images.isEmpty else { return lacks("images.jsonl", "the result lists no images") }
        begin()
        for image in images {
            var line = JSONLine()
            line.add("file", image.fileName.map { "images/\($0)" })
            line.add("id", image.facts.id)
            line.add("page", image.facts.pageNumber)
            line.add("title", image.facts.chartTitle)
            line.add("kind", image.facts.chartType ?? image.facts.visualType)
            line.add("description", image.facts.imageDescription)
            line.add("sheet", image.facts.sheetName)
            line.add("range", image.facts.excelRange)
            line.add("problem", image.facts.renderError)
            try write(line.finished)
        }
        end("images.jsonl")
    }

    private static let fieldLimit = 100_000

    /// `form_fields.csv`: a line for each field, a column for each member that any of them has.
    mutating func makeFormFields() throws {
        guard let place = outline.formFields else {
            return lacks("form_fields.csv", "the result has no form_fields")
        }
        var columns: [String] = []
        var known: Set<String> = []
        var fields: [JSONTree] = []
        var areObjects = true
        try JSONElements.forEach(source, place.range, limit: 1 << 16) { element, _ in
            guard case .object(let members)? = element, fields.count < Self.fieldLimit else {
                areObjects = false
                return
            }
            for member in members where known.insert(member.name).inserted { columns.append(member.name) }
            fields.append(.object(members))
        }
        guard areObjects, !fields.isEmpty, !columns.isEmpty, columns.count <= 256 else {
            return lacks("form_fields.csv", "form_fields is not a list of objects with a few members each")
        }
        begin()
        var text = CSVText(isGuarded: isGuarded)
        text.line(columns)
        for field in fields {
            text.line(
                columns.map { name in
                    guard let value = field[name] else { return "" }
                    if let scalar = value.scalar { return scalar }
                    var json: [UInt8] = []
                    value.write(to: &json)
                    return String(decoding: json, as: UTF8.self)
                })
        }
        try write(text.bytes)
        end("form_fields.csv")
    }
}

/// Names from a document that become names of files.
enum PartName {
    /// Short, without separators, control and direction characters, and not hidden.
    static func isSafe(_ name: String) -> Bool {
        // A mark at the beginning would make one character with the slash before it.
        !name.isEmpty && name.utf8.first != UInt8(ascii: ".") && ("/" + name).hasPrefix("/") && name.utf8.count <= 200
            && name.unicodeScalars.allSatisfy { $0 != "/" && $0 != "\\" && PrintableText.isPrintable($0) }
    }
}
