import JSONStream
import PulseAPI

extension PartsMaker {
    /// `structured.json`, `schema/<topic>.json` and `citations.jsonl`.
    mutating func makeStructured() throws {
        var cited: [Citation] = []
        if let level = outline.structured, let values = level["values"],
            values.shape == .object || values.shape == .array
        {
            begin()
            try write(values.range, .indented)
            try write(Array("\n".utf8))
            end("structured.json")
            contents.hasStructured = true
            cited += try citations(level, topic: nil)
        } else {
            lacks(
                "structured.json",
                outline.structured == nil
                    ? "the result has no values by schema (schema_output, structured_output)"
                    : "the result has no object of values in schema_output or structured_output")
        }
        for (topic, level) in outline.topics {
            guard let values = level["values"], values.shape == .object || values.shape == .array else { continue }
            guard PartName.isSafe(topic) else {
                lacks("schema", "a topic has a name that no file can have")
                continue
            }
            begin()
            try write(values.range, .indented)
            try write(Array("\n".utf8))
            end("schema/\(topic).json")
            cited += try citations(level, topic: topic)
        }
        if list.numbers(in: "schema").isEmpty, list.reason("schema") == nil {
            lacks("schema", "the result has no values by topic")
        }
        guard !cited.isEmpty else { return lacks("citations.jsonl", "the result has no citations") }
        let elements = try CitedElements(cited.lazy.flatMap(\.ids), in: outline.boxes, source)
        begin()
        for citation in cited { try write(citation.line(elements)) }
        end("citations.jsonl")
    }

    private static let citationLimit = 200_000

    private func citations(_ level: JSONLevel, topic: String?) throws -> [Citation] {
        guard let place = level["citations"], let tree = try JSONTree.read(source, place.range, limit: 16 << 20) else {
            return []
        }
        let confidence = try level["confidence"].flatMap { try JSONTree.read(source, $0.range, limit: 4 << 20) }
        var found: [Citation] = []
        Citation.collect(tree, confidence, field: "", topic: topic, into: &found, limit: Self.citationLimit)
        return found
    }
}

/// Where a value comes from.
struct Citation {
    var topic: String?
    /// As a path: `total.amount`, `lines[2].price`.
    var field: String
    var ids: [String] = []
    /// What an older answer says itself.
    var page: Int?
    var box: JSONTree?
    /// As it stands in the document.
    var confidence: String?

    private static let idNames = ["ids", "id", "citations", "bounding_box_ids", "bb_ids", "element_ids"]
    private static let placeNames = ["page", "page_number", "bounding_box", "bbox"]

    /// Goes down to the texts, lists of texts and objects that name elements.
    static func collect(
        _ tree: JSONTree, _ confidence: JSONTree?, field: String, topic: String?, into found: inout [Citation],
        limit: Int
    ) {
        guard found.count < limit else { return }
        var citation = Citation(topic: topic, field: field, confidence: confidence?.finite)
        switch tree {
        case .string(let text):
            citation.ids = ids(in: text)
            if !citation.ids.isEmpty { found.append(citation) }
        case .array(let elements) where elements.allSatisfy({ $0.text != nil }):
            citation.ids = elements.flatMap { ids(in: $0.text ?? "") }
            if !citation.ids.isEmpty { found.append(citation) }
        case .array(let elements):
            for (place, element) in elements.enumerated() {
                let below = confidence?.elements.flatMap { place < $0.count ? $0[place] : nil }
                collect(element, below, field: "\(field)[\(place)]", topic: topic, into: &found, limit: limit)
            }
        case .object(let members):
            let own = members.contains {
                idNames.contains($0.name) && isIDs($0.value) || placeNames.contains($0.name) && $0.value.integer != nil
            }
            guard own, !field.isEmpty else {
                for (name, value) in members {
                    collect(
                        value, confidence?[name], field: field.isEmpty ? name : "\(field).\(name)", topic: topic,
                        into: &found, limit: limit)
                }
                return
            }
            for name in idNames {
                guard let value = tree[name], isIDs(value) else { continue }
                citation.ids += value.text.map(ids) ?? value.elements?.flatMap { ids(in: $0.text ?? "") } ?? []
            }
            citation.page = tree["page"]?.integer ?? tree["page_number"]?.integer
            citation.box = [tree["bounding_box"], tree["bbox"]].lazy.compactMap { $0 }.first { $0.elements != nil }
            citation.confidence = tree["confidence"]?.finite ?? citation.confidence
            if !citation.ids.isEmpty || citation.page != nil { found.append(citation) }
        case .number, .boolean, .null: break
        }
    }

