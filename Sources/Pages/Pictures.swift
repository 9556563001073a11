/// The images of a page as its document comes to them.
final class Pictures {
    private let images: [PageImage]
    private let addresses: ImageAddresses
    /// A document with a figure for each image has them in the same order.
    private let areFiguresImages: Bool
    private var figures = 0
    private var tables = 0
    /// What a figure itself names as its image.
    var named: [UInt8]?

    init(_ images: [PageImage], ofJob job: String, in markdown: [UInt8]) {
        self.images = images
        addresses = ImageAddresses(images, ofJob: job)
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
        let inOrder = isOpen && areFiguresImages && figures < images.count ? images[figures] : nil
        figures += 1
        let path = (own ?? inOrder)?.path
        let hasWords = !caption.allSatisfy(\.isSpace)
        guard path != nil || hasWords else { return }
        html.raw("<figure>")
        if let path { Self.writeImage(path, alt: [], title: (own ?? inOrder)?.caption, to: &html) }
        if hasWords {
            html.raw("<figcaption>")
            html.raw(caption)
            html.raw("</figcaption>")
        }
        html.raw("</figure>")
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
        return "<div class=\"table\" role=\"region\" aria-label=\"Table \(tables)\" tabindex=\"0\"><table>"
    }
}
