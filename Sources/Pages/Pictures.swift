/// The images of a page as its document comes to them.
final class Pictures {
    private let images: [PageImage]
    private let addresses: ImageAddresses
    /// A document with a figure for each image has them in the same order.
    private let areFiguresImages: Bool
    private var figures = 0
    /// Tables of the document so far.
    private(set) var tables = 0
    /// Images by what they are called, those that no figure has shown yet.
    private var titled: [[UInt8]: [Int]] = [:]
    /// A caption was the title of an image.
    private var areCalled = false
    /// What a figure itself names as its image.
    var named: [UInt8]?

    init(_ images: [PageImage], ofJob job: String, in markdown: [UInt8]) {
        self.images = images
        addresses = ImageAddresses(images, ofJob: job)
        for (place, image) in images.enumerated().reversed() where image.fileName != nil {
            guard let title = image.title, !title.isEmpty else { continue }
            titled[Self.words(Array(title.utf8)), default: []].append(place)
        }
        areFiguresImages = !images.isEmpty && Self.figures(in: markdown) == images.count
    }

    private static func figures(in markdown: [UInt8]) -> Int {
        guard MarkdownSource.contains("<figure", markdown) else { return 0 }
        let sign = Array("<figure".utf8)
        var count = 0
        var rest = markdown[...]
        while let place = rest.firstIndex(of: UInt8(ascii: "<")) {
            if rest[place...].starts(with: sign) { count += 1 }
            rest = rest[(place + 1)...]
        }
        return count
    }

    /// `caption` is HTML. Of a figure with neither image nor words nothing is seen.
    func writeFigure(caption: [UInt8], to html: inout HTMLText) {
        let own = named.flatMap { addresses.image(at: $0) }
        // One that stands for itself, or for something else, is not the image that comes next.
        let isOpen = named.map { $0.isEmpty || $0.starts(with: "data:".utf8) } ?? true
        let called = own == nil && isOpen ? image(called: caption) : nil
        if called != nil { areCalled = true }
        // Where captions are titles, the place of a figure says nothing.
        let isByPlace =
            isOpen && areFiguresImages && figures < images.count && !(areCalled && images[figures].title != nil)
        let inOrder = isByPlace ? images[figures] : nil
        figures += 1
        let shown = own ?? called ?? inOrder
        let path = shown?.path
        let hasWords = !caption.allSatisfy(\.isSpace)
        guard path != nil || hasWords else { return }
        html.raw("<figure>")
        if let path { Self.writeImage(path, alt: [], title: shown?.caption, to: &html) }
        if hasWords {
            html.raw("<figcaption>")
            html.raw(caption)
            html.raw("</figcaption>")
        }
        html.raw("</figure>")
    }

    /// The next image with the title that a caption gives, such as `Chart: Revenue`: so figures of a workbook name theirs.
    private func image(called caption: [UInt8]) -> PageImage? {
        guard !titled.isEmpty, caption.count <= Self.longestCaption, !caption.contains(UInt8(ascii: "<")) else {
            return nil
        }
        let words = Self.words(HTMLEntity.resolved(caption[...]))
        let kind = words.prefix { $0.isLetter }
        let behind = words.dropFirst(kind.count)
        let isKind = !kind.isEmpty && behind.starts(with: ": ".utf8)
        for name in [words, isKind ? Array(behind.dropFirst(2)) : []] where !name.isEmpty {
            guard let place = titled[name]?.popLast() else { continue }
            return images[place]
        }
        return nil
    }

    /// Bytes.
    private static let longestCaption = 4096

    /// With single spaces between the words, and none around them.
    private static func words(_ text: [UInt8]) -> [UInt8] {
        Array(text.split(whereSeparator: \.isSpace).joined(separator: [0x20]))
    }

    func write(_ tag: HTMLTag, isInLink: Bool, to html: inout HTMLText) {
        write(tag.attribute("src") ?? [], alt: tag.attribute("alt") ?? [], isInLink: isInLink, to: &html)
    }

    /// An image of the result where it stands; any other as a link, since looking at a page asks nobody for anything.
    func write(_ url: [UInt8], alt: [UInt8], isInLink: Bool, to html: inout HTMLText) {
        if let path = addresses.image(at: url)?.path { return Self.writeImage(path, alt: alt, title: nil, to: &html) }
        let words = alt.isEmpty ? Array("image".utf8) : alt
        guard !isInLink, let target = LinkTarget(url), target.isRemote else {
            html.raw("<span class=\"absent\">")
            html.text(words)
            html.raw("</span>")
            return
        }
        html.raw("<a class=\"absent\" href=\"\(target.href)\" rel=\"noreferrer noopener\">")
        html.text(words)
        html.raw("</a>")
    }

    static func writeImage(_ path: String, alt: [UInt8], title: String?, to html: inout HTMLText) {
        html.raw("<img src=\"\(path)\" alt=\"")
        html.text(alt)
        if let title {
            html.raw("\" title=\"")
            html.text(title)
        }
        html.raw("\" loading=\"lazy\">")
    }

    /// What a table is scrolled in, and its tag.
    func tableStart() -> String {
        tables += 1
        return "<div class=\"table\" role=\"region\" aria-label=\"Table \(tables)\" tabindex=\"0\"><table dir=\"auto\">"
    }
}
