import JSONStream
import PulseAPI
import Quantities

/// What `contents.md` says: what there is, and where to look.
struct ContentsPage {
    struct Table {
        let name: String
        let title: String?
        let page: Int?
        let rows: Int?
        let columns: Int?
    }

    struct Heading {
        let level: Int
        let text: String
        /// Of `result.md`, from 1.
        let line: Int
    }

    var pages = 0
    var tables: [Table] = []
    var hasStructured = false
    var headings: [Heading] = []
    /// The result holds a link to what is in it, which was not followed.
    var holdsLink = false
    /// Of a batch.
    var children: [ChildJob] = []

    /// Bytes.
    static let longest = 64 << 10

    /// The page in Markdown. What does not fit is left out, and how much that is stands in its place.
    func text(
        _ list: PartList, sizes: [(name: String, size: UInt64)], images: [PartImage], imagesAreCut: Bool,
        pageCount: Int?
    ) -> [UInt8] {
        var page = BoundedText(limit: Self.longest - 512)
        let title = headings.first?.text ?? "Result"
        page.add("# \(Self.inline(title))\n\n")
        page.add("Made by PulseFS from result.json. Read this first, then the part that you need.\n")
        if holdsLink { page.add("The result is a link to what is in it, which was not followed: see error.txt.\n") }
        if let pageCount { page.add("The document has \(pageCount) pages.\n") }
        if imagesAreCut {
            page.add(
                "The result has more images than PulseFS lists: those after the first \(images.count) are left out.\n")
        }
        page.add("\n## Files\n\n| file | bytes |\n|---|--:|\n")
        for (name, size) in sizes { page.add("| \(name) | \(size) |\n") }
        // Of a directory with many files, all together.
        var directories: [(name: String, count: Int, size: UInt64)] = []
        for part in list.parts {
            guard let slash = part.path.firstIndex(of: "/") else {
                page.add("| \(part.path) | \(part.size) |\n")
                continue
            }
            let name = String(part.path[..<slash])
            if directories.last?.name == name {
                directories[directories.count - 1].count += 1
                directories[directories.count - 1].size +|= part.size
            } else {
                directories.append((name, 1, part.size))
            }
        }
        for (name, count, size) in directories { page.add("| \(name)/ (\(count) files) | \(size) |\n") }
        let sections = [childLines, headingLines, pageLines(list), tableLines(list), Self.imageLines(images)]
        // Each section has its share, and leaves to the next what it does not need.
        for (place, section) in sections.enumerated() {
            page.add(section.title, section.lines, within: page.room / (sections.count - place))
        }
        return page.bytes
    }

    private typealias Section = (title: String, lines: [String])

    private var childLines: Section {
        (
            "Jobs of this batch",
            children.map { child in
                "- [\(Self.inline(child.name ?? child.id.text))](../\(child.id)/contents.md) (job \(child.id)"
                    + (child.status.map { ", \(Self.inline($0))" } ?? "") + ")"
            }
        )
    }

    private var headingLines: Section {
        (
            "Headings, with their lines in result.md",
            headings.map {
                "\(String(repeating: "  ", count: $0.level - 1))- \(Self.inline($0.text)) (line \($0.line))"
            }
        )
    }

    private func pageLines(_ list: PartList) -> Section {
        let numbers = list.numbers(in: "pages")
        return (
            "Pages", numbers.map { "- [\(list.parts[$0].path)](\(list.parts[$0].path)) (\(list.parts[$0].size) bytes)" }
        )
    }

    private func tableLines(_ list: PartList) -> Section {
        (
            "Tables",
            tables.map { table in
                let size = list.number(of: table.name).map { list.parts[$0].size } ?? 0
                let facts = [
                    table.page.map { "page \($0)" }, table.rows.map { "\($0) rows" },
                    table.columns.map { "\($0) columns" }, "\(size) bytes",
                ]
                return
                    "- [\(Self.inline(table.title ?? table.name))](\(table.name)) (\(facts.compactMap { $0 }.joined(separator: ", ")))"
            }
        )
    }

    private static func imageLines(_ images: [PartImage]) -> Section {
        (
            "Images",
            images.compactMap { image in
                guard let name = image.fileName else { return nil }
                let facts = [
                    image.facts.pageNumber.map { "page \($0)" }, image.facts.chartType ?? image.facts.visualType,
                    image.facts.sheetName,
                ].compactMap { $0 }
                let title = image.facts.chartTitle ?? name
                return "- [\(inline(title))](images/\(linked(name)))"
                    + (facts.isEmpty ? "" : " (\(inline(facts.joined(separator: ", "))))")
            }
        )
    }

