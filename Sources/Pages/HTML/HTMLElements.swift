/// The elements of a document's HTML that are open, written anew: what the document leaves open is closed, what stands where
/// it may not be is put where it may, and what it closes without having opened is nothing.
struct HTMLElements {
    private struct Open {
        let element: HTMLElement
        /// Of the Markdown around it.
        let depth: Int
        /// Where its tag is in the HTML, and where that ends.
        let start: Int
        let content: Int
    }

    private var open: [Open] = []
    private let pictures: Pictures
    /// Elements of a lower place belong to Markdown further out.
    private var base = 0
    private var depth = 0
    private var heading: [UInt8] = []

    /// Deeper tags are left out; what is in them is shown.
    private static let deepest = 24

    init(_ pictures: Pictures) { self.pictures = pictures }

    var isEmpty: Bool { open.isEmpty }
    var last: HTMLElement? { open.count > base ? open.last?.element : nil }
    /// Text would stand between the parts of a table or the items of a list.
    var isBetweenParts: Bool { open.last?.element.isStructure ?? false }
    /// White space is part of a text here, rather than of the source's own layout.
    func keepsSpace(_ html: HTMLText) -> Bool {
        guard let last = open.last, open.count > base else { return false }
        return last.element.isPhrasing || (!last.element.isStructure && html.count > last.content)
    }

    /// What comes next is this deep in the Markdown.
    mutating func enter(_ depth: Int) {
        self.depth = depth
        base = open.firstIndex { $0.depth >= depth } ?? open.count
    }

    /// Closes everything of this depth and deeper.
    mutating func leave(_ depth: Int, _ html: inout HTMLText, _ outline: inout Outline) {
        while let last = open.last, last.depth >= depth { closeLast(&html, &outline) }
        base = min(base, open.count)
    }

    var isInHeading: Bool { open.contains { $0.element.level != nil } }

    /// What a heading says, for the table of contents.
    mutating func note(_ text: [UInt8]) { if isInHeading { heading += text } }

    // MARK: Tags

    mutating func begin(_ element: HTMLElement, _ tag: HTMLTag, _ html: inout HTMLText, _ outline: inout Outline) {
        switch element {
        case .thead, .tbody, .tfoot:
            closeDown(&html, &outline) { $0 == .table }
            if last != .table { beginTable(&html, &outline) }
            if last == .table { push(element, "<\(element.rawValue)>", &html) }
        case .tr: beginRow(&html, &outline)
        case .td, .th: beginCell(element, tag, &html, &outline)
        case .caption:
            closeDown(&html, &outline) { $0 == .table }
            if last == .table, open.last?.content == html.count { push(element, "<caption>", &html) }
        case .table: beginTable(&html, &outline)
        case .li:
            let cell = lastPlace(where: \.isCell) ?? -1
            if let list = lastPlace(where: \.isList), list > cell {
                close(to: list + 1, &html, &outline)
            } else {
                beginList(.ul, tag, &html, &outline)
            }
            if last?.isList == true { push(.li, "<li>", &html) }
        case .ul, .ol: beginList(element, tag, &html, &outline)
        case .figure: closeParagraph(&html, &outline)
        case .p, .div, .h1, .h2, .h3, .h4, .h5, .h6:
            closeParagraph(&html, &outline)
            guard !isBetweenParts else { return }
            if element.level != nil, open.contains(where: { $0.element == .th }) {
                // The head of a column has no headings in it (HTML, 4.9.10).
                push(.p, "<p>", &html)
            } else if element.level != nil {
                guard !isInHeading else { return }
                heading = []
                // Its id, and so its tag, is known at its end.
                push(element, "", &html)
            } else {
                push(element, "<\(element.rawValue)>", &html)
            }
        case .b, .strong, .i, .em, .u, .s, .sub, .sup:
            guard !isBetweenParts else { return }
            prepareForText(&html)
            push(element, "<\(element.rawValue)>", &html)
        }
    }

    mutating func end(_ element: HTMLElement, _ html: inout HTMLText, _ outline: inout Outline) {
        let place = lastPlace { $0 == element || (element.level != nil && $0.level != nil) }
        // A cell ends nothing but itself and what is in it.
        guard let place, !open[(place + 1)...].contains(where: { $0.element == .table }) else { return }
        close(to: place, &html, &outline)
    }

