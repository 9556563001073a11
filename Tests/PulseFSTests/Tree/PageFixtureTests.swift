import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import PulseFS

/// Pages of documents that were made to try them.
@Suite("The tree: pages of long, foreign, hostile and broken documents", .timeLimit(.minutes(2)))
struct PageFixtureTests {
    private struct Page {
        let html: String
        let read: StrictHTML

        /// What is in the place of the document.
        var article: Substring {
            guard let start = html.firstRange(of: "<article"), let end = html.firstRange(of: "</article>") else {
                return ""
            }
            return html[start.lowerBound..<end.lowerBound]
        }

        func images(named name: String) -> Int { article.ranges(of: "<img src=\"images/\(name)\"").count }
    }

    private func page(_ id: String, _ tree: TestTree) async throws -> Page {
        let html = try await tree.text("jobs/\(id)/index.html")
        let read = StrictHTML(html)
        #expect(read.problems.isEmpty, "\(read.problems.prefix(5))")
        return Page(html: html, read: read)
    }

    @Test("a report has each of its twenty charts in its place, its notes and its tables")
    func report() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let page = try await page("form-10k-fy2024", tree)
            for name in try await tree.names("jobs/form-10k-fy2024/images") {
                #expect(page.images(named: name) == 1, "\(name)")
            }
            #expect(page.article.ranges(of: "<img ").count == 20)
            #expect(page.article.ranges(of: "<sup><a href=\"#n-").count == 5 && !page.article.contains("[^"))
            #expect(page.html.contains("<dt>Pages</dt><dd>25</dd>") && page.html.contains("hidden by a fold"))
            for text in ["<th rowspan=\"2\">Region</th><th colspan=\"3\">Revenue</th>", "C<sub>8</sub>F<sub>17</sub>"] {
                #expect(page.article.contains(text), "\(text)")
            }
            #expect(page.html.contains("<a href=\"#s-item-7a-market-risk\">"))
        }
    }

    @Test("a document of 300 pages has a page, whole, with all its headings, tables and notes")
    func long() async throws {
        try await TestTree.with { (tree, _) async throws in
            let page = try await page("annual-survey-300-pages", tree)
            #expect(page.read.tags["h2"] ?? 0 > 59 && page.article.ranges(of: ">Who answered</h3>").count == 59)
            #expect(page.read.tags["table"] == 1 + 59 * 9 && page.article.ranges(of: "<img ").count == 2)
            #expect(page.article.ranges(of: "<sup><a href=\"#n-").count == 60 && !page.article.contains("[^"))
        }
    }

    @Test("right-to-left, Chinese, Japanese, Korean and Thai come through, and so does an image with such a name")
    func languages() async throws {
        try await TestTree.with { (tree, _) async throws in
            let page = try await page("multilingual-notice", tree)
            let name = "%E6%96%AD%E6%B0%B4%E6%99%82%E9%96%93%E5%B8%AF%204%E5%9C%B0%E5%8C%BA.png"
            #expect(page.images(named: name) == 1 && page.html.contains("<figcaption>断水時間帯（地区別） (GanttChart)"))
            for text in [
                "إشعار بانقطاع المياه</h2>", "הודעה על הפסקת מים</h2>", "停水通知</h2>", "단수 안내</h2>", "<td>14 أبريل</td>",
            ] {
                #expect(page.article.contains(text), "\(text)")
            }
            #expect(page.read.tags["table"] == 5)
        }
    }

    @Test(
        "of a paper as layout models write it, every tag is shown as what it means, and every formula as it was written"
    )
    func paper() async throws {
        try await TestTree.with { (tree, _) async throws in
            let page = try await page("methods-paper-2025", tree)
            #expect(page.read.tags["table"] == 3 && page.article.ranges(of: "<tr>").count == 2001 + 6 + 3)
            for tag in ["caption", "thead", "tbody", "tfoot", "ol", "ul", "u", "sub", "sup"] {
                #expect(page.article.contains("<\(tag)"), "\(tag)")
            }
            #expect(page.images(named: "_page_2_Figure_1.png") == 1 && page.images(named: "fig-2.png") == 1)
            #expect(page.article.ranges(of: "<img ").count == 2 && page.article.contains("A company sign</span>"))
            for text in [
                "base64", "<!--", "&lt;!--", "&lt;span", "&lt;t", "PageHeader", "\u{85}", "\u{92}", "colgroup",
            ] {
                #expect(!page.article.unicodeScalars.contains(text.unicodeScalars), "\(text)")
            }
            #expect(page.article.contains("printer’s next line… and “quotes”"))
            #expect(page.article.unicodeScalars.filter { $0 == "\u{FFFD}" }.count == 2)
            for formula in [
                #"$f = \frac{S - S_0}{S_1 - S_0}$"#, #"\(S_1 = 34.7\)"#, #"(1 - f) * \delta_0 \\"#,
                #"& *b* &\neq __c__ \\"#,
                #"$a<b$"#, #"$\delta < 0.3\,\%$"#, #"$\{x_1, \dots, x_n\}$"#, #"$\bar{x}$"#, "$x_0 = 12.5$",
            ] {
                let shown = formula.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
                    ">", with: "&gt;")
                #expect(page.article.contains(shown), "\(formula)")
            }
            for heading in [">Abstract</h2>", ">ملخّص</h2>", ">3.1 What was misread</h3>"] {
                #expect(page.article.contains(heading), "\(heading)")
            }
        }
    }

    @Test("a hostile document becomes a page without any tag or address but those that pages have")
    func hostile() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let page = try await page("hostile-markup", tree)
            for tag in ["script", "iframe", "svg", "object", "form", "base", "link"] {
                #expect(page.read.tags[tag] == nil, "\(tag)")
            }
            #expect(page.read.tags["style"] == 1 && page.read.tags["meta"] == 4 && page.read.tags["title"] == 1)
            // One is in its place; the others are below the document, where each is a link too.
            #expect(page.images(named: "logo.png") == 1 && page.article.ranges(of: "<img ").count == 1)
            // Nothing is left out either: what a supplier wrote is to be read.
            for words in [
                "Donaudampfschifffahrt", "quoted 300 times", "The last supplier did not finish", "Best prices",
            ] {
                #expect(page.article.contains(words), "\(words)")
            }
            #expect(page.html.contains("<img src=\"images/drawing.svg\""))
            #expect(!page.html.contains("<a href=\"images/drawing.svg\""))
            #expect(emulator.fetchCounts == ["/job/hostile-markup": 1])
        }
    }

    @Test("of broken images those are shown that the result lists, and the others are words")
    func broken() async throws {
        try await TestTree.with { (tree, _) async throws in
            let page = try await page("broken-images", tree)
            for name in [
                "photo-01", "photo-02", "photo-03-lost", "photo-04-text", "photo-05-truncated", "photo-06-empty",
            ] {
                #expect(page.images(named: "\(name).png") == 1, "\(name)")
            }
            #expect(page.article.ranges(of: "<img ").count == 6)
            for number in 7...18 where number < 8 || number > 10 {
                #expect(page.article.contains("Photograph \(number)"), "\(number)")
            }
            #expect(page.html.contains("There is no picture: The photograph&#39;s color space is not supported."))
        }
    }

    @Test("the files of broken images are what the API has, and those that it does not have are absent")
    func brokenFiles() async throws {
        try await TestTree.with { (tree, _) async throws in
            let images = "jobs/broken-images/images"
            let job = try #require(Fixtures.job("broken-images"))
            for image in job.images {
                let bytes = image.content.bytes(in: 0..<image.content.count)
                #expect(try await tree.content("\(images)/\(image.filename)") == bytes, "\(image.filename)")
            }
            #expect(try await tree.lookup("\(images)/photo-03-lost.png") == nil)
            #expect(try await tree.lookup("\(images)/photo-07.png") == nil)
            #expect(try await tree.lookup("\(images)/photo-11.png") == nil)
        }
    }
}
