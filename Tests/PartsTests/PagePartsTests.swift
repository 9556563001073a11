import JSONStream
import Pages
import PulseAPI
import Testing

@testable import Parts

@Suite("Parts: what a page shows of them")
struct PagePartsTests {
    private static func parts(_ json: String, images: [PartImage] = []) throws -> PageParts {
        let made = try MadeParts(json, images: images)
        return PageParts(made.list, in: MemoryByteSource(made.bytes))
    }

    @Test("S1.12 a value has the pages of its citations, or of what is around it")
    func values() throws {
        let parts = try Self.parts(
            """
            {"schema_output": {"values": {"total": {"amount": 12, "by": null}, "lines": [{"price": "a"}, {"price": true}], "none": {}},
            "citations": {"total": {"amount": "txt-1, txt-2"}, "lines": ["txt-2", "txt-3"]}},
            "bounding_boxes": {"Text": [{"id": "txt-1", "page_number": 4}, {"id": "txt-2", "page_number": 2}]}}
            """)
        #expect(parts.values.map(\.field) == ["total.amount", "total.by", "lines[0].price", "lines[1].price"])
        #expect(parts.values.map(\.text) == ["12", "", "a", "true"])
        #expect(parts.values.map { $0.pages.isEmpty } == [false, true, false, false], "\(parts.values)")
        #expect(parts.files == ["structured.json", "citations.jsonl"] && parts.moreValues == nil)
    }

    @Test("S1.12 values by topic say which topic, and too many are named")
    func topics() throws {
        let members = (0..<3_000).map { "\"v\($0)\": \($0)" }.joined(separator: ",")
        let parts = try Self.parts(
            """
            {"schema_id": "x", "split_id": "s", "results": {"fees": {"values": {"a": 1}, "citations": {"a": [{"page": 7, "id": "x"}]}}, "terms": {"values": {\(members)}}}}
            """)
        #expect(parts.values.count == 2_000 && parts.moreValues == "schema/terms.json")
        #expect(
            parts.values.first == .init(topic: "fees", field: "a", text: "1", pages: parts.values.first?.pages ?? []))
        #expect(parts.values.last?.topic == "terms")
    }

    @Test("S1.11 tables are read back as they were, and those that are long are named alone")
    func tables() throws {
        let rows = [["h", "i\"q"], ["a, b", "c\r\nd"], ["", "é"]]
        func json(_ rows: [[String]]) -> String {
            let text = rows.map { "[" + $0.map { "\"\(Self.escaped($0))\"" }.joined(separator: ",") + "]" }
            return "{\"headers\": \(text[0]), \"rows\": [\(text.dropFirst().joined(separator: ","))]}"
        }
        let long = [["x"]] + (0..<1_500).map { ["\($0)"] }
        let parts = try Self.parts(
            """
            {"bounding_boxes": {"Tables": [{"table_content": \(json(rows)), "title": "T", "page_number": 3}, {"table_content": \(json(long))}]}}
            """)
        #expect(parts.tables.map(\.rows) == [rows, []])
        #expect(parts.tables.map(\.title) == ["T", nil] && parts.tables.map(\.place) == ["page 3", ""])
        #expect(parts.tables.map(\.file) == ["tables/01.csv", "tables/02.csv"])
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\r\n", with: "\\r\\n")
    }

    @Test("S1.11 pages that are cited are shown before others, and a page is never cut")
    func pages() throws {
        let long = String(repeating: "x", count: 200 << 10)
        let pages = (1...6).map { "\"\($0)\(long)\"" }.joined(separator: ",")
        let parts = try Self.parts(
            """
            {"page_count": 6, "extensions": {"chunking": {"page": [\(pages)], "semantic": ["s", {"content": "t", "page": 2}, {"other": 1}]}},
            "schema_output": {"values": {"a": 1}, "citations": {"a": {"ids": ["t6"]}}}, "bounding_boxes": {"Text": [{"id": "t6", "page": 6}]}}
            """)
        let items = try #require(parts.pages?.items)
        #expect(items.map { $0.text != nil } == [true, true, false, false, false, true])
        #expect(items.allSatisfy { $0.text.map { $0.utf8.count == long.utf8.count + 1 } ?? true })
        #expect(items.map(\.file) == (1...6).map { "pages/000\($0).md" })
        // The chunks by page are the pages.
        #expect(parts.chunks.map(\.title) == ["Chunks: semantic (3)"])
        #expect(parts.chunks.first?.items.map(\.name) == ["Chunk 1", "Chunk 2, page 2", "Chunk 3"])
        #expect(parts.chunks.first?.items.map(\.text) == ["s", "t", "{\"other\":1}"])
    }

    @Test("a list of chunks that is long ends where it is cut, and says how many there are")
    func chunks() throws {
        let chunks = (0..<1_000).map { "\"c\($0)\"" }.joined(separator: ",")
        let parts = try Self.parts("{\"extensions\": {\"chunking\": {\"semantic\": [\(chunks)]}}}")
        let texts = try #require(parts.chunks.first)
        #expect(texts.items.count == 300 && texts.more == 700 && texts.file == "chunks/semantic.jsonl")
        #expect(texts.items.last?.text == "c299")
    }

    @Test("parts of a damaged file are left out, and never a trap")
    func damaged() throws {
        let made = try MadeParts(
            ##"{"markdown":"# A","page_count":1,"extensions":{"chunking":{"page":["one"]}},"schema_output":{"values":{"a":1},"citations":{"a":"x"}}}"##
        )
        for place in made.bytes.indices {
            var bytes = made.bytes
            bytes[place] ^= 0x21
            _ = PageParts(made.list, in: MemoryByteSource(bytes))
            _ = PageParts(made.list, in: MemoryByteSource(Array(made.bytes.prefix(place))))
        }
    }
}
