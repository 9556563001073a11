/// What HTML of a document may be shown as what it means; attributes mean nothing here, but for `rowspan`, `colspan` and `start`.
enum HTMLElement: String {
    case table, caption, thead, tbody, tfoot, tr, td, th
    case ul, ol, li
    case figure, p, div
    case h1, h2, h3, h4, h5, h6
    case b, strong, i, em, u, s, sub, sup

    /// What shows nothing by itself, so that what is in it stands as if it were not there.
    static let ignored: Set<String> = ["span", "colgroup", "col", "figcaption"]

    /// Whether a tag is read as one, rather than as the text that it is.
    static func isKnown(_ name: String) -> Bool {
        HTMLElement(rawValue: name) != nil || ignored.contains(name) || name == "br" || name == "img"
    }

    var isCell: Bool { self == .td || self == .th }
    var isSection: Bool { self == .thead || self == .tbody || self == .tfoot }
    var isList: Bool { self == .ul || self == .ol }
    var isTablePart: Bool { self == .table || self == .tr || isSection }
    /// It has no text of its own: that is in its cells or items.
    var isStructure: Bool { isTablePart || isList }

    /// Of a heading.
    var level: Int? {
        switch self {
        case .h1: 1
        case .h2: 2
        case .h3: 3
        case .h4: 4
        case .h5: 5
        case .h6: 6
        default: nil
        }
    }

    /// Part of a line.
    var isPhrasing: Bool {
        switch self {
        case .b, .strong, .i, .em, .u, .s, .sub, .sup: true
        default: false
        }
    }

    /// It ends where another such begins.
    var isParagraph: Bool { self == .p || level != nil || self == .caption }

    /// Without anything in it, there is nothing of it to see.
    var vanishesEmpty: Bool { isPhrasing || isParagraph || isList || self == .div }
}
