/// What a document has of HTML among its Markdown: what means something is shown as that; comments are left out; all other
/// tags are shown as the text that they are.
extension DocumentWriter {
    // MARK: Within a line

    /// Makes room for what stands in a line, and says whether it is to be written.
    mutating func prepare(for node: borrowing MarkdownNode) -> Bool {
        switch node.kind {
        case .htmlInline: return true
        case .softBreak, .lineBreak: if elements.isBetweenParts || !pending.isEmpty { return false }
        case .text: if elements.isBetweenParts, node.literal.allSatisfy(\.isSpace) { return false }
        case .code, .emphasis, .strong, .strikethrough, .link, .image, .footnoteReference: break
        default: return true
        }
        if elements.isBetweenParts { elements.prepareForText(&html) }
        if !pending.isEmpty { write(pending, " ") }
        pending = ""
        return true
    }

    mutating func inlineHTML(_ source: [UInt8]) {
        if HTMLComment.isWhole(source) { return }
        guard let (tag, end) = HTMLTag.parse(source[...]), end == source.endIndex, HTMLElement.isKnown(tag.name),
            !tag.isProse
        else {
            prepareForWords()
            return visible(source)
        }
        if tag.name == "br" {
            pending = ""
            return write("<br>", " ")
        }
        if tag.name == "img" {
            guard !tag.isEnd else { return }
            prepareForWords()
            pictures.write(tag, isInLink: links.contains(true), to: &html)
            return note(tag.attribute("alt") ?? [])
        }
        guard let element = HTMLElement(rawValue: tag.name) else { return }
        guard element.isPhrasing || (roomyDepth == depth && element != .figure) else { return breakLine(at: element) }
        elements.enter(depth)
        if tag.isEnd {
            elements.end(element, &html, &outline)
        } else {
            if element.isPhrasing { prepareForWords() }
            // The table of contents has no headings of cells.
            elements.begin(element.level == nil ? element : .p, tag, &html, &outline)
        }
    }

    /// In a paragraph there are no blocks: what is in them begins a line there.
    private mutating func breakLine(at element: HTMLElement) {
        let isBegun = html.count > lineStart
        if element.isCell {
            if pending.isEmpty { pending = " " }
        } else if isBegun || !pending.isEmpty {
            pending = element == .li ? "<br>• " : "<br>"
        } else if element == .li {
            pending = "• "
        }
    }

    private mutating func prepareForWords() {
        if elements.isBetweenParts { elements.prepareForText(&html) }
        if !pending.isEmpty { write(pending, " ") }
        pending = ""
    }

    private mutating func visible(_ source: [UInt8]) {
        let words = MarkdownFormula.plain(source)
        html.text(words)
        note(words)
    }

    // MARK: Blocks

    mutating func blockHTML(_ source: [UInt8]) {
        elements.enter(depth)
        HTMLToken.forEach(in: source) { token in
            switch token {
            case .text(let text): blockText(text)
            case .tag(let tag): blockTag(tag)
            }
        }
        // One that goes on in Markdown has its image there.
        endFigure(isImage: false)
        elements.leave(depth, &html, &outline)
        html.raw("\n")
    }

    private mutating func blockText(_ text: ArraySlice<UInt8>) {
        if caption != nil {
            caption?.textWithFormulas(text, isHTML: true)
            return
        }
        // What stands between the parts of a table is the source's own layout.
        guard !text.allSatisfy(\.isSpace) else { return elements.keepsSpace(html) ? html.raw(" ") : () }
        let text = elements.last == nil ? text.drop(while: \.isSpace) : text
        prepareForBlockText()
        html.textWithFormulas(text, isHTML: true)
        if elements.isInHeading { elements.note(HTMLEntity.resolved(MarkdownFormula.plain(Array(text))[...])) }
    }

    private mutating func prepareForBlockText() {
        elements.prepareForText(&html)
        elements.beginRaw(&html)
    }

    private mutating func blockTag(_ tag: HTMLTag) {
        guard caption == nil || !figureTag(tag) else { return }
        switch tag.name {
        case "br":
            prepareForBlockText()
            html.raw("<br>")
            elements.note([0x20])
        case "img":
            guard !tag.isEnd else { return }
            prepareForBlockText()
            pictures.write(tag, isInLink: false, to: &html)
        case "figure":
            guard !tag.isEnd else { return }
            elements.begin(.figure, tag, &html, &outline)
            elements.prepareForText(&html)
            (caption, pictures.named) = (HTMLText(), nil)
        default:
            guard let element = HTMLElement(rawValue: tag.name), !tag.isProse else {
                if HTMLElement.ignored.contains(tag.name) { return }
                prepareForBlockText()
                let words = MarkdownFormula.plain(Array(tag.source))
                html.text(words)
                return elements.note(words)
            }
            if tag.isEnd {
                elements.end(element, &html, &outline)
            } else {
                elements.begin(element, tag, &html, &outline)
            }
        }
    }

    /// Of a figure the image and the words count. Whether the tag is done with.
    private mutating func figureTag(_ tag: HTMLTag) -> Bool {
        switch tag.name {
        case "figure" where tag.isEnd: endFigure()
        case "img": if !tag.isEnd { pictures.named = tag.attribute("src") }
        default:
            let element = HTMLElement(rawValue: tag.name)
            // A figure that is a table, or holds another: the first ends where that begins.
            if let element, element.isStructure || element.isCell || element == .figure {
                endFigure(isImage: false)
                return false
            }
            if HTMLElement.isKnown(tag.name) {
                if element?.isPhrasing != true, tag.name != "span" { caption?.raw(" ") }
            } else {
                caption?.text(MarkdownFormula.plain(Array(tag.source)))
            }
        }
        return true
    }

    /// - Parameter isImage: what is in it is no other thing, even if it has nothing in it.
    private mutating func endFigure(isImage: Bool = true) {
        guard var words = caption else { return }
        caption = nil
        let bytes = words.take()
        if !isImage, pictures.named == nil, bytes.allSatisfy(\.isSpace) { pictures.named = Array("#".utf8) }
        pictures.writeFigure(caption: bytes, to: &html)
    }
}
