extension DocumentLayout {
    /// The document as an HTML page, as the API returns it on request.
    func html(title: String) -> String {
        let body = placed.map { placed in
            switch placed.block.kind {
            case .title(let level): "<h\(level)>\(Self.inline(placed.block.plainText))</h\(level)>"
            case .table: Self.table(placed.block.cells)
            case .text: "<p>\(Self.inline(placed.block.markdown))</p>"
            case .figure:
                """
                <figure data-bb-image-id="\(imageID(placed.number))">\
                <figcaption>\(Self.inline(placed.block.plainText))</figcaption></figure>
                """
            }
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><title>\(Self.escape(title))</title></head>
            <body>
            \(body.joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private static func table(_ cells: [[String]]) -> String {
        let rows = cells.enumerated().map { index, row in
            let tag = index == 0 ? "th" : "td"
            return "<tr>" + row.map { "<\(tag)>\(escape($0))</\(tag)>" }.joined() + "</tr>"
        }
        return "<table>\n\(rows.joined(separator: "\n"))\n</table>"
    }

    /// Escapes the text and turns every second `**` into the end of bold.
    private static func inline(_ text: String) -> String {
        escape(text).split(separator: "**", omittingEmptySubsequences: false).enumerated()
            .map { index, part in index % 2 == 1 ? "<strong>\(part)</strong>" : String(part) }
            .joined()
            .replacing("\n", with: "<br>\n")
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
