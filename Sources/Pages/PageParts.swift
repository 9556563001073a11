/// What a page shows of the parts of a result. Every text is data from outside.
package struct PageParts: Sendable {
    /// A value that was asked for by schema.
    package struct Value: Sendable, Equatable {
        package let topic: String?
        /// As a path: `total.amount`, `lines[2].price`.
        package let field: String
        package let text: String
        /// The pages that it was taken from, as far as they are known.
        package var pages: [Int]

        package init(topic: String?, field: String, text: String, pages: [Int] = []) {
            (self.topic, self.field, self.text, self.pages) = (topic, field, text, pages)
        }
    }

    /// A table, and where it is as a file. No rows: too many to be shown.
    package struct Table: Sendable {
        package var title: String?
        /// Where it was, such as `Sheet1, B2:D9, page 3`.
        package var place: String
        package var file: String
        package var rows: [[String]]

        package init(title: String?, place: String, file: String, rows: [[String]]) {
            (self.title, self.place, self.file, self.rows) = (title, place, file, rows)
        }
    }

    /// Texts that stand in one file or directory: pages, or the chunks of a strategy. Those that are not shown have no text.
    package struct Texts: Sendable {
        package var title: String
        package var items: [(name: String, file: String?, number: Int?, text: String?)]
        /// The file that has all of them.
        package var file: String?
        /// How many more there are in the file.
        package var more = 0

        package init(
            title: String, items: [(name: String, file: String?, number: Int?, text: String?)], file: String?,
            more: Int = 0
        ) {
            (self.title, self.items, self.file, self.more) = (title, items, file, more)
        }
    }

    /// Parts that stand beside the page, by name.
    package var files: [String] = []
    package var values: [Value] = []
    /// The file that has the rest of the values; nil when all are shown.
    package var moreValues: String?
    package var tables: [Table] = []
    package var pages: Texts?
    package var chunks: [Texts] = []

    package init() {}

    /// There is nothing of it to show but names of files.
    var isEmpty: Bool { values.isEmpty && tables.isEmpty && pages == nil && chunks.isEmpty }
}

extension PageParts {
    /// Sections behind the document. A table is written out where the document has none at all; else it stands there.
    func write(to html: inout HTMLText, hasTables: Bool) {
        writeValues(&html)
        writeTables(&html, areShown: !hasTables)
        let texts = ([pages] + chunks.map(Optional.some)).compactMap(\.self)
        guard !texts.isEmpty else { return }
        html.raw("<section class=\"more\" aria-labelledby=\"texts\">\n<h2 id=\"texts\">Pages and chunks</h2>\n")
        for text in texts { Self.write(text, to: &html) }
        html.raw("</section>\n")
    }

    /// The pages whose texts are in the page.
    private var shownPages: Set<Int> { Set((pages?.items ?? []).filter { $0.text != nil }.compactMap(\.number)) }

    private func writeValues(_ html: inout HTMLText) {
        guard !values.isEmpty else { return }
        html.raw("<section class=\"more\" aria-labelledby=\"values\">\n<h2 id=\"values\">Values</h2>\n")
        let shown = shownPages
        var topic: String??
        for value in values {
            if topic != .some(value.topic) {
                if topic != nil { Self.endTable(&html) }
                if let name = value.topic {
                    html.raw("<h3>")
                    html.text(name)
                    html.raw("</h3>\n")
                }
                Self.beginTable("Values", &html)
                html.raw("<thead><tr>")
                for head in ["Field", "Value", "Page"] { html.raw("<th scope=\"col\">\(head)</th>") }
                html.raw("</tr></thead>\n<tbody>\n")
                topic = .some(value.topic)
            }
            html.raw("<tr><th scope=\"row\">")
            html.text(value.field)
            html.raw("</th><td>")
            html.text(value.text)
            html.raw("</td><td>")
            for (place, page) in value.pages.enumerated() {
                if place > 0 { html.raw(", ") }
                html.raw(shown.contains(page) ? "<a href=\"#page-\(page)\">\(page)</a>" : "\(page)")
            }
            html.raw("</td></tr>\n")
        }
        Self.endTable(&html)
        if let moreValues {
            html.raw("<p>There are more: all of them are in ")
            Self.link(moreValues, moreValues, &html)
            html.raw(".</p>\n")
        }
        html.raw("</section>\n")
    }

