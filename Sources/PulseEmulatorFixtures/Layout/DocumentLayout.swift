import PulseEmulator

/// A document as an extraction describes it: its pages, and the positions derived from them.
struct DocumentLayout {
    /// The markdown of each page.
    var pages: [String]
    /// The line at the top of every page.
    var header: String?
    /// The line at the bottom of every page.
    var footer: String?
    /// `bounding_boxes.Images`, in the order of the figures.
    var images: [JSONNode] = []
    /// The workbook's sheet of each page; empty for other documents.
    var sheets: [String] = []

    var markdown: String {
        pages.joined(separator: "\n\n") + "\n"
    }

    /// A block with its place on the page. Coordinates are fractions of the page, from the top left.
    struct Placed {
        let block: DocumentBlock
        /// From 1.
        let page: Int
        /// Counts the blocks of its kind over the whole document, from 1.
        let number: Int
        let top: Double
        let bottom: Double
    }

    /// All blocks with their places: one under the other, as high as their lines.
    var placed: [Placed] {
        var result: [Placed] = []
        var counts: [String: Int] = [:]
        for (index, page) in pages.enumerated() {
            let blocks = DocumentBlock.blocks(of: page)
            let lines = blocks.reduce(0) { $0 + $1.lineCount + 1 }
            let lineHeight = min(0.018, 0.84 / Double(max(1, lines)))
            var top = 0.08
            for block in blocks {
                let height = Double(block.lineCount) * lineHeight
                counts[Self.idPrefix(block.kind), default: 0] += 1
                result.append(
                    Placed(
                        block: block, page: index + 1, number: counts[Self.idPrefix(block.kind)] ?? 1,
                        top: top, bottom: top + height))
                top += height + lineHeight
            }
        }
        return result
    }

    static func idPrefix(_ kind: DocumentBlock.Kind) -> String {
        switch kind {
        case .title, .text: "txt"
        case .table: "tbl"
        case .figure: "fig"
        }
    }

    /// A rectangle as the four corners the API reports.
    static func polygon(
        left: Double = 0.08, top: Double, right: Double = 0.92, bottom: Double
    ) -> JSONNode {
        let corners = [left, top, right, top, right, bottom, left, bottom]
        return .array(corners.map { .decimal($0, places: 4) })
    }
}

extension DocumentLayout.Placed {
    /// For example `txt-3`.
    var id: String {
        "\(DocumentLayout.idPrefix(block.kind))-\(number)"
    }
}
