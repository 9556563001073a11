/// One block of a page of markdown: what stands between two blank lines.
struct DocumentBlock {
    enum Kind: Equatable {
        case title(level: Int)
        case table
        /// `<figure>caption</figure>`; the nth one in a document is its nth image.
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
        } else if markdown.hasPrefix("|") {
            kind = .table
        } else if markdown.hasPrefix("<figure>") {
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
        case .figure:
            markdown.dropFirst("<figure>".count).dropLast("</figure>".count).trimmed
        case .table, .text:
            markdown.replacing("**", with: "")
        }
    }

    /// The cells of a table, by row, the heading row first.
    var cells: [[String]] {
        guard kind == .table else { return [] }
        let rows = markdown.split(separator: "\n").enumerated().filter { $0.offset != 1 }
        return rows.map { _, row in
            row.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmed.replacing("**", with: "") }
        }
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
