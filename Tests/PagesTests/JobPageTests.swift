import PulseTestSupport
import Testing

@testable import Pages

@Suite("Pages: the page of a job")
struct JobPageTests {
    private static func html(
        _ markdown: String?, _ images: [PageImage] = [], _ change: (inout JobPage) -> Void = { _ in }
    )
        -> String
    {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = markdown.map { Array($0.utf8) }
        page.images = images
        page.files = ["status.json", "result.md", "result.json"]
        change(&page)
        let html = String(decoding: page.html().joined(), as: UTF8.self)
        let read = StrictHTML(html)
        #expect(read.problems.isEmpty, "\(read.problems)")
        return html
    }

    private static func article(_ markdown: String, _ images: [PageImage] = []) -> String {
        let html = html(markdown, images)
        guard let start = html.firstRange(of: "<article lang=\"\">\n"), let end = html.firstRange(of: "</article>")
        else { return "" }
        return String(html[start.upperBound..<end.lowerBound])
    }

    @Test("Markdown and its extensions are shown as what they mean")
    func markdown() {
        #expect(
            Self.article("# A *b*\n\ntext `x<y` **b**\\\nnext")
                == "<h1 id=\"s-a-b\">A <em>b</em></h1>\n<p>text <code>x&lt;y</code> <strong>b</strong><br>\nnext</p>\n")
        #expect(
            Self.article("- [x] done\n- [ ] not\n").contains(
                "<li class=\"task\"><input type=\"checkbox\" disabled checked aria-label=\"done\"> "))
        #expect(Self.article("3. a\n4. b") == "<ol dir=\"auto\" start=\"3\">\n<li>a\n</li>\n<li>b\n</li>\n</ol>\n")
        #expect(
            Self.article("~~old~~ https://a.example/?x=1&y=2").contains(
                "<del>old</del> <a href=\"https://a.example/?x=1&amp;y=2\" rel=\"noreferrer noopener\">"))
        #expect(
            Self.article("```swift x\nlet a = \"<b>\"\n```")
                == "<pre tabindex=\"0\"><code class=\"language-swift\">let a = &quot;&lt;b&gt;&quot;\n</code></pre>\n")
        #expect(Self.article("> a\n\n---\n") == "<blockquote dir=\"auto\">\n<p>a</p>\n</blockquote>\n<hr>\n")
    }

    @Test("a table can be scrolled by keyboard, and has its heads and alignments")
    func table() {
        #expect(
            Self.article("| a | b |\n|:-:|--:|\n| 1 | x\\|y |\n") == """
                <div class="table" role="region" aria-label="Table 1" tabindex="0"><table dir="auto"><thead><tr><th scope="col" class="c">a</th>\
                <th scope="col" class="r">b</th></tr></thead>
                <tbody><tr><td class="c">1</td><td class="r">x|y</td></tr>
                </tbody></table></div>

                """)
    }

    @Test("footnotes lead there and back, and one that nothing refers to is not lost")
    func footnotes() {
        let html = Self.article("a[^n] b[^n]\n\n[^n]: the note\n\n[^alone]: kept words\n")
        #expect(html.contains("<sup><a href=\"#n-1-1\" id=\"r-1-1\">1</a></sup> b<sup><a href=\"#n-1-1\">1</a></sup>"))
        #expect(html.contains("<li id=\"n-1-1\"><p>the note</p>\n<a href=\"#r-1-1\""))
        #expect(html.contains("kept words"))
    }

    @Test("HTML tables keep their structure and spans, and lose everything else")
    func htmlTables() {
        let html = Self.article(
            "<table class=x><thead><tr><th colspan=\"2\" onclick=\"x\">A &amp; B</th></tr></thead>\n<tr><td rowspan='3'>H<sub>2</sub>O<br/><td>b</table>"
        )
        #expect(
            html.contains(
                "<thead><tr><th colspan=\"2\">A &amp; B</th></tr>\n</thead><tr><td rowspan=\"3\">H<sub>2</sub>O<br></td><td>b</td></tr>\n</table></div>"
            ))
        #expect(!html.contains("onclick") && !html.contains("class=x"))
        #expect(Self.article("x<sup>2</sup> and <b>bold</b>") == "<p>x<sup>2</sup> and <b>bold</b></p>\n")
    }

    @Test("an image of the result stands in its place by whatever address of the API the document has")
    func images() {
        let image = PageImage(
            fileName: "a b.png", url: "https://api.example/results/job-1/images/a%20b.png", title: "T")
        for url in [
            "https://api.example/results/job-1/images/a%20b.png",
            "http://127.0.0.1:1/results/job-1/images/a%20b.png?x=1",
            "/results/job-1/images/a%20b.png", "images/a%20b.png", "a%20b.png",
        ] {
            #expect(
                Self.article("![alt \"q\"](\(url))", [image]).contains(
                    "<img src=\"images/a%20b.png\" alt=\"alt &quot;q&quot;\" loading=\"lazy\">"), "\(url)")
        }
        for url in [
            "https://api.example/results/job-2/images/a%20b.png", "https://far.example/a%20b.png", "images/none.png",
        ] {
            #expect(!Self.article("![alt](\(url))", [image]).contains("<img"), "\(url)")
        }
    }

    @Test("the figures of a document are its images in order when there are as many, and else captions alone")
    func figures() {
        let images = [
            PageImage(fileName: "1.png"), PageImage(fileName: nil, problem: "no"), PageImage(fileName: "3.png"),
        ]
        let text = "<figure>One</figure>\n\n<figure>Two &amp; more</figure>\n\n<figure>Three</figure>\n"
        let html = Self.article(text, images)
        #expect(
            html.contains(
                "<figure><img src=\"images/1.png\" alt=\"\" loading=\"lazy\"><figcaption>One</figcaption></figure>"))
        #expect(html.contains("<figure><figcaption>Two &amp; more</figcaption></figure>"))
        #expect(html.contains("<img src=\"images/3.png\" alt=\"\" loading=\"lazy\"><figcaption>Three"))
        #expect(!Self.article(text, Array(images.prefix(2))).contains("<img"))
    }

    @Test(
        "a figure with the title of an image as its caption shows that image, whatever the order and how many there are"
    )
    func titledFigures() {
        let images = [
            PageImage(fileName: "1.png", title: "Pipeline  by stage"),
            PageImage(fileName: "2.png", title: "Revenue & more"),
            PageImage(fileName: "3.png", title: "Revenue & more"), PageImage(fileName: nil, title: "Lost"),
            PageImage(fileName: "5.png", title: "Nowhere"),
        ]
        let captions = [
            "Chart: Revenue &amp; more", "Pipeline by stage", "Revenue &amp; more", "Chart: Revenue &amp; more",
            "Chart: Lost",
        ]
        let html = Self.article(captions.map { "<figure>\($0)</figure>\n\n" }.joined(), images)
        let order = html.matches(of: /src="images\/(.)\.png"/).map { String($0.1) }
        // There are as many figures as images, and yet none is taken for another by its place.
        #expect(order == ["2", "1", "3"], "\(order)")
        #expect(!Self.article("<figure>Chart: Lost</figure>\n", images).contains("<img"))
    }

    @Test("lists, quotations and tables run from right to left where their text does")
    func directions() {
        let html = Self.article("- שלום\n\n1. مرحبا\n\n> עברית\n\n| שם | 1 |\n|---|---|\n| א | 2 |\n")
        for tag in ["<ul dir=\"auto\">", "<ol dir=\"auto\">", "<blockquote dir=\"auto\">", "<table dir=\"auto\">"] {
            #expect(html.contains(tag), "\(tag)")
        }
    }

    @Test("dates are in one form, a form is shown first, and only trouble has the colour of trouble")
    func header() {
        let html = Self.html("# a") {
            ($0.created, $0.updated) = ("2024-01-22T08:00:52Z", "2024-01-22T08:01:10.5Z")
            $0.files.append("form.pdf")
            $0.highlights = [("The form", "form.pdf")]
        }
        #expect(
            html.contains(
                "<dt>Created (UTC)</dt><dd><time datetime=\"2024-01-22T08:00:52Z\">2024-01-22 08:00</time></dd>"))
        #expect(html.contains("<p class=\"notice\">The form: <a href=\"form.pdf\">form.pdf</a></p>"))
        #expect(!html.contains("class=\"notice bad\""))
        #expect(!Self.html(nil) { $0.state = .running }.contains("notice bad"))
        #expect(Self.html(nil) { ($0.state, $0.explanation) = (.failed, "no") }.contains("class=\"notice bad\""))
    }

    @Test("S1.12 values have their pages, which lead to the texts of those, and what is long is named")
    func parts() {
        let page: (inout JobPage) -> Void = {
            var parts = PageParts()
            parts.files = ["structured.json"]
            parts.values = [
                .init(topic: nil, field: "total.amount", text: "<12>", pages: [2, 9]),
                .init(topic: "fees & more", field: "name", text: "x"),
            ]
            parts.moreValues = "schema/a b.json"
            parts.tables = [
                .init(title: "T", place: "page 3", file: "tables/01.csv", rows: [["a", "b"], ["1", "</td>"]])
            ]
            parts.pages = .init(
                title: "Pages (2)",
                items: [("Page 1", "pages/0001.md", 1, nil), ("Page 2", "pages/0002.md", 2, "\ntwo <b>")],
                file: nil)
            parts.chunks = [
                .init(
                    title: "Chunks: semantic (3)", items: [("Chunk 1", nil, nil, "c")], file: "chunks/semantic.jsonl",
                    more: 2)
            ]
            $0.parts = parts
        }
        let html = Self.html("# no tables", [], page)
        #expect(html.contains("<li><a href=\"structured.json\">structured.json</a></li>"))
        #expect(
            html.contains(
                "<th scope=\"row\">total.amount</th><td>&lt;12&gt;</td><td><a href=\"#page-2\">2</a>, 9</td>"))
        #expect(html.contains("<h3>fees &amp; more</h3>") && html.contains("<a href=\"schema/a%20b.json\">"))
        #expect(html.contains("<div id=\"page-2\">") && html.contains("<pre tabindex=\"0\">\n\ntwo &lt;b&gt;</pre>"))
        #expect(html.contains("<li><a href=\"pages/0001.md\">Page 1</a></li>"))
        #expect(html.contains("2 more: <a href=\"chunks/semantic.jsonl\">"))
        #expect(html.contains("<td>1</td><td>&lt;/td&gt;</td>"))
        // A document with tables has them itself.
        let other = Self.html("| a |\n|---|\n| 1 |\n", [], page)
        #expect(other.contains("<li><a href=\"tables/01.csv\">T</a> <span class=\"place\">page 3</span></li>"))
        #expect(!other.contains("<td>&lt;/td&gt;</td>"))
        #expect(!Self.html(nil, [], page).contains("no document to show"))
    }

    @Test("a figure that names an image is that image or none, and never the next one in order")
    func namedFigures() {
        let images = ["1.png", "2.png"].map { (name: String) in
            PageImage(fileName: name, url: "https://api.example/results/job-1/images/\(name)")
        }
        func figures(_ source: String) -> String {
            Self.article("<figure><img src=\"\(source)\">One</figure>\n\n<figure>Two</figure>\n", images)
        }
        #expect(
            figures("/results/job-1/images/2.png").contains(
                "<img src=\"images/2.png\" alt=\"\" loading=\"lazy\"><figcaption>One"))
        for source in ["/results/job-2/images/1.png", "https://far.example/a.png", "images/none.png"] {
            #expect(!figures(source).contains("images/1.png") && figures(source).contains("images/2.png"), "\(source)")
        }
        let inline = "data:image/png;base64," + String(repeating: "QUJD", count: 20_000)
        for source in ["", inline] {
            let html = figures(source)
            #expect(html.contains("<img src=\"images/1.png\"") && !html.contains("QUJD"))
        }
    }

    @Test("S4.7 a page leads to no file beside it that a browser would run")
    func activeFiles() {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.files = ["result.md", "result.json", "result.html", "form.pdf", "images"]
        page.markdown = Array(
            """
            [a](result.html) [b](images/x.svg) [c](./images/x.SVG?y#z) [d](../job-2/result.html) [e](images/x) [f](x.xhtml)
            [g](result%2ehtml) [h](#top) [i](result.md) [j](images/a.png) [k](https://x.example/y.html)
            """.utf8)
        let html = String(decoding: page.html().joined(), as: UTF8.self)
        for target in ["html", "svg", "SVG", "images/x"] {
            #expect(!html.contains("href=\"result.\(target)") && !html.contains("href=\"images/x"), "\(target)")
        }
        for target in [
            "#top", "result.md", "images/a.png", "https://x.example/y.html", "result.json", "form.pdf", "images",
        ] {
            #expect(html.contains("href=\"\(target)\""), "\(target)")
        }
        #expect(html.contains("<li>result.html</li>") && !html.contains("%2ehtml") && !html.contains("xhtml\""))
    }

    @Test("the gallery leads to pictures, and not to what a browser would run as a page")
    func galleryLinks() {
        let html = Self.html(nil, ["a.svg", "b.PNG", "c.html", "d", "e.bin"].map { PageImage(fileName: $0) })
        #expect(html.contains("<a href=\"images/b.PNG\">") && html.contains("<figure><img src=\"images/a.svg\""))
        for name in ["a.svg", "c.html", "d", "e.bin"] { #expect(!html.contains("href=\"images/\(name)\""), "\(name)") }
    }

    @Test("the gallery has every image with what is known of it, and says why one is not there")
    func gallery() {
        let html = Self.html(
            nil,
            [
                PageImage(
                    fileName: "a.png", title: "Revenue", kind: "bar",
                    source: .init(sheet: "Q1", range: "B2:D9", pageNumber: 3)),
                PageImage(fileName: nil, kind: "logo", problem: "could not be drawn"),
            ])
        #expect(
            html.contains(
                "<a href=\"images/a.png\"><img src=\"images/a.png\" alt=\"Revenue\" loading=\"lazy\"></a><figcaption>Revenue (bar)<br><span class=\"place\">Q1, B2:D9, page 3</span>"
            ))
        #expect(html.contains("logo<br>There is no picture: could not be drawn"))
    }

    @Test("headings of the same text have different ids, and three of them make a table of contents")
    func headings() {
        let html = Self.html("# Same\n\n## Same\n\n## Same-2\n\n### 中文 ü\n\n## <script>\n\n# Same\n")
        for id in ["s-same", "s-same-2", "s-same-2-2", "s-same-3", "s-script"] {
            #expect(html.contains("id=\"\(id)\""), "\(id)")
        }
        #expect(html.contains("<li class=\"l3\"><a href=\"#s-%E4%B8%AD%E6%96%87-%C3%BC\">中文 ü</a></li>"))
        #expect(html.contains("<title>Same</title>"))
        #expect(Self.article("# Mu\u{308}ller น้ำประปา\n").contains("id=\"s-mu\u{308}ller-น้ำประปา\""))
        #expect(!Self.html("# One\n\n# Two\n").contains("<nav"))
    }

    @Test("a page says how the job stands, in each state")
    func states() {
        #expect(
            Self.html("") {
                $0.creditsUsed = 2; $0.pageCount = 5; $0.warnings = ["w1"]
            }.contains("<dt>Pages</dt><dd>5</dd></div>\n<div><dt>Credits</dt><dd>2</dd>"))
        #expect(Self.html("").contains("<h1>job-1</h1>"))
        let running = Self.html(nil) { $0.state = .running }
        #expect(
            running.contains("<meta http-equiv=\"refresh\" content=\"5\">") && running.contains("still being processed")
        )
        let failed = Self.html(nil) { ($0.state, $0.explanation) = (.failed, "The job failed: <x>.\nMend it.\n") }
        #expect(
            failed.contains("The job failed: &lt;x&gt;.\nMend it.</p>") && !failed.contains("http-equiv=\"refresh\""))
        #expect(Self.html(nil).contains("no document to show"))
    }

    @Test("right-to-left, Chinese and characters outside the first plane come through as they are")
    func scripts() {
        let text = "مرحبا بالعالم שלום 中文 日本語 𝄞 👩‍👩‍👧 e\u{301}"
        #expect(Self.article(text) == "<p>\(text)</p>\n")
        #expect(Self.article("\u{FEFF}# BOM").contains("BOM"))
    }

    @Test("bytes that are no UTF-8, and characters that HTML does not have, become the sign for that")
    func invalid() {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = [0x61, 0xFF, 0xC3, 0x0A, 0x0A, 0x62, 0x00, 0x01, 0x7F]
        let bytes = Array(page.html().joined())
        let html = String(validating: bytes, as: UTF8.self)
        #expect(html?.contains("<p>a\u{FFFD}") == true && html?.contains("\u{1}") == false)
    }

    @Test("the same values make the same bytes, and the policy names the style by its digest")
    func same() {
        #expect(Self.html("# a") == Self.html("# a"))
        let html = Self.html("# a")
        #expect(html.contains("default-src 'none'; img-src 'self' file:; style-src 'sha256-\(Stylesheet.digest)'"))
        #expect(Stylesheet.digest.count == 44 && Stylesheet.digest.hasSuffix("="))
        #expect(
            !Stylesheet.text.contains("url(") && !Stylesheet.text.contains("@import") && !Stylesheet.text.contains("<"))
    }
}
