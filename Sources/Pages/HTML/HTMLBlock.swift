/// Writes a block of HTML from a document: of tables, line breaks, raised and lowered text, and figures, the structure is let
/// through, written anew; everything else is shown as the text that it is.
///
/// What the document leaves open is closed, and what it closes without having opened is text.
struct HTMLBlock {
    private enum Element: String {
        case table, thead, tbody, tr, th, td, sub, sup, figure, p

        var isCell: Bool { self == .td || self == .th }
        var isSection: Bool { self == .thead || self == .tbody }
    }

    private var html = HTMLText()
    private var open: [Element] = []
    private var caption = HTMLText()
    private let pictures: Pictures

    private static let deepest = 24

    /// `pictures` counts the figures.
    static func write(_ source: [UInt8], _ pictures: Pictures, to html: inout HTMLText) {
        var block = HTMLBlock(pictures: pictures)
        HTMLToken.forEach(in: source) { token in
            switch token {
            case .text(let text): block.text(text)
            case .tag(let tag): block.tag(tag)
            }
        }
        while !block.open.isEmpty { block.closeLast() }
        block.html.raw("\n")
        html.raw(block.html.take())
    }

    private init(pictures: Pictures) { self.pictures = pictures }

    // MARK: Texts

    private mutating func text(_ text: ArraySlice<UInt8>) {
        // What stands between the parts of a table is the source's own layout.
        if text.allSatisfy(\.isSpace) {
            if let last = open.last, last.isCell || last == .p || last == .sub || last == .sup { html.raw(" ") }
            return
        }
        if open.last == .figure { return caption.textWithEntities(text) }
        prepareForText()
        html.textWithEntities(text)
    }

    private mutating func source(_ tag: HTMLTag) {
        if open.last == .figure { return caption.text(Array(tag.source)) }
        prepareForText()
        html.text(Array(tag.source))
    }

    private mutating func prepareForText() {
        switch open.last {
        case nil: push(.p, "<p class=\"raw\">")
        case .table, .thead, .tbody: openRow(); push(.td, "<td>")
        case .tr: push(.td, "<td>")
        default: break
        }
    }

    // MARK: Tags

    private mutating func tag(_ tag: HTMLTag) {
        if open.last == .figure {
            switch tag.name {
            case "figure" where tag.isEnd: return closeLast()
            case "figcaption", "br": return caption.raw(" ")
            case "img" where !tag.isEnd: return pictures.named = tag.attributes["src"]
            default: return source(tag)
            }
        }
        switch (tag.name, tag.isEnd) {
        case ("br", false):
            prepareForText()
            html.raw("<br>")
        case ("img", false):
            prepareForText()
            pictures.write(tag, to: &html)
        case ("sub", false), ("sup", false): inline(tag.name == "sub" ? .sub : .sup, tag)
        case ("figure", false) where !open.contains { $0 == .sub || $0 == .sup }: openFigure()
        case ("table", false): openTable(tag)
        case ("thead", false), ("tbody", false): openSection(tag.name == "thead" ? .thead : .tbody, tag)
        case ("tr", false): openRow()
        case ("td", false), ("th", false): openCell(tag.name == "td" ? .td : .th, tag)
        case (_, true): close(tag)
        default: source(tag)
        }
    }

    private mutating func push(_ element: Element, _ markup: String) {
        open.append(element)
        html.raw(markup)
    }

    private mutating func inline(_ element: Element, _ tag: HTMLTag) {
        guard open.count < Self.deepest else { return source(tag) }
        prepareForText()
        push(element, "<\(element.rawValue)>")
    }

    private mutating func openFigure() {
        if open.last == .p { closeLast() }
        if let last = open.last, !last.isCell { prepareForText() }
        open.append(.figure)
        caption = HTMLText()
        pictures.named = nil
    }

    private mutating func openTable(_ tag: HTMLTag) {
        guard open.count < Self.deepest, !open.contains(where: { $0 == .sub || $0 == .sup }) else { return source(tag) }
        if open.last == .p { closeLast() }
        if !open.isEmpty { prepareForText() }
        push(.table, open.isEmpty ? pictures.tableStart() : "<table>")
    }

    private mutating func openSection(_ element: Element, _ tag: HTMLTag) {
        closeDown { $0 == .table }
        if open.last != .table { openTable(tag) }
        if open.last == .table { push(element, "<\(element.rawValue)>") }
    }

    /// In the innermost table, or in one that is begun for it.
    private mutating func openRow() {
        closeDown { $0 == .table || $0.isSection }
        if open.last != .table, open.last?.isSection != true {
            if open.last == .p { closeLast() }
            guard open.isEmpty else { return }
            push(.table, pictures.tableStart())
        }
        push(.tr, "<tr>")
    }

    private mutating func openCell(_ element: Element, _ tag: HTMLTag) {
        closeDown { $0 == .tr || $0 == .table || $0.isSection }
        if open.last != .tr { openRow() }
        guard open.last == .tr else { return source(tag) }
        var markup = "<\(element.rawValue)"
        for span in ["colspan", "rowspan"] {
            if let number = tag.number(span, in: 2...1000) { markup += " \(span)=\"\(number)\"" }
        }
        push(element, markup + ">")
    }

    /// Closes what is open within the innermost element of these; nothing when there is none.
    private mutating func closeDown(to isWanted: (Element) -> Bool) {
        guard let place = open.lastIndex(where: isWanted) else { return }
        while open.count > place + 1 { closeLast() }
    }

    private mutating func close(_ tag: HTMLTag) {
        guard let element = Element(rawValue: tag.name), element != .p, let place = open.lastIndex(of: element),
            // A cell ends nothing but itself and what is in it.
            !open[place...].dropFirst().contains(.table)
        else { return source(tag) }
        while open.count > place { closeLast() }
    }

    private mutating func closeLast() {
        guard let element = open.popLast() else { return }
        switch element {
        case .figure: pictures.writeFigure(caption: caption.take(), to: &html)
        case .table where open.isEmpty: html.raw("</table></div>")
        default: html.raw("</\(element.rawValue)>")
        }
        if element == .tr || element == .table { html.raw("\n") }
    }
}
