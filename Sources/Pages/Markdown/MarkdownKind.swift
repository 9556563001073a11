/// What a node of a document is.
enum MarkdownKind: Equatable {
    enum Alignment {
        case left, center, right
    }

    case document, blockQuote, bulletList, item, codeBlock, htmlBlock, thematicBreak, footnoteDefinition
    case orderedList(start: Int)
    case task(isDone: Bool)
    /// `isTight`: of a list that is set without room between its items.
    case paragraph(isTight: Bool)
    case heading(level: Int)
    case table([Alignment])
    case tableRow(isHeader: Bool)
    case tableCell
    case text, softBreak, lineBreak, code, htmlInline, emphasis, strong, strikethrough, link, image, footnoteReference
    /// Of a cmark that knows more than this program.
    case other
}
