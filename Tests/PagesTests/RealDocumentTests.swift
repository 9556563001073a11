import PulseTestSupport
import Testing

@testable import Pages

/// Documents as extraction tools write them.
@Suite("Pages: HTML among the Markdown")
struct RealDocumentTests {
    private static func article(_ markdown: String, _ images: [PageImage] = []) -> String {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = Array(markdown.utf8)
        page.images = images
        let html = String(decoding: page.html().joined(), as: UTF8.self)
        let read = StrictHTML(html)
        #expect(read.problems.isEmpty, "\(markdown.prefix(300)): \(read.problems)")
        guard let start = html.firstRange(of: "<article lang=\"\">\n"), let end = html.firstRange(of: "</article>")
        else { return "" }
        return String(html[start.upperBound..<end.lowerBound])
    }

    private static let table =
        "<div class=\"table\" role=\"region\" aria-label=\"Table 1\" tabindex=\"0\"><table dir=\"auto\">"

    @Test(
        "tags within a line are shown as what they mean, without their attributes",
        arguments: [
            ("<span id=\"page-3-0\"></span>Text", "<p>Text</p>"),
            ("a <b class=x>b</b> <strong>c</strong>", "<p>a <b>b</b> <strong>c</strong></p>"),
            (
                "<i>a</i> <em>b</em> <u>c</u> <s>d</s>",
                "<p><i>a</i> <em>b</em> <u>c</u> <s>d</s></p>"
            ),
            ("H<sub>2</sub>O x<sup>2</sup><br/>y", "<p>H<sub>2</sub>O x<sup>2</sup><br>y</p>"),
            ("a <b>b *c</b> d*", "<p>a <b>b <em>c d</em></b></p>"),
            ("a</b> b</span> c</div>", "<p>a b c</p>"),
            ("one <div>two</div> three <p>four", "<p>one <br>two<br> three <br>four</p>"),
            ("# <span id=\"t\"></span>A <i>b</i>", "<h1 id=\"s-a-b\">A <i>b</i></h1>"),
            ("if a <b and c> d", "<p>if a &lt;b and c&gt; d</p>"),
            ("List<String> and <video src=x>", "<p>List&lt;String&gt; and &lt;video src=x&gt;</p>"),
            ("a <!-- b --> c <!-- d -- e --> f", "<p>a  c  f</p>"),
            ("a <!-- b\n\nc --> d", "<p>a  d</p>"),
            ("a `<!-- b --> <b>` c", "<p>a <code>&lt;!-- b --&gt; &lt;b&gt;</code> c</p>"),
        ])
    func inline(_ markdown: String, _ html: String) { #expect(Self.article(markdown) == html + "\n") }

    @Test(
        "blocks of HTML are shown as what they mean, and comments not at all",
        arguments: [
            ("<p align=center>one</p>\n<p>two", "<p>one</p><p>two</p>"),
            ("<div class=x><p>one</p>two</div>", "<div><p>one</p>two</div>"),
            ("<h2 style=x>Big &amp; bold</h2>", "<h2 id=\"s-big-bold\">Big &amp; bold</h2>"),
            (
                "<ul><li>a<li>b<ul><li>c</ul></ul>",
                "<ul dir=\"auto\"><li>a</li><li>b<ul dir=\"auto\"><li>c</li></ul></li></ul>"
            ),
            ("<ol start=3>\n<li>a</li>\n\n<li>b</li>\n</ol>", "<ol dir=\"auto\" start=\"3\"><li>a</li><li>b</li></ol>"),
            ("<p><b>a <i>b</b> c</i></p>", "<p><b>a <i>b</i></b> c</p>"),
            (
                "<table><tr><td>a</td></tr></table>\nb",
                "\(table)<tr><td>a</td></tr></table></div><p class=\"raw\">b</p>"
            ),
            (
                "<figure><table><tr><td>1</td></tr></table><figcaption>A <i>b</i></figcaption></figure>",
                "\(table)<tr><td>1</td></tr></table></div><p class=\"raw\">A <i>b</i> </p>"
            ),
            ("<figure>\n\n![x](a.png)\n\n</figure>", "<p><img src=\"images/a.png\" alt=\"x\" loading=\"lazy\"></p>"),
            ("<div align=center>\n\n# A\n\n</div>", "<h1 id=\"s-a\">A</h1>"),
            ("<table><tr><th><h3>a</h3></th></tr></table>", "\(table)<tr><th><p>a</p></th></tr></table></div>"),
            ("<!-- page 1 -->", ""),
            ("<!-- page 1\n\n# more -->", ""),
            ("<div><!-- a -- b --></div>", ""),
            ("</div>", ""), ("<p></p><b></b><ul></ul>", ""),
        ])
    func blocks(_ markdown: String, _ html: String) {
        #expect(Self.article(markdown, [PageImage(fileName: "a.png")]).replacing("\n", with: "") == html)
    }

    @Test("a table has its caption, sections and spans, and nothing of its columns' widths")
    func tables() {
        let html = Self.article(
            """
            <table border="1" class="dataframe">
            <caption>Table 3: <b>Net</b> sales</caption>
            <colgroup><col style="width: 10%"><col span=2></colgroup>
            <thead><tr><th scope="col">Year</th><th colspan="2">Sum</th></tr></thead>
            <tbody><tr><td><p>2023</p><p>audited</p></td><td><div>1</div></td><td><ul><li>x</li></ul></td></tr></tbody>
            <tfoot><tr><td>a</td><td>b</td><td>c</td></tr></tfoot>
            </table>
            """)
        #expect(
            html.replacing("\n", with: "").hasSuffix(
                """
                <table dir="auto"><caption>Table 3: <b>Net</b> sales</caption><thead><tr><th>Year</th><th colspan="2">Sum</th></tr></thead>\
                <tbody><tr><td><p>2023</p><p>audited</p></td><td><div>1</div></td><td><ul dir="auto"><li>x</li></ul></td></tr></tbody>\
                <tfoot><tr><td>a</td><td>b</td><td>c</td></tr></tfoot></table></div>
                """))
        #expect(!html.contains("&lt;") && !html.contains("<p class=\"raw\">"))
    }

