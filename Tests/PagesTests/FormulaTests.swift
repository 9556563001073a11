import PulseTestSupport
import Testing

@testable import Pages

@Suite("Pages: formulas")
struct FormulaTests {
    private static func article(_ markdown: String) -> String {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = Array(markdown.utf8)
        let html = String(decoding: page.html().joined(), as: UTF8.self)
        let read = StrictHTML(html)
        #expect(read.problems.isEmpty, "\(markdown): \(read.problems)")
        guard let start = html.firstRange(of: "<article lang=\"\">\n"), let end = html.firstRange(of: "</article>")
        else { return "" }
        return String(html[start.upperBound..<end.lowerBound])
    }

    private static func math(_ formula: String) -> String { "<code class=\"math\">\(formula)</code>" }

    @Test(
        "a formula stands as it was written, wherever it is",
        arguments: [
            "$E = mc^2$", "$$a_1 * b_2 * c_3$$", #"\(x_i \, y_i\)"#, #"\[ \sum_{i=1}^{n} *x* \\ [2pt] \]"#,
            #"$\{a_1, **b**\}$"#, "$~~x~~ \\~ `$", "$x$", "$f[a](b)$",
            "$$\n\\begin{aligned}\na &= b \\\\\n- c &+ d\n\\end{aligned}\n$$",
            "\\[\n# x\n* y\n\\]", "$\\text{cost in \\$}$", "$n$",
        ])
    func asWritten(_ formula: String) {
        let html = Self.math(
            formula.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;"))
        #expect(Self.article(formula) == "<p>\(html)</p>\n")
        #expect(
            Self.article("See *\(formula)* and __b__ here.").contains("See <em>\(html)</em> and <strong>b</strong>"))
        if !formula.contains("\n") {
            #expect(Self.article("> - \(formula)").contains("<li>\(html)"))
            #expect(Self.article("| a |\n|---|\n| \(formula) |\n").contains("<td>\(html)</td>"))
            #expect(Self.article("<table><tr><td>\(formula)</td></tr></table>").contains("<td>\(html)</td>"))
            #expect(Self.article("# A \(formula)").contains(">A \(html)</h1>"))
            #expect(Self.article("**\(formula)**b").contains("<strong>\(html)</strong>b"))
            #expect(Self.article("[\(formula)](https://a.example/)").contains("noopener\">\(html)</a>"))
        }
    }

    @Test("signs of less and greater in a formula are neither tags nor quotations")
    func comparisons() {
        #expect(Self.article("$a<b$ and $c>d$") == "<p>\(Self.math("$a&lt;b$")) and \(Self.math("$c&gt;d$"))</p>\n")
        #expect(Self.article("$a &lt; b$") == "<p>\(Self.math("$a &lt; b$"))</p>\n")
        #expect(Self.article("> $$\n> a_1\n> + b_2\n> $$").contains(Self.math("$$\na_1\n+ b_2\n$$")))
        #expect(Self.article("| a |\n|---|\n| $\\|x\\|$ |\n").contains(Self.math("$\\|x\\|$")))
        #expect(Self.article("a\n\n  \\[x\\] \n").contains(Self.math("\\[x\\]")))
        #expect(
            Self.article("| a |\n|---|\n| $|x|$ and $a|b$ |\n").contains(
                ">\(Self.math("$|x|$")) and \(Self.math("$a|b$"))<"))
        #expect(Self.article("the $n$th of $\\{x\\}$s").contains("\(Self.math("$n$"))th of"))
    }

    @Test(
        "prices, currencies, paths and code are no formulas",
        arguments: [
            "costs $5 and $10", "from $5 to $10.", "$5, $6 and $7", "in US$, AU$ and NZ$ alone", "a $ b $ c", "$$", "$",
            #"\$a\$ b\$"#, "$a\n\nb$", "- $a\n- b$", "`$HOME` and `$PATH`", "``` \n$a$\n```", "    $a$",
            "https://a.example/?$top=1&$skip=2", "<https://a.example/?$a=1&$b=2>", "[x](https://a.example/$a$/b)",
            #"see \[1\] and \[Smith 2020\]"#, "|$5|$6|\n|--|--|\n|$7|$8|", "$$$a$$$",
            "| a $x | b y$ |\n|---|---|\n| c | d |", "<x title=\"$a$\">x</x>", "| $a | $b |\n|---|---|\n|$/kg|$/lb|",
        ])
    func prose(_ markdown: String) {
        let html = Self.article(markdown)
        #expect(!html.contains("class=\"math\""), "\(html)")
        #expect(html.filter { $0 == "$" }.count >= markdown.filter { $0 == "$" }.count, "\(html)")
    }

    @Test("what is no formula is what it was without them")
    func unchanged() {
        #expect(Self.article(#"see \[1\] and \[a\]"#) == "<p>see [1] and [a]</p>\n")
        #expect(Self.article("`a $x` and `y$ b`") == "<p><code>a $x</code> and <code>y$ b</code></p>\n")
        #expect(Self.article("1. a\n\n    ```sh\n    echo $a_b $c\n    ```\n").contains("echo $a_b $c\n"))
        #expect(Self.article("```\na\n\n$x$ \\(y\\)\n```\n").contains("$x$ \\(y\\)\n</code>"))
        #expect(Self.article("    \\(y\\)\n").contains("<code>\\(y\\)"))
        #expect(Self.article("![a $x_1$ b](https://a.example/)").contains(">a $x_1$ b</a>"))
        #expect(Self.article(#"[a](https://a.example/x\(1\))"#).contains("href=\"https://a.example/x(1)\""))
    }
}