    private func writeTables(_ html: inout HTMLText, areShown: Bool) {
        guard !tables.isEmpty else { return }
        html.raw("<section class=\"more\" aria-labelledby=\"tables\">\n<h2 id=\"tables\">Tables</h2>\n")
        if !areShown { html.raw("<ul>\n") }
        for (place, table) in tables.enumerated() {
            html.raw(areShown ? "<h3>" : "<li>")
            Self.link(table.title ?? table.file, table.file, &html)
            if !table.place.isEmpty {
                html.raw(" <span class=\"place\">")
                html.text(table.place)
                html.raw("</span>")
            }
            html.raw(areShown ? "</h3>\n" : "</li>\n")
            guard areShown, let first = table.rows.first else { continue }
            Self.beginTable("Table \(place + 1)", &html)
            html.raw("<tbody>\n")
            for (number, row) in table.rows.enumerated() {
                html.raw("<tr>")
                for cell in number == 0 ? first : row {
                    html.raw(number == 0 ? "<th>" : "<td>")
                    html.text(cell)
                    html.raw(number == 0 ? "</th>" : "</td>")
                }
                html.raw("</tr>\n")
            }
            Self.endTable(&html)
        }
        html.raw(areShown ? "</section>\n" : "</ul>\n</section>\n")
    }

    private static func write(_ texts: Texts, to html: inout HTMLText) {
        html.raw("<details><summary>")
        html.text(texts.title)
        html.raw("</summary>\n")
        let named = texts.items.filter { $0.text == nil }
        for item in texts.items {
            guard let text = item.text else { continue }
            html.raw("<details><summary>")
            html.text(item.name)
            html.raw("</summary>\n")
            // A browser opens what is around the place that a link leads to.
            html.raw(item.number.map { "<div id=\"page-\($0)\">" } ?? "<div>")
            if let file = item.file {
                html.raw("<p>")
                link(file, file, &html)
                html.raw("</p>")
            }
            // A line feed at the very start is none of the text (HTML, 13.1.2.5).
            html.raw("<pre tabindex=\"0\">\n")
            html.text(text)
            html.raw("</pre></div></details>\n")
        }
        if !named.isEmpty {
            html.raw("<ul class=\"names\">\n")
            for item in named {
                html.raw("<li>")
                if let file = item.file { link(item.name, file, &html) } else { html.text(item.name) }
                html.raw("</li>\n")
            }
            html.raw("</ul>\n")
        }
        if let file = texts.file {
            html.raw("<p>")
            if texts.more > 0 { html.raw("\(texts.more) more: ") }
            link(file, file, &html)
            html.raw("</p>\n")
        }
        html.raw("</details>\n")
    }

    private static func beginTable(_ label: String, _ html: inout HTMLText) {
        html.raw("<div class=\"table\" role=\"region\" aria-label=\"\(label)\" tabindex=\"0\"><table dir=\"auto\">\n")
    }

    private static func endTable(_ html: inout HTMLText) { html.raw("</tbody></table></div>\n") }

    /// A part below the job's directory.
    private static func link(_ words: String, _ path: String, _ html: inout HTMLText) {
        let isInert = LinkTarget.isInert(path)
        if isInert {
            let segments = path.split(separator: "/").map { LinkTarget.segment(String($0)) }
            html.raw("<a href=\"\(segments.joined(separator: "/"))\">")
        }
        html.text(words)
        if isInert { html.raw("</a>") }
    }
}
