/// What the page of all jobs shows. Every text is data from outside.
package struct JobsPage: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        package var id: String
        /// As the API spells it.
        package var status: String
        /// As ISO 8601 has it, in UTC.
        package var created: String?
        package var updated: String?
        package var pageCount: Int?
        /// The name of an image that is here; another would be fetched by whoever opens the page.
        package var thumbnail: String?
        /// What people call the document.
        package var title: String?
        /// What was done with it, in a word.
        package var kind: String?

        package init(
            id: String, status: String, created: String?, updated: String?, pageCount: Int?, thumbnail: String?,
            title: String? = nil, kind: String? = nil
        ) {
            self.id = id
            self.status = status
            self.created = created
            self.updated = updated
            self.pageCount = pageCount
            self.thumbnail = thumbnail
            self.title = title
            self.kind = kind
        }
    }

    /// Newest first.
    package var rows: [Row]
    /// There are more jobs than rows.
    package var isCut: Bool

    package init(rows: [Row], isCut: Bool) {
        self.rows = rows
        self.isCut = isCut
    }

    package func html() -> [UInt8] {
        var html = HTMLText()
        Frame.begin(&html, title: "Jobs")
        html.raw("<header>\n<h1>Jobs</h1>\n<p>")
        html.raw(isCut ? "The latest \(rows.count) known jobs. " : "The known jobs. ")
        html.raw(
            "The API has no list of jobs: open any other job by its id.</p>\n</header>\n<main id=\"content\">\n"
        )
        if rows.isEmpty {
            html.raw("<p>None yet.</p>\n")
        } else {
            html.raw(
                "<div class=\"table\" role=\"region\" aria-label=\"Jobs\" tabindex=\"0\"><table class=\"jobs\">\n<thead><tr>"
            )
            for head in Self.heads {
                html.raw("<th scope=\"col\">\(head)</th>")
            }
            html.raw("</tr></thead>\n<tbody>\n")
            for row in rows { Self.write(row, to: &html) }
            html.raw("</tbody></table></div>\n")
        }
        html.raw("</main>\n<footer>Shown by PulseFS. Nothing in this page asks the network.</footer>\n")
        Frame.end(&html)
        return html.take()
    }

    /// The stylesheet has them once more, for where there is no room for a row of heads.
    private static let heads = ["Document", "Status", "Kind", "Created (UTC)", "Updated (UTC)", "Pages", "Image"]

    private static func write(_ row: Row, to html: inout HTMLText) {
        let directory = LinkTarget.segment(row.id)
        html.raw("<tr><th scope=\"row\"><a href=\"\(directory)/index.html\">")
        html.text(row.title ?? row.id)
        html.raw("</a>")
        if row.title != nil {
            html.raw("<br><span class=\"place\">")
            html.text(row.id)
            html.raw("</span>")
        }
        html.raw("</th>")
        for text in [row.status, row.kind] {
            html.raw("<td>")
            html.text(text ?? "")
            html.raw("</td>")
        }
        for moment in [row.created, row.updated] {
            html.raw("<td>")
            // Which of two came first within a minute is told by their order.
            if let moment { html.moment(moment) }
            html.raw("</td>")
        }
        html.raw("<td class=\"r\">\(row.pageCount.map(String.init) ?? "")</td><td>")
        if let image = row.thumbnail {
            Pictures.writeImage("\(directory)/images/\(LinkTarget.segment(image))", alt: [], title: nil, to: &html)
        }
        html.raw("</td></tr>\n")
    }
}