    @Test("a cell of a Markdown table may have lists and paragraphs of HTML in it")
    func cells() {
        let html = Self.article("| a | b |\n|---|---|\n| x<ul><li>one **1**</li><li>two</li></ul> | y<p>z<br>w |\n")
        #expect(
            html.contains(
                "<td>x<ul dir=\"auto\"><li>one <strong>1</strong></li><li>two</li></ul></td><td>y<p>z<br>w</p></td>"))
    }

    @Test(
        "a blank line in a cell ends no table, at the left, in a list, in a quotation and behind words",
        arguments: ["", "- ", "1. item\n\n   ", "> ", "Table 1: "])
    func blankLines(lead: String) {
        let indent = String(repeating: " ", count: lead.hasPrefix("1") ? 3 : lead.hasPrefix("-") ? 2 : 0)
        let next = lead == "> " ? "> " : indent
        let table = ["<table>", "<tr><td>one", "", "two</td><td>", "", "$a_1$</td></tr>", " ", "</table>", "", "after"]
        let html = Self.article(lead + table.joined(separator: "\n" + next) + "\n").replacing("\n", with: "")
        #expect(
            html.contains("<tr><td>one<p>two</p></td><td><p><code class=\"math\">$a_1$</code></p></td></tr>"),
            "\(html)")
        #expect(!html.contains("&lt;") && html.contains("after") && html.components(of: "<table dir=\"auto\">") == 1)
    }

    @Test(
        "a table of HTML in one line, however long, is one table, whole",
        arguments: ["", "<div class=\"t\">", "Table 1: ", "words\n"])
    func longTable(lead: String) {
        let rows = (0..<20_000).map { "<tr><td class=\"c\">\($0)</td><td>value *\($0)*</td></tr>" }.joined()
        let html = Self.article("before\n\n\(lead)<table><tbody>\(rows)</tbody></table>\n\nafter\n")
        #expect(html.components(of: "<table dir=\"auto\">") == 1 && html.components(of: "<tr>") == 20_000)
        #expect(html.contains("<td>19999</td><td>value *19999*</td></tr>") && html.contains("<p>after</p>"))
        #expect(!html.contains("&lt;"))
    }

    @Test("a line that is too long for one piece is not cut within a tag or a formula")
    func longLine() {
        let html = Self.article(String(repeating: "word <span class=\"a b\">b</span> $a_1$ ", count: 10_000))
        #expect(!html.contains("&lt;") && html.components(of: "<code class=\"math\">$a_1$</code>") == 10_000)
    }

    @Test("an image that is whole in the document is shown in place if the result has it, and never as its letters")
    func dataImages() {
        let uri = "data:image/png;base64," + String(repeating: "iVBORw0K+/", count: 30_000) + "QQ=="
        var digest = DataURI()
        digest.append(Array(uri.utf8.prefix(100)))
        digest.append(Array(uri.utf8.dropFirst(100)))
        for address in [uri, digest.address] {
            let image = PageImage(fileName: "a b.png", url: address)
            for source in [
                "![A chart](\(uri))", "![A chart](<\(uri)> \"title\")", "![A chart][c]\n\n[c]: \(uri)\n",
                "text <img alt=\"A chart\" src='\(uri)'> text",
                "<img src=\"\(uri)\" alt=\"A chart\"/>",
                "<table><tr><td><img src=\(uri) alt=\"A chart\"></td></tr></table>",
                "| a |\n|---|\n| ![A chart](\(uri)) |", "# ![A chart](\(uri))", "- ![A chart](\(uri))",
            ] {
                let shown = Self.article("before\n\n\(source)\n\nafter\n", [image])
                #expect(shown.contains("<img src=\"images/a%20b.png\" alt=\"A chart\""), "\(source.prefix(30))")
                let absent = Self.article(source, [PageImage(fileName: "b.png")])
                #expect(absent.contains("A chart</span>") && !absent.contains("<img"), "\(source.prefix(30))")
                for html in [shown, absent] { #expect(!html.contains("iVBORw0K") && !html.contains("sha256")) }
            }
        }
    }

    @Test("control characters that were Windows-1252 are what they were, and noncharacters the sign for that")
    func controls() {
        #expect(
            Self.article("a\u{92}s \u{93}b\u{94} \u{80} \u{85}\u{81} \u{FFFE}\u{FFFF} \u{A0}é\u{FFFD}\u{FFFC}\u{FF5E}")
                == "<p>a’s “b” € …\u{FFFD} \u{FFFD}\u{FFFD} \u{A0}é\u{FFFD}\u{FFFC}\u{FF5E}</p>\n")
        #expect(Self.article("<table><tr><td>&#146;&#x96;&#129;</table>").contains("<td>’–\u{FFFD}</td>"))
        #expect(Self.article("a\u{2}b\u{3}c\u{4}") == "<p>a\u{FFFD}b\u{FFFD}c\u{FFFD}</p>\n")
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
