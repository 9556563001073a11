import Testing

@testable import JobCache

@Suite("What the index keeps of a result's parts")
struct PartsSummaryTests {
    private static let text = "contents.md=0:1234 structured.json=7:0 pages/ chunks/"
    private let label = PartsLabel(text: "parts:3 1700000000000000000 512")

    @Test("what is written is read back")
    func writtenAndRead() throws {
        let summary = try #require(PartsSummary(Self.text))
        #expect(summary.files.map(\.name) == ["contents.md", "structured.json"])
        #expect(summary.files.map(\.number) == [0, 7])
        #expect(summary.files.map(\.size) == [1234, 0])
        #expect(summary.directories == [.pages, .chunks])
        #expect(summary.text == Self.text)
        #expect(label.summary(in: label.source(summary)) == summary)
    }

    @Test("a source without a summary, as earlier versions wrote it, stands and says nothing")
    func earlier() {
        #expect(label.stands(in: label.text))
        #expect(label.summary(in: label.text) == nil)
    }

    @Test(
        "the source of another result's parts, or of parts that are made otherwise, does not stand",
        arguments: [
            "parts:3 1700000000000000000 5120 | contents.md=0:1", "parts:3 1700000000000000000 512| contents.md=0:1",
            "parts:4 1700000000000000000 512 | contents.md=0:1", " | contents.md=0:1", "",
        ])
    func another(_ source: String) {
        #expect(!label.stands(in: source))
        #expect(label.summary(in: source) == nil)
    }

    @Test(
        "a damaged row names nothing",
        arguments: [
            "", " ", "contents.md", "contents.md=", "contents.md=0", "contents.md=0:", "contents.md=:1",
            "contents.md=-1:1",
            "contents.md=0:-1", "contents.md=0:1:2", "contents.md=0:1=2", "contents.md=99999999999999999999:1",
            "contents.md=16777216:1", "contents.md=0:9223372036854775808", "contents.md=0:1  pages/",
            " contents.md=0:1",
            "contents.md=0:1 contents.md=1:1", "contents.md=0:1 splits.json=0:1", "pages/ pages/", "result.md=0:1",
            "images/",
            "../etc=0:1", "pages/0001.md=0:1", "/", "pages", "contents.md=0:1\npages/", "contents.md=٠:1",
        ])
    func damaged(_ text: String) { #expect(PartsSummary(text) == nil) }
}
