import PulseTestSupport
import Testing

@testable import Pages

@Suite("Pages: long documents")
struct LongDocumentTests {
    private static func pieces(_ text: String) -> [String] {
        MarkdownPieces(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func read(_ text: String) -> (html: String, read: StrictHTML) {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = Array(text.utf8)
        let html = String(decoding: page.html().joined(), as: UTF8.self)
        return (html, StrictHTML(html))
    }

    @Test("a document is cut between its blocks, and nothing is lost or changed by that")
    func cuts() {
        let section = "## Heading\n\nA paragraph of some words.\n\n- one\n\n  ```\n  # no heading\n  ```\n- two\n\n"
        let text = String(repeating: section, count: 5000)
        let pieces = Self.pieces(text)
        #expect(pieces.count > 4 && pieces.joined() == text)
        #expect(pieces.dropFirst().allSatisfy { $0.hasPrefix("##") || $0.hasPrefix("A par") })
        #expect(pieces.allSatisfy { $0.utf8.count < 2 * MarkdownPieces.heaviest })
        let (_, read) = Self.read(text)
        #expect(read.problems.isEmpty)
        #expect(read.tags["h2"] == 5000 && read.tags["pre"] == 5000 && read.tags["li"] ?? 0 >= 10_000)
    }

    @Test("a long document is cut before a heading where it has one, and the notes of a section stay with it")
    func notes() {
        let words = String(repeating: "words and words\n\n", count: 500)
        let text = (0..<40).map { "## Section \($0)\n\nA fact.[^n\($0)]\n\n\(words)[^n\($0)]: Its note.\n\n" }.joined()
        #expect(Self.pieces(text).count > 3 && Self.pieces(text).allSatisfy { $0.hasPrefix("## Section") })
        let (html, read) = Self.read(text)
        #expect(read.problems.isEmpty && !html.contains("[^") && read.tags["sup"] == 40)
    }

    @Test("no cut is made in a code block, and one that is too long goes on as another")
    func code() {
        let block = "```sh\n" + String(repeating: "# comment\n\n", count: 20_000) + "```\n\nafter\n"
        let (html, read) = Self.read("before\n\n" + block)
        #expect(
            read.problems.isEmpty && read.tags["pre"] ?? 0 > 1 && read.tags["h1"] == 1 && html.contains("<p>after</p>"))
    }

    @Test("a table that is too long goes on as another with the same heads")
    func table() {
        let rows = (0..<20_000).map { "| \($0) | value |\n" }.joined()
        let (html, read) = Self.read("| n | v |\n|---|--:|\n" + rows)
        #expect(read.problems.isEmpty)
        let tables = read.tags["table"] ?? 0
        #expect(tables > 1 && read.tags["thead"] == tables && read.tags["td"] == 40_000)
        #expect(html.contains("<td>19999</td><td class=\"r\">value</td>"))
    }

    @Test("links that are defined elsewhere are links in every piece")
    func references() {
        let text = String(repeating: "A [word][far] here.\n\n", count: 10_000) + "[far]: https://far.example/\n"
        let (html, read) = Self.read(text)
        #expect(read.problems.isEmpty && !html.contains("[far]") && read.tags["a"] ?? 0 > 10_000)
    }

    @Test("characters are not cut, even in a line that is the whole document")
    func oneLine() {
        let (html, read) = Self.read(String(repeating: "日本語", count: 50_000))
        #expect(read.problems.isEmpty && !html.contains("\u{FFFD}"))
        #expect(html.count { $0 == "語" } == 50_000 * (html.contains("<title>日") ? 2 : 1))
    }

    @Test("of a document beyond all measure the beginning is shown, and where the rest is")
    func beyond() {
        let (html, read) = Self.read(
            String(repeating: "words and words\n\n", count: JobPage.longestDocument / 17 + 100))
        #expect(read.problems.isEmpty && html.contains("The document goes on: all of it is in <a href=\"result.md\">"))
    }

    @Test("pages that are made at the same time are what each is alone")
    func together() async {
        let section =
            "## A ~~struck~~ word\n\n| a | b |\n|---|---|\n| ~~c~~ | www.example.com |\n\n- [x] done, x@example.com\n\n"
        let text = String(repeating: section, count: 3000)
        let (alone, read) = Self.read(text)
        #expect(read.problems.isEmpty && read.tags["del"] == 6000 && read.tags["input"] == 3000)
        let others = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<6 { group.addTask { Self.read(text).html == alone } }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(others == Array(repeating: true, count: 6))
    }

    @Test(
        "a table of wide heads and short rows is not filled up without end, and no row is lost", arguments: ["", "> "])
    func shortRows(mark: String) {
        let heads =
            mark + String(repeating: "|a", count: 1000) + "|\n" + mark + String(repeating: "|-", count: 1000) + "|\n"
        let (html, read) = Self.read(heads + (0..<2000).map { "\(mark)row\($0)\n" }.joined())
        #expect(read.problems.isEmpty && read.tags["table"] == 1)
        #expect(read.tags["td"] ?? 0 <= MarkdownPieces.mostMissingCells + 2000 && html.contains("row1999"))
    }
}