    /// Opens what a text has to be in here: a cell, an item.
    mutating func prepareForText(_ html: inout HTMLText) {
        if last == .table || last?.isSection == true { push(.tr, "<tr>", &html) }
        if last == .tr { push(.td, "<td>", &html) }
        if last?.isList == true { push(.li, "<li>", &html) }
    }

    /// A paragraph of text that has no tag around it.
    mutating func beginRaw(_ html: inout HTMLText) { if last == nil { push(.p, "<p class=\"raw\">", &html) } }

    private func lastPlace(where isWanted: (HTMLElement) -> Bool) -> Int? {
        open[base...].lastIndex { isWanted($0.element) }
    }

    private var isInTable: Bool { open.contains { $0.element == .table } }

    private mutating func push(_ element: HTMLElement, _ markup: String, _ html: inout HTMLText) {
        // What a table or a list needs has room yet.
        guard open.count < Self.deepest || (open.last?.element.isStructure == true && open.count < Self.deepest + 4)
        else { return }
        let start = html.count
        html.raw(markup)
        open.append(Open(element: element, depth: depth, start: start, content: html.count))
    }

    private mutating func beginTable(_ html: inout HTMLText, _ outline: inout Outline) {
        guard open.count < Self.deepest else { return }
        closeParagraph(&html, &outline)
        prepareForText(&html)
        push(.table, isInTable ? "<table>" : pictures.tableStart(), &html)
    }

    private mutating func beginList(
        _ element: HTMLElement, _ tag: HTMLTag, _ html: inout HTMLText, _ outline: inout Outline
    ) {
        guard open.count < Self.deepest else { return }
        closeParagraph(&html, &outline)
        prepareForText(&html)
        let start = element == .ol ? tag.number("start", in: 0...999_999_999) : nil
        push(element, start.map { "<ol dir=\"auto\" start=\"\($0)\">" } ?? "<\(element.rawValue) dir=\"auto\">", &html)
    }

    /// In the innermost table, or in one that is begun for it.
    private mutating func beginRow(_ html: inout HTMLText, _ outline: inout Outline) {
        closeDown(&html, &outline) { $0 == .table || $0.isSection }
        if last != .table, last?.isSection != true { beginTable(&html, &outline) }
        if last == .table || last?.isSection == true { push(.tr, "<tr>", &html) }
    }

    private mutating func beginCell(
        _ element: HTMLElement, _ tag: HTMLTag, _ html: inout HTMLText, _ outline: inout Outline
    ) {
        closeDown(&html, &outline) { $0 == .tr || $0 == .table || $0.isSection }
        if last != .tr { beginRow(&html, &outline) }
        guard last == .tr else { return }
        var markup = "<\(element.rawValue)"
        for span in ["colspan", "rowspan"] {
            if let number = tag.number(span, in: 2...1000) { markup += " \(span)=\"\(number)\"" }
        }
        push(element, markup + ">", &html)
    }

    // MARK: Ends

    /// Closes what is open within the innermost element of these; nothing when there is none.
    private mutating func closeDown(
        _ html: inout HTMLText, _ outline: inout Outline, to isWanted: (HTMLElement) -> Bool
    ) {
        if let place = lastPlace(where: isWanted) { close(to: place + 1, &html, &outline) }
    }

    /// A block ends the paragraph that it would be in.
    private mutating func closeParagraph(_ html: inout HTMLText, _ outline: inout Outline) {
        while let last, last.isPhrasing || last.isParagraph { closeLast(&html, &outline) }
    }

    private mutating func close(to count: Int, _ html: inout HTMLText, _ outline: inout Outline) {
        while open.count > count { closeLast(&html, &outline) }
    }

    private mutating func closeLast(_ html: inout HTMLText, _ outline: inout Outline) {
        guard let last = open.popLast() else { return }
        if last.element.vanishesEmpty, html.count == last.content { return html.cut(to: last.start) }
        if let level = last.element.level {
            html.raw("<h\(level) id=\"\(outline.add(level: level, words: heading))\">", at: last.start)
        }
        html.raw(last.element == .table && !isInTable ? "</table></div>" : "</\(last.element.rawValue)>")
        if last.element == .tr || last.element == .table { html.raw("\n") }
    }
}
