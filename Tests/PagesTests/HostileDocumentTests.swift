import PulseTestSupport
import Testing

@testable import Pages

@Suite("Pages: documents that mean harm")
struct HostileDocumentTests {
    private static let sources: [String] = [
        "<script>alert(1)</script>", "<ScRiPt src=//evil.example/x.js></sCrIpT>", "<img src=x onerror=alert(1)>",
        "text <img src=x onerror='alert(1)'> text",
        "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>", "<style>@import 'https://evil.example';</style>",
        "<link rel=stylesheet href=https://evil.example>", "<base href=https://evil.example/>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<form action=https://evil.example><input name=a>",
        "<!-- a comment --><!-- one without an end", "<![CDATA[<script>alert(1)</script>]]>", "<?php echo 1 ?>",
        "<!DOCTYPE x>",
        "<table background=https://evil.example><tr onclick=alert(1)><td style='x:expression(1)'>cell</table>",
        "<td>a cell alone", "</table></main></body></html>", "<table><table><table><tr><tr><td><table>",
        "<table><tr><td colspan='\"><script>alert(1)</script>'>x",
        "<table>words <b>bold</b><tr>more<td>cell</tr>after</table>",
        "<figure><script>alert(1)</script><img src='javascript:alert(1)'>caption", "<figure><figure><table></figure>",
        "<sub><sup></sub></sup>", "a <sub>b *c</sub> d* e", "<table><tr><td><sub>a<tr><td>b</table>",
        "<br/><BR><br x=y>",
        "<a href=\"javascript:alert(1)\">x</a>", "<x a='>'><y b=\">", "<a b=c d", "< script>",
        "<\u{0}script>alert(1)</script>",
        "<math><mi xlink:href=\"data:x,<script>alert(1)</script>\">", "<template><script>alert(1)</script></template>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<table><tr><td>&lt;script&gt;&#60;script>&#x3c;b>&nosuch;&;&#0;&#xD800;</table>",
        "&#x3C;script&#x3E;", "<table><tr><td>&notit; &ampx; &eacute; &copy &NotEqualTilde; &#133; &#x85;</table>",
        String(repeating: "> ", count: 60) + "deep", String(repeating: "- ", count: 60) + "deep",
        (0..<60).map { String(repeating: "  ", count: $0) + "- deep\n" }.joined(),
        String(repeating: "- ", count: 15) + "| a | b |\n" + String(repeating: "  ", count: 15) + "|---|---|",
        String(repeating: "> ", count: 30) + "| a | b |\n" + String(repeating: "> ", count: 30) + "|---|---|",
        "\u{202e}<script>\u{202c}",
        "<ul><li><b>a<table><caption>b<tfoot><tr><td><ul><li><h1>c</ul></table>d</li>", "<li>a<li>b",
        "<ol><b>a</b><p>b",
        "<h1><h2><p><div><h3>x</h1>", "<p><ul><p><li><div><p>", "<b><i><u><s><em><strong>x</b>y</em>",
        "<caption>a</caption>",
        "<table>a<caption>b</caption>", "<table><ul><tr><li>", "<b onclick=alert(1)>x</b onclick=alert(1)>",
        "<div style='position:fixed'><p id=content class=skip>x", "<ol start=-1><li>a", "<ol start='1\" onclick=\"x'>b",
        "$<script>alert(1)</script>$", "$$\n<img src=x onerror=alert(1)>\n$$", "\\(<b>\\)</b>", "$a\"b'c>d<e$",
        "<b $x$>$y$</b $z$>",
        "<figure>a<b>b<table><tr><td>c</figure>d", "<figure><ul><li>a</figure></ul>", "&#2;dmhd&#3;", "&#2;ppppoo&#3;",
        "<!-->a<!--->b", "<!-- a --!> <script>alert(1)</script> -->",
        "<table>\n\n<script>alert(1)</script>\n\n</table>",
        "<img src='data:text/html,<script>alert(1)</script>'>", "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    ]

    private static let urls: [String] = [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java&#115;cript:alert(1)", "java&Tab;script:alert(1)",
        "java&NewLine;script:alert(1)", "&#1;javascript:alert(1)", "%6Aavascript:alert(1)", "javascript&colon;alert(1)",
        "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd", "//evil.example/x",
        "\\\\\\\\evil.example\\\\x", "/\\\\evil.example", "blob:x", "about:blank", "view-source:x", "jar:x",
        "ms-word:x",
        "x\" onclick=alert(1) y=\"", "x' onclick='alert(1)", "<javascript:alert(1)>",
        "https://evil.example/?a=1&b=\"'<>",
        "http:\\\\evil.example", "#s-a", "other.pdf", "../../etc/passwd", "", " ", "https:",
        "mailto:a@b.example?subject=x",
    ]

    private static func page(_ markdown: String, _ images: [PageImage]) -> JobPage {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = Array(markdown.utf8)
        page.images = images
        return page
    }

    private static func read(_ markdown: String, _ images: [PageImage] = []) -> (html: String, read: StrictHTML) {
        let html = String(decoding: page(markdown, images).html().joined(), as: UTF8.self)
        return (html, StrictHTML(html))
    }

    @Test(
        "no HTML of a document becomes markup, but for tables and the like, alone and among others", arguments: sources)
    func html(_ source: String) {
        for document in [
            source, "a \(source) b", "> - \(source)\n\n# \(source)", "| \(source) |\n|--|\n| \(source) |",
            "[\(source)](x)",
        ] {
            let (_, read) = Self.read(document + "\n\nafter\n\n<table><tr><td>x</td></tr></table>\n")
            #expect(read.problems.isEmpty, "\(document): \(read.problems)")
            #expect(read.tags["script"] == nil && read.tags["style"] == 1 && read.tags["meta"] == 4)
            #expect(read.text.contains("after"))
        }
    }

    @Test(
        "brackets that are no note keep all their words, also over lines, and notes are notes",
        arguments: [
            "a[^ab\ncd] zz", "a[^ab\n\u{e9}\u{e9} cd\n`ef` gh] zz", "> a[^ab\n> cd] zz",
            "a[^ab *cd\nef* [gh](#x)\nzz] q",
            "a[^ab [cd] ef\ngh] zz", "a[^ab cd] zz", "- a[^ab\n  cd\n- ef] zz", "a [^\nab] zz", "a[^ab[cd\nef]] zz",
            "[^ab\ncd]: ef zz",
            "a[^ab `]`cd\nef] zz", "a[^ab <b x=]>cd</b>\nef] zz", "a[^ab \\] cd\nef] zz", "`[^ab cd` zz",
            "\\[^ab\ncd] zz", "a[^ab]\nzz [^cd ef]\n\n[^ab]: gh",
        ])
    func notesThatAreNone(_ source: String) throws {
        var page = JobPage(id: "job", state: .completed, status: "completed")
        page.markdown = Array(source.utf8)
        let html = try #require(String(validating: page.html().joined(), as: UTF8.self))
        let article = try #require(html.split(separator: "<main").last)
        for word in ["ab", "cd", "ef", "gh", "zz"] where source.contains(word) && !source.contains("[^ab]") {
            #expect(article.contains(word), "\(article.prefix(300))")
        }
        #expect(article.contains("zz") && (!article.contains("\\") || source.hasPrefix("`")), "\(article.prefix(300))")
        #expect(source.contains("[^ab]:") == article.contains("class=\"notes\""))
    }

    @Test("a page is UTF-8 whatever bytes the document has, and every beginning of them")
    func invalidBytes() {
        let bytes: [UInt8] = [
            0x61, 0x5B, 0x5E, 0x11, 0x0A, 0x20, 0x00, 0x00, 0x5D, 0x5B, 0x31, 0x0A, 0x0A, 0x3A, 0x20, 0x6E, 0x6F, 0x74,
            0x65, 0x0A, 0x0A, 0x60, 0x60, 0x60, 0x73, 0x3C, 0x66, 0x69, 0x67, 0x75, 0x72, 0x65, 0x3C, 0x20, 0x5D, 0x79,
            0x0A, 0x60, 0x60, 0x60, 0x60, 0x33, 0x65, 0x23, 0x23, 0x23, 0xFF, 0xFF, 0x1F,
        ]
        for count in 0...bytes.count {
            var page = JobPage(id: "job", state: .completed, status: "completed")
            page.markdown = Array(bytes.prefix(count))
            #expect(String(validating: page.html().joined(), as: UTF8.self) != nil)
        }
    }

    @Test("all of it at once, and every beginning of it, is a whole page")
    func beginnings() {
        let all: String = Self.sources.joined(separator: "\n\n") + Self.sources.joined()
        for length in stride(from: 0, to: all.count, by: 7) {
            let (_, read) = Self.read(String(all.prefix(length)))
            #expect(read.problems.isEmpty, "\(length): \(read.problems)")
        }
    }

    @Test("characters that HTML has a name for are what they stand for, and other names stay as they are")
    func entities() {
        let html = Self.read("<table><tr><td>&eacute;&#233;&#xE9; &lt;b&gt; &notit; &nosuch; &copy &#0;</table>").html
        #expect(html.contains("<td>ééé &lt;b&gt; &amp;notit; &amp;nosuch; &amp;copy \u{FFFD}</td>"))
    }

    @Test("a link leads only where nothing is run, however its address is spelled", arguments: urls)
    func links(_ url: String) {
        for document in [
            "[x](\(url))", "[x](<\(url)>)", "![x](\(url))", "<\(url)>", "[x]: \(url)\n\n[x]", "[![a](\(url))](\(url))",
            "<img src=\"\(url)\" alt=\"y\">", "[a \(url) b](https://good.example)",
        ] {
            let (html, read) = Self.read(document)
            #expect(read.problems.isEmpty, "\(document): \(read.problems)")
            #expect(!html.contains("<img"))
        }
    }

    @Test("what is no link any more keeps its words")
    func words() {
        let (html, _) = Self.read("[the words](javascript:alert(1)) ![the picture](https://far.example/a.png)")
        #expect(html.contains("the words") && !html.contains("javascript"))
        #expect(
            html.contains(
                "<a class=\"absent\" href=\"https://far.example/a.png\" rel=\"noreferrer noopener\">the picture</a>"))
    }