    /// A text within a line: short, printable, and without what Markdown would take for its own.
    static func inline(_ text: String) -> String {
        var short = ""
        for scalar in text.unicodeScalars.prefix(200) {
            if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                short += " "
            } else if "\\`*_[]<>|".unicodeScalars.contains(scalar) {
                short += "\\" + String(scalar)
            } else if PrintableText.isPrintable(scalar) {
                short.unicodeScalars.append(scalar)
            }
        }
        return short
    }

    /// A file name in a link (RFC 3986).
    private static func linked(_ name: String) -> String {
        var linked = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                linked.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                linked += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return linked
    }
}

/// A text that grows up to a limit.
private struct BoundedText {
    private(set) var bytes: [UInt8] = []
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var room: Int { max(0, limit - bytes.count) }

    mutating func add(_ text: String) { if text.utf8.count <= room { bytes += text.utf8 } }

    /// A section, if it has lines; those that fit into `share` bytes.
    mutating func add(_ title: String, _ lines: [String], within share: Int) {
        guard !lines.isEmpty else { return }
        let end = bytes.count + min(share, room)
        add("\n## \(title)\n\n")
        for (place, line) in lines.enumerated() {
            guard bytes.count + line.utf8.count + 1 <= end - 40 else {
                return add("- … and \(lines.count - place) more\n")
            }
            add(line + "\n")
        }
    }
}

extension PartsMaker {
    private static let headingLimit = 5_000

    mutating func makeContents() throws {
        var sizes: [(name: String, size: UInt64)] = []
        if let markdown = outline.markdown {
            var reader = HeadingReader(limit: Self.headingLimit)
            var decoder = JSONStringDecoder(source, literal: markdown)
            var chunk: [UInt8] = []
            var size: UInt64 = 0
            while try decoder.next(into: &chunk) {
                reader.add(chunk)
                size +|= UInt64(chunk.count)
            }
            reader.finish()
            contents.headings = reader.headings
            sizes.append(("result.md", size))
        }
        if let html = result.html { sizes.append(("result.html", try size(of: html))) }
        sizes.append(("result.json", result.range.upperBound -| result.range.lowerBound))
        contents.holdsLink = result.holdsLink
        contents.children = try ChildJob.read(source, result.range)
        let text = contents.text(
            list, sizes: sizes, images: images, imagesAreCut: result.imagesAreCut, pageCount: outline.pageCount)
        begin()
        try write(text)
        end("contents.md")
    }

    /// Bytes of a text that is a string literal.
    private func size(of literal: Range<UInt64>) throws(JSONError) -> UInt64 {
        var decoder = JSONStringDecoder(source, literal: literal)
        var chunk: [UInt8] = []
        var size: UInt64 = 0
        while try decoder.next(into: &chunk) { size +|= UInt64(chunk.count) }
        return size
    }
}

/// The headings of a Markdown text that begin with `#`, outside of fenced code (CommonMark 4.2, 4.5), and the lines they stand on.
struct HeadingReader {
    private(set) var headings: [ContentsPage.Heading] = []
    private let limit: Int
    private var line: [UInt8] = []
    private var number = 0
    private var fence: (mark: UInt8, length: Int)?

    /// Of a line, what could be a heading.
    private static let longest = 1024

    init(limit: Int) { self.limit = limit }

    mutating func add(_ chunk: [UInt8]) {
        for byte in chunk {
            if byte == UInt8(ascii: "\n") { endLine() } else if line.count < Self.longest { line.append(byte) }
        }
    }

    mutating func finish() { if !line.isEmpty { endLine() } }

    private mutating func endLine() {
        number += 1
        let indent = line.prefix { $0 == UInt8(ascii: " ") }.count
        let text = line.dropFirst(indent)
        defer { line.removeAll(keepingCapacity: true) }
        guard indent <= 3, let first = text.first else { return }
        if first == UInt8(ascii: "`") || first == UInt8(ascii: "~") {
            let length = text.prefix { $0 == first }.count
            if let open = fence {
                if first == open.mark, length >= open.length { fence = nil }
            } else if length >= 3 {
                fence = (first, length)
            }
            return
        }
        guard fence == nil, first == UInt8(ascii: "#"), headings.count < limit else { return }
        let level = text.prefix { $0 == first }.count
        let rest = text.dropFirst(level)
        guard level <= 6, rest.isEmpty || rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "\t") else {
            return
        }
        var title = String(decoding: rest, as: UTF8.self)
        while let last = title.last, last.isWhitespace { title.removeLast() }
        // A closing row of `#` belongs to the mark.
        let closing = title.reversed().prefix { $0 == "#" }.count
        if closing > 0, title.dropLast(closing).last?.isWhitespace ?? true { title.removeLast(closing) }
        while let last = title.last, last.isWhitespace { title.removeLast() }
        let shown = String(title.drop { $0.isWhitespace })
        if !shown.isEmpty { headings.append(ContentsPage.Heading(level: level, text: shown, line: number)) }
    }
}
