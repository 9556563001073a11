import JSONStream
import PulseAPI

/// Where the things that parts are made of stand in a result. What is absent, or of another type than is looked for, is nil.
///
/// A pipeline's result has those of its steps one level down; older answers spell some of them otherwise. What stands in the
/// result itself goes before both.
struct ResultOutline {
    /// The text of the document: a string literal.
    var markdown: Range<UInt64>?
    var html: Range<UInt64>?
    var pageCount: Int?
    /// `bounding_boxes`: an object of lists by kind, or one list.
    var boxes: JSONPlace?
    /// Lists of chunks by their strategy.
    var chunking: [(strategy: String, place: JSONPlace)] = []
    /// What was asked for by schema: an object with `values` and `citations`.
    var structured: JSONLevel?
    /// The same by topic.
    var topics: [(topic: String, level: JSONLevel)] = []
    /// `splits`: the pages of each topic.
    var splits: JSONPlace?
    /// `tables` of a job that extracts tables alone.
    var tables: JSONPlace?
    var formFields: JSONPlace?

    static let topicLimit = 1000

    /// Reads where things stand; each level of the document that matters is passed over once.
    ///
    /// - Throws: what `JSONScanner` throws.
    init(_ source: any ByteSource, _ range: Range<UInt64>) throws(JSONError) {
        let root = try JSONLevel.read(source, range, limit: 4096)
        // The link within a pipeline's result gives its steps alone.
        let isSteps = root["results"] == nil && root["extract"] != nil
        let steps = isSteps ? root : try Self.object(root["results"], source)
        // A schema over a split has its topics where a pipeline has its steps.
        let isPipeline = root["schema_output"] == nil && root["split_id"] == nil
        let extract = isPipeline ? try Self.object(steps?["extract"], source) : nil
        let levels = [root, extract].compactMap { $0 }
        func place(_ name: String, _ shape: JSONShape) -> JSONPlace? {
            levels.lazy.compactMap { $0[name] }.first { $0.shape == shape }
        }

        markdown = (place("markdown", .string) ?? place("content", .string))?.range
        html = place("html", .string)?.range
        if let count = place("page_count", .number) {
            pageCount = try JSONTree.read(source, count.range)?.integer
        }
        boxes = place("bounding_boxes", .object) ?? place("bounding_boxes", .array)
        formFields = place("form_fields", .array)

        let extensions = try Self.object(place("extensions", .object), source)
        let chunks = extensions?["chunking"] ?? place("chunks", .object) ?? place("chunks", .array)
        if chunks?.shape == .array, let chunks {
            chunking = [("default", chunks)]
        } else if let level = try Self.object(chunks, source) {
            chunking = level.members.filter { $0.place.shape == .array }.map { ($0.name, $0.place) }
        }

        let schema = isPipeline ? try Self.object(steps?["schema"], source) : nil
        for level in levels + [schema].compactMap({ $0 }) where structured == nil {
            structured = try Self.object(level["schema_output"] ?? level["structured_output"], source)
        }
        if structured == nil, let extensions {
            structured = try Self.object(extensions["structured_output"] ?? extensions["schema_output"], source)
        }
        if let named = !isPipeline ? steps : try Self.object(schema?["results"], source) {
            for member in named.members.prefix(Self.topicLimit) {
                guard let level = try Self.object(member.place, source) else { continue }
                topics.append((member.name, level))
            }
        }

        let split = isPipeline ? try Self.object(steps?["split"], source) : nil
        for level in [root, split].compactMap({ $0 }) where splits == nil {
            let output = try Self.object(level["split_output"], source)
            if let place = output?["splits"], place.shape == .object { splits = place }
        }
        let tabular = isPipeline ? try Self.object(steps?["tables"], source) : nil
        for level in [root, tabular].compactMap({ $0 }) where tables == nil {
            let output = try Self.object(level["tables_output"], source)
            if let place = output?["tables"], place.shape == .array { tables = place }
        }
    }

    private static func object(_ place: JSONPlace?, _ source: any ByteSource) throws(JSONError) -> JSONLevel? {
        guard let place, place.shape == .object else { return nil }
        return try JSONLevel.read(source, place.range)
    }
}
