import PulseTestSupport
import Testing

@testable import Pages

@Suite("Pages: time as a function of length", .serialized)
struct LinearTimeTests {
    private static func time(_ pattern: String, _ size: Int) -> Duration {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.markdown = Array(String(repeating: pattern, count: size / pattern.utf8.count).utf8)
        return ProcessorTime.measure { _ = page.html() }
    }

    /// Other tests share the processor's caches, so one of a few rounds has to show it. Four times the length takes four times
    /// as long; sixteen times, if it were the square.
    @Test(
        "S5.4 four times the document takes about four times as long, whatever it repeats",
        .timeLimit(.minutes(5)),
        arguments: [
            "<a b='", "<a b=\"", "<a b='\" c=\"'", "<", "[", "![", "$", "$a ", "$$a ", "<!--", "a <!--", "<!-- -->",
            "<div>", "<div>\n",
            "<ul>", "<ul><li>", "<table>\n\n", "<table>", "</table>", "| <ul></ul> ", "<table></table>",
            "x <ul></ul>\n", "`", "`a``b```",
            "\\(", "\\[a\\]", "\\(\\)", "](data:", "]: data:", "<img src='data:", "<img src=\"data:x\">", "http://",
            "<b>", "<b></b>",
            "<p>", "<h1>", "<figure>", "&#2;", "\u{2}", "<https:", "    <!-- -->",
        ])
    func linear(_ pattern: String) {
        var ratios: [Double] = []
        for _ in 0..<4 {
            let (short, long) = (Self.time(pattern, 1 << 17), Self.time(pattern, 1 << 19))
            ratios.append(long / max(short, .milliseconds(20)))
            if ratios.contains(where: { $0 < 9 }) { return }
        }
        Issue.record("\(pattern): \(ratios)")
    }
}