    private static func isIDs(_ value: JSONTree) -> Bool {
        value.text != nil || value.elements.map { !$0.isEmpty && $0.allSatisfy { $0.text != nil } } ?? false
    }

    /// Ids with commas between them.
    private static func ids(in text: String) -> [String] {
        text.split(separator: ",").map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
            .filter { !$0.isEmpty && $0 != "N/A" }
    }

    func line(_ elements: CitedElements) -> [UInt8] {
        var line = JSONLine()
        line.add("topic", topic)
        line.add("field", field)
        line.add("ids", ids.isEmpty ? nil : .array(ids.map { .string($0) }))
        let places = ids.lazy.compactMap { id in elements.element(id) }
        line.add("page", page ?? places.compactMap(\.page).first)
        line.add("box", box ?? places.compactMap(\.box).first)
        line.add("confidence", confidence.map { .number($0) })
        return line.finished
    }
}

/// Where the elements stand that are cited.
struct CitedElements {
    struct Element {
        let page: Int?
        let box: JSONTree?
    }

    private var elements: [String: Element] = [:]

    /// Goes once through all elements of a result.
    init(_ ids: some Sequence<String>, in boxes: JSONPlace?, _ source: any ByteSource) throws {
        guard let boxes else { return }
        let wanted = Set(ids.flatMap(Self.spellings))
        let lists: [Range<UInt64>]
        if boxes.shape == .array {
            lists = [boxes.range]
        } else {
            lists = try JSONLevel.read(source, boxes.range).members.filter { $0.place.shape == .array }.map(
                \.place.range)
        }
        var found: [String: Element] = [:]
        for list in lists {
            try JSONElements.forEach(source, list, limit: 1 << 20) { element, _ in
                // A table has its id and its place in `table_info`.
                guard let element, let own = element["id"]?.text == nil ? element["table_info"] : element,
                    let id = own["id"]?.text, wanted.contains(id)
                else { return }
                let places = [own, own["location"], element].compactMap { $0 }
                let numbers = places.lazy.compactMap { $0["page_number"]?.integer ?? $0["page"]?.integer }
                let boxes = places.lazy.flatMap { place in ["bounding_box", "bbox", "box"].compactMap { place[$0] } }
                found[id] = Element(page: numbers.first, box: boxes.first { $0 != .null && $0 != .array([]) })
            }
        }
        elements = found
    }

    func element(_ id: String) -> Element? { Self.spellings(id).lazy.compactMap { elements[$0] }.first }

    /// An id itself, without the extraction's id before it, and without the cell behind it.
    private static func spellings(_ id: String) -> [String] {
        var spellings = [id]
        // A UUID has 36 characters.
        if id.utf8.count > 37, Array(id.utf8)[36] == UInt8(ascii: "-") { spellings.append(String(id.dropFirst(37))) }
        for spelling in spellings {
            guard let dash = spelling.lastIndex(of: "-") else { continue }
            let last = spelling[spelling.index(after: dash)...]
            let digits = last.dropFirst().split(separator: "c", omittingEmptySubsequences: false)
            if last.first == "r", digits.count == 2, digits.allSatisfy({ Int($0) != nil }) {
                spellings.append(String(spelling[..<dash]))
            }
        }
        return spellings
    }
}
