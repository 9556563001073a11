/// One block of a page of markdown: what stands between two blank lines.
struct DocumentBlock {
    enum Kind: Equatable {
        case title(level: Int)
        case table
        /// `<figure>caption</figure>`, or `![caption](URL)`; the nth one in a document is its nth image.
        case figure
        case text
    }

    let kind: Kind
    /// The block's markdown.
    let markdown: String

    init(_ markdown: String) {
        self.markdown = markdown
        let level = markdown.prefix { $0 == "#" }.count
        if level > 0 {
            kind = .title(level: level)
        } else if markdown.hasPrefix("|") || markdown.hasPrefix("<table>") {
            kind = .table
        } else if markdown.hasPrefix("<figure>") || markdown.hasPrefix("![") {
            kind = .figure
        } else {
            kind = .text
        }
    }

    /// The blocks of a page, in order.
    static func blocks(of page: String) -> [DocumentBlock] {
        var blocks: [DocumentBlock] = []
        var lines: [Substring] = []
        let pageLines: [Substring] = page.split(separator: "\n", omittingEmptySubsequences: false)
        for line in pageLines + [Substring()] {
            if !line.isEmpty {
                lines.append(line)
            } else if !lines.isEmpty {
                blocks.append(DocumentBlock(lines.joined(separator: "\n")))
                lines = []
            }
        }
        return blocks
    }

    /// What is read aloud: the markdown without its marks.
    var plainText: String {
        switch kind {
        case .title(let level):
            markdown.dropFirst(level).trimmed
        case .figure where markdown.hasPrefix("!["):
            markdown.dropFirst("![".count).prefix { $0 != "]" }.trimmed
        case .figure:
            Self.withoutTags(markdown)
        case .table, .text:
            markdown.replacing("**", with: "")
        }
    }

    /// The cells of a table, by row, the heading row first.
    var cells: [[String]] {
        guard kind == .table else { return [] }
        guard markdown.hasPrefix("|") else { return htmlCells }
        let rows = markdown.split(separator: "\n").enumerated().filter { $0.offset != 1 }
        return rows.map { _, row in
            row.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmed.replacing("**", with: "") }
        }
    }

    private var htmlCells: [[String]] {
        markdown.split(separator: "</tr>").dropLast().map { row in
            row.replacing("</th>", with: "</td>").split(separator: "</td>").map(Self.withoutTags)
        }
    }

    private static func withoutTags(_ html: some StringProtocol) -> String {
        String(html).replacing("<br>", with: "\n").split(separator: "<", omittingEmptySubsequences: false).enumerated()
            .map { part, text in part == 0 ? text[...] : text.drop { $0 != ">" }.dropFirst() }.joined()
            .split(separator: "\n").joined(separator: " ")
    }

    var lineCount: Int {
        markdown.split(separator: "\n").reduce(0) { $0 + 1 + $1.count / 95 }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var rest = self
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
