import PulseTestSupport
import Testing

@testable import Pages

@Suite("Pages: the page of all jobs")
struct JobsPageTests {
    private static func row(_ id: String, _ status: String = "completed", thumbnail: String? = nil) -> JobsPage.Row {
        JobsPage.Row(
            id: id, status: status, created: "2024-01-22T08:00:52Z", updated: nil,
            pageCount: thumbnail == nil ? nil : 12, thumbnail: thumbnail)
    }

    private static func html(_ page: JobsPage) -> String { String(decoding: page.html(), as: UTF8.self) }

    @Test("each job has a row with a link to its page, and an image only where one is named")
    func rows() {
        let html = Self.html(JobsPage(rows: [Self.row("b", thumbnail: "a b.png"), Self.row("a")], isCut: false))
        #expect(
            html.contains(
                "<a href=\"b/index.html\">b</a></th><td>completed</td><td></td><td><time datetime=\"2024-01-22T08:00:52Z\">2024-01-22 08:00</time></td>"
            ))
        #expect(html.contains("<img src=\"b/images/a%20b.png\" alt=\"\" loading=\"lazy\">"))
        #expect(
            html.components(of: "<td class=\"r\">12</td>") == 1 && html.components(of: "<td class=\"r\"></td>") == 1)
        #expect(html.components(of: "<img") == 1 && html.components(of: "<tr>") == 3)
    }

    @Test("a document that has a title is called by it, and its job by the id beside it")
    func titles() {
        var row = Self.row("a")
        (row.title, row.kind) = ("Lease <of> the mill", "extraction")
        let html = Self.html(JobsPage(rows: [row], isCut: false))
        #expect(
            html.contains(
                "<a href=\"a/index.html\">Lease &lt;of&gt; the mill</a><br><span class=\"place\">a</span></th><td>completed</td><td>extraction</td>"
            ), "\(html)")
        #expect(StrictHTML(html).problems.isEmpty)
    }

    @Test("texts from outside are texts, and a list that is cut says so")
    func hostile() {
        let nasty = "\"><script>alert(1)</script>'"
        var row = Self.row(nasty, nasty)
        (row.title, row.kind) = (nasty, nasty)
        let page = JobsPage(rows: [row], isCut: true)
        let read = StrictHTML(Self.html(page))
        #expect(read.problems.isEmpty && read.tags["script"] == nil, "\(read.problems)")
        #expect(Self.html(page).contains("The latest 1 known jobs"))
        let none = StrictHTML(Self.html(JobsPage(rows: [], isCut: false)))
        #expect(none.problems.isEmpty && none.text.contains("None yet."))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
