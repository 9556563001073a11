/// Writes a document as HTML, piece by piece, and finds its headings on the way.
///
/// Every tag is written here: nothing that a document says becomes markup, but for what `HTMLElements` let pass.
struct DocumentWriter {
    var html = HTMLText()
    var outline = Outline()
    let pictures: Pictures
    private var piece = 0

    /// What is nested deeper is shown without its own marks: it would be a column of letters.
    private static let deepest = 32

    // What is open in the piece that is being written.
    private(set) var depth = 0
    /// Where it began that marks are not shown.
    private var plainDepth: Int?
    /// Of the document's own HTML.
    var elements: HTMLElements
    /// What a figure says so far, in the HTML that is being written.
    var caption: HTMLText?
    /// Where there is room for blocks among the words: in a cell, or in an item of a list without room between its items.
    private(set) var roomyDepth: Int?
    /// Where the paragraph or the like begins, and what comes before the next word in it.
    private(set) var lineStart = 0
    var pending = ""
    private(set) var links: [Bool] = []
    private(set) var heading: (start: Int, text: [UInt8])?
    private var imageDepth = 0
    private var alt: [UInt8] = []
    private var alignments: [MarkdownKind.Alignment] = []
    private var column = 0
    private var isHeaderRow = false
    private var hasBody = false
    private var notes = 0
    private var referred: Set<[UInt8]> = []

    init(_ pictures: Pictures) {
        self.pictures = pictures
        elements = HTMLElements(pictures)
    }

    /// Writes a piece of the document, after those before it.
    mutating func write(_ tree: MarkdownTree) {
        piece += 1
        (depth, plainDepth, notes, referred) = (0, nil, 0, [])
        tree.forEach { node, isEntering in
            if isEntering { enter(node) } else { leave(node) }
        }
    }

    /// The HTML that is written since it was last taken.
    mutating func takeHTML() -> [UInt8] { html.take() }

    // MARK: Nodes

    private mutating func enter(_ node: borrowing MarkdownNode) {
        if imageDepth > 0 { return enterInImage(node) }
        if !pending.isEmpty || !elements.isEmpty, !prepare(for: node) { return }
        switch node.kind {
        case .document, .other: depth += 1
        case .text: text(node)
        case .softBreak: write("\n", " ")
        case .lineBreak: write("<br>\n", " ")
        case .code:
            let words = MarkdownFormula.plain(node.literal)
            html.raw("<code>")
            html.text(words)
            html.raw("</code>")
            note(words)
        case .htmlInline: inlineHTML(node.literal)
        case .htmlBlock: blockHTML(node.literal)
        case .codeBlock: code(node)
        case .thematicBreak: html.raw("<hr>\n")
        case .footnoteReference:
            depth += 1
            reference(node.literal)
        case .image:
            (imageDepth, alt) = (1, [])
        default:
            depth += 1
            // What must have others in it has room for those.
            let own =
                switch node.kind {
                case .bulletList, .orderedList: 1
                case .table: 2
                default: 0
                }
            if plainDepth == nil, depth + own > Self.deepest { plainDepth = depth }
            if plainDepth == nil { open(node) }
        }
    }

    private mutating func leave(_ node: borrowing MarkdownNode) {
        if imageDepth > 0 {
            if node.kind == .image { imageDepth -= 1 }
            if imageDepth == 0 {
                pictures.write(node.url, alt: alt, isInLink: links.contains(true), to: &html)
                heading?.text.append(contentsOf: alt)
            }
            return
        }
        if !elements.isEmpty { elements.leave(depth, &html, &outline) }
        if roomyDepth == depth { roomyDepth = nil }
        if plainDepth == nil {
            close(node)
        } else if case .paragraph = node.kind {
            html.raw("<br>\n")
        }
        if plainDepth == depth { plainDepth = nil }
        depth -= 1
    }

    private mutating func open(_ node: borrowing MarkdownNode) {
        switch node.kind {
        case .blockQuote: html.raw("<blockquote dir=\"auto\">\n")
        case .bulletList: html.raw("<ul dir=\"auto\">\n")
        case .orderedList(let start):
            html.raw(start == 1 ? "<ol dir=\"auto\">\n" : "<ol dir=\"auto\" start=\"\(start)\">\n")
        case .item: html.raw("<li>")
        case .task(let isDone):
            html.raw("<li class=\"task\"><input type=\"checkbox\" disabled\(isDone ? " checked" : "")")
            html.raw(" aria-label=\"\(isDone ? "done" : "to do")\"> ")
        case .paragraph(let isTight):
            if isTight { roomyDepth = depth } else { html.raw("<p>") }
            beginLine()
        case .heading:
            heading = (html.count, [])
            beginLine()
        case .emphasis: html.raw("<em>")
        case .strong: html.raw("<strong>")
        case .strikethrough: html.raw("<del>")
        case .link: link(node)
        case .table(let alignments):
            (self.alignments, hasBody) = (alignments, false)
            html.raw(pictures.tableStart())
        case .tableRow(let isHeader):
            (column, isHeaderRow) = (0, isHeader)
            if isHeader {
                html.raw("<thead>")
            } else if !hasBody {
                hasBody = true
                html.raw("<tbody>")
            }
            html.raw("<tr>")
        case .tableCell:
            cell()
            roomyDepth = depth
            beginLine()
        case .footnoteDefinition: note()
        default: break
        }
    }

