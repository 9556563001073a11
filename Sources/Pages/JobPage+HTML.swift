extension JobPage {
    /// The page: the same bytes for the same values, in parts to be written one after the other.
    ///
    /// Takes time by the byte, on two threads. Memory is the page and two parts of the document taken apart.
    package func html() -> [[UInt8]] {
        let pictures = Pictures(images, ofJob: id, in: markdown ?? [])
        var writer = DocumentWriter(pictures)
        var body: [[UInt8]] = []
        MarkdownTree.forEachPiece(of: Array((markdown ?? []).prefix(Self.longestDocument))) { tree in
            writer.write(tree)
            body.append(writer.takeHTML())
        }
        var head = HTMLText()
        Frame.begin(&head, title: writer.outline.title ?? id, refresh: state == .running ? 5 : nil)
        writeHeader(&head, hasTitle: writer.outline.title != nil)
        writer.outline.write(to: &head)
        head.raw("<main id=\"content\">\n")
        if markdown != nil { head.raw("<article lang=\"\">\n") }
        var foot = HTMLText()
        if let markdown {
            foot.raw("</article>\n")
            if markdown.count > Self.longestDocument {
                foot.raw(
                    "<p class=\"notice\">The document goes on: all of it is in <a href=\"result.md\">result.md</a>.</p>\n"
                )
            }
        }
        writeChildren(&foot)
        parts?.write(to: &foot, hasTables: pictures.tables > 0)
        writeGallery(&foot)
        foot.raw(
            "</main>\n<footer>Shown by PulseFS from what the API sent. Nothing in this page asks the network.</footer>\n"
        )
        Frame.end(&foot)
        return [head.take()] + body + [foot.take()]
    }

    private func writeHeader(_ html: inout HTMLText, hasTitle: Bool) {
        html.raw("<header>\n")
        html.raw(hasTitle ? "<p class=\"id\">" : "<h1>")
        html.text(id)
        html.raw(hasTitle ? "</p>\n<dl>\n" : "</h1>\n<dl>\n")
        Self.write(&html, "Status", status)
        for (term, moment) in [("Created (UTC)", created), ("Updated (UTC)", updated)] {
            guard let moment else { continue }
            html.raw("<div><dt>\(term)</dt><dd>")
            html.moment(moment)
            html.raw("</dd></div>\n")
        }
        if let pageCount { Self.write(&html, "Pages", String(pageCount)) }
        if let creditsUsed { Self.write(&html, "Credits", Self.number(creditsUsed)) }
        html.raw("</dl>\n")
        if let words = notice {
            html.raw("<p class=\"notice\(isTrouble ? " bad" : "")\" role=\"status\">")
            html.text(words)
            html.raw("</p>\n")
        }
        if !warnings.isEmpty {
            html.raw("<ul class=\"notice\" aria-label=\"Warnings\">\n")
            for warning in warnings {
                html.raw("<li>")
                html.text(warning)
                html.raw("</li>\n")
            }
            html.raw("</ul>\n")
        }
        for (words, file) in highlights {
            html.raw("<p class=\"notice\">")
            html.text("\(words): ")
            html.raw("<a href=\"\(LinkTarget.segment(file))\">")
            html.text(file)
            html.raw("</a></p>\n")
        }
        html.raw("<ul class=\"files\" aria-label=\"Files\">\n")
        for file in files + (parts?.files ?? []) {
            // A page of the document's own is to be looked at by whoever means to, and not opened from here.
            let isInert = LinkTarget.isInert(file)
            html.raw(isInert ? "<li><a href=\"\(LinkTarget.segment(file))\">" : "<li>")
            html.text(file)
            html.raw(isInert ? "</a></li>\n" : "</li>\n")
        }
        html.raw("</ul>\n</header>\n")
    }

    private static func write(_ html: inout HTMLText, _ term: String, _ value: String) {
        html.raw("<div><dt>\(term)</dt><dd>")
        html.text(value)
        html.raw("</dd></div>\n")
    }

    /// Without a fraction that says nothing.
    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }

    /// What is to be said is that something went wrong.
    private var isTrouble: Bool { explanation != nil && state != .running && state != .canceled }

    /// What is to be said before all else.
    private var notice: String? {
        if let explanation { return explanation.last?.isNewline == true ? String(explanation.dropLast()) : explanation }
        return switch state {
        case .running: "The document is still being processed. This page looks again every few seconds."
        case .completed
        where markdown == nil && images.isEmpty && children.isEmpty && parts?.isEmpty != false
            && highlights.isEmpty:
            "The result has no document to show: see result.json."
        default: nil
        }
    }

    private func writeChildren(_ html: inout HTMLText) {
        guard !children.isEmpty else { return }
        html.raw("<section aria-labelledby=\"children\">\n<h2 id=\"children\">Jobs of this batch</h2>\n<ul>\n")
        for child in children {
            html.raw("<li><a href=\"../\(LinkTarget.segment(child.id))/index.html\">")
            html.text(child.name ?? child.id)
            html.raw("</a> <span class=\"place\">")
            html.text(
                ([child.name == nil ? nil : child.id, child.status] as [String?]).compactMap(\.self).joined(
                    separator: ", "))
            html.raw("</span></li>\n")
        }
        html.raw("</ul>\n</section>\n")
    }

    private func writeGallery(_ html: inout HTMLText) {
        guard !images.isEmpty else { return }
        html.raw("<section aria-labelledby=\"images\">\n<h2 id=\"images\">Images</h2>\n<ul class=\"gallery\">\n")
        for image in images {
            html.raw("<li><figure>")
            if let path = image.path {
                // What a browser would open as a page, with scripts, is to be looked at and not to be opened.
                if image.isPicture { html.raw("<a href=\"\(path)\">") }
                Pictures.writeImage(
                    path, alt: Array((image.caption ?? image.fileName ?? "").utf8), title: nil, to: &html)
                if image.isPicture { html.raw("</a>") }
            }
            html.raw("<figcaption>")
            html.text(image.caption ?? image.fileName ?? "Image")
            if image.title != nil, let kind = image.kind { html.text(" (\(kind))") }
            if !image.source.words.isEmpty {
                html.raw("<br><span class=\"place\">")
                html.text(image.source.words)
                html.raw("</span>")
            }
            if image.path == nil {
                html.raw("<br>")
                html.text("There is no picture\(image.problem.map { ": \($0)" } ?? ".")")
            }
            html.raw("</figcaption></figure></li>\n")
        }
        html.raw("</ul>\n</section>\n")
    }
}