    @Test("names and captions with quotes, brackets and percent signs are texts and addresses, and nothing else")
    func names() {
        let name = "a\"b'c<d>&e%20 f#g?h\u{202e}.png"
        let nasty = "\"><script>alert(1)</script>'"
        let image = PageImage(
            fileName: name, url: nasty, title: nasty, kind: nasty,
            source: .init(sheet: nasty, range: nasty, pageNumber: 3))
        let (html, read) = Self.read("<figure>\(nasty)</figure>", [image, PageImage(fileName: nil, problem: nasty)])
        #expect(read.problems.isEmpty, "\(read.problems)")
        #expect(html.contains("src=\"images/a%22b%27c%3Cd%3E%26e%2520%20f%23g%3Fh%E2%80%AE.png\""))
        var page = JobPage(id: nasty, state: .failed, status: nasty)
        (page.created, page.updated, page.explanation, page.warnings) = (nasty, nasty, nasty, [nasty])
        #expect(StrictHTML(String(decoding: page.html().joined(), as: UTF8.self)).problems.isEmpty)
    }

    @Test("any mixture of signs is a whole page")
    func mixtures() {
        let parts: [String] =
            Self.sources
            + [
                "\n\n", "\n", "    ", "> ", "- ", "1. ", "| a | b |\n|---|---|\n", "`", "```\n", "*", "**", "~~", "[",
                "](", ")", "![",
                "[^1]", "[^1]: ", "# ", "<sub>", "</sub>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<figure>",
                "</figure>", "é", "😀", "$", "$$", "\\(", "\\)", "<ul>", "<li>", "</ul>", "<p>", "<div>", "</div>",
                "<b>", "</b>",
                "<h2>", "</h2>", "<caption>", "<tfoot>", "<!--", "-->", "|",
            ]
        var generator = Seeded(state: 7)
        for _ in 0..<600 {
            let document = (0..<Int.random(in: 1...24, using: &generator))
                .compactMap { _ in parts.randomElement(using: &generator) }.joined()
            let (_, read) = Self.read(document, [PageImage(fileName: "a.png")])
            #expect(read.problems.isEmpty, "\(document.debugDescription): \(read.problems)")
        }
    }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(
        "a document that is made to take long takes seconds, and its page is whole",
        .timeLimit(.minutes(2)),
        arguments: [
            "[", "![[]()", "*a_ ", "**x ", "<", "<!--", "`a``", "[^a]", "| a ", "|-|\n", "> ", "- ", "[a](", "a@",
            "a@b.", "x@y.z:",
            "www.a", "![", "<a x='", "1. a\n ", "~~~\n", "| a\n|-\n", "_a*b ", "*~", "[^1]: x [^1]\n", "<table>",
            "<tr><td>", "<sub>",
            "<figure>", "# a\n", "<td", "&#", "\\", "[a]: u\n\n", "\n[^a]: ",
        ])
    func slow(_ pattern: String) {
        let document = String(repeating: pattern, count: 300_000 / pattern.utf8.count)
        var html: [[UInt8]] = []
        let time = ProcessorTime.measure {
            html = Self.page(document, []).html()
        }
        #expect(time < .seconds(20), "\(time)")
        let problems = StrictHTML(String(decoding: html.joined(), as: UTF8.self)).problems
        #expect(problems.isEmpty, "\(problems.prefix(3))")
    }
}