    private mutating func close(_ node: borrowing MarkdownNode) {
        switch node.kind {
        case .document: if notes > 0 { html.raw("</ol>\n</section>\n") }
        case .blockQuote: html.raw("</blockquote>\n")
        case .bulletList: html.raw("</ul>\n")
        case .orderedList: html.raw("</ol>\n")
        case .item, .task: html.raw("</li>\n")
        case .paragraph(let isTight): html.raw(isTight ? "\n" : "</p>\n")
        case .heading(let level): endHeading(level)
        case .emphasis: html.raw("</em>")
        case .strong: html.raw("</strong>")
        case .strikethrough: html.raw("</del>")
        case .link: if links.popLast() == true { html.raw("</a>") }
        case .table: html.raw(hasBody ? "</tbody></table></div>\n" : "</table></div>\n")
        case .tableRow(let isHeader): html.raw(isHeader ? "</tr></thead>\n" : "</tr>\n")
        case .tableCell: html.raw(isHeaderRow ? "</th>" : "</td>")
        case .footnoteDefinition:
            html.raw("<a href=\"#r-\(piece)-\(notes)\" aria-label=\"Back to the text\">↩</a></li>\n")
        default: break
        }
    }

    // MARK: Texts

    private mutating func beginLine() { (lineStart, pending) = (html.count, "") }

    private mutating func text(_ node: borrowing MarkdownNode) {
        if node.hasFormula {
            let text = node.literal
            html.textWithFormulas(text[...], isHTML: false)
            return note(MarkdownFormula.plain(text))
        }
        if heading != nil { note(node.literal) }
        node.withLiteral { html.text($0) }
    }

    mutating func write(_ markup: String, _ text: String) {
        html.raw(markup)
        note(Array(text.utf8))
    }

    /// Words of a heading, if they are such.
    mutating func note(_ words: [UInt8]) { if heading != nil { heading?.text.append(contentsOf: words) } }

    private mutating func code(_ node: borrowing MarkdownNode) {
        let language = node.fenceInfo.prefix { $0.isAlphanumeric || "+-_#.".utf8.contains($0) }.prefix(32)
        html.raw("<pre tabindex=\"0\"><code")
        if !language.isEmpty { html.raw(" class=\"language-\(String(decoding: language, as: UTF8.self))\"") }
        html.raw(">")
        if node.hasFormula {
            html.text(MarkdownFormula.plain(node.literal))
        } else {
            node.withLiteral { html.text($0) }
        }
        html.raw("</code></pre>\n")
    }

    private mutating func endHeading(_ level: Int) {
        guard let (start, text) = heading else { return }
        heading = nil
        html.raw("<h\(level) id=\"\(outline.add(level: level, words: text))\">", at: start)
        html.raw("</h\(level)>\n")
    }

    private mutating func cell() {
        let alignment = column < alignments.count ? alignments[column] : .left
        column += 1
        html.raw(isHeaderRow ? "<th scope=\"col\"" : "<td")
        switch alignment {
        case .left: html.raw(">")
        case .center: html.raw(" class=\"c\">")
        case .right: html.raw(" class=\"r\">")
        }
    }

    // MARK: Links, images, notes

    private mutating func link(_ node: borrowing MarkdownNode) {
        guard !links.contains(true), let target = LinkTarget(node.url) else { return links.append(false) }
        links.append(true)
        html.raw("<a href=\"\(target.href)\"")
        let title = node.title
        if !title.isEmpty {
            html.raw(" title=\"")
            html.text(title)
            html.raw("\"")
        }
        html.raw(target.isRemote ? " rel=\"noreferrer noopener\">" : ">")
    }

    /// Of what is in an image only the words count.
    private mutating func enterInImage(_ node: borrowing MarkdownNode) {
        switch node.kind {
        case .image: imageDepth += 1
        case .softBreak, .lineBreak: alt.append(0x20)
        default: alt += MarkdownFormula.plain(node.literal)
        }
    }

    private mutating func reference(_ number: [UInt8]) {
        let name = "\(piece)-\(String(decoding: number.prefix(while: \.isDigit), as: UTF8.self))"
        guard !links.contains(true) else { return html.text(number) }
        html.raw("<sup><a href=\"#n-\(name)\"")
        // One place is enough to come back to.
        if referred.insert(number).inserted { html.raw(" id=\"r-\(name)\"") }
        html.raw(">")
        html.text(number)
        html.raw("</a></sup>")
    }

    private mutating func note() {
        if notes == 0 { html.raw("<section class=\"notes\" aria-label=\"Notes\">\n<ol>\n") }
        notes += 1
        html.raw("<li id=\"n-\(piece)-\(notes)\">")
    }
}
