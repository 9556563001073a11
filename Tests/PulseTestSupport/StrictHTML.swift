/// Reads a page as strictly as it is meant: a few tags, each closed where it was opened, quoted attributes that run nothing,
/// addresses that lead to an image beside the page or away by a harmless scheme, ids that are there once.
public struct StrictHTML {
    public private(set) var problems: [String] = []
    public private(set) var tags: [String: Int] = [:]
    /// Of links and images.
    public private(set) var addresses: [String] = []
    /// What a reader sees, and the texts of attributes.
    public private(set) var text = ""

    private static let void: Set<String> = ["meta", "br", "hr", "img", "input"]
    private static let known: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "footer", "section", "article",
        "div",
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "a", "img", "figure", "figcaption",
        "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "em", "strong", "del", "sub", "sup", "br", "hr",
        "blockquote", "input", "span", "details", "summary", "time", "b", "i", "u", "s", "caption", "tfoot",
    ]
    private static let attributes: Set<String> = [
        "lang", "dir", "charset", "http-equiv", "content", "name", "href", "class", "id", "src", "alt", "title",
        "loading",
        "rel",
        "role", "aria-label", "aria-labelledby", "tabindex", "scope", "colspan", "rowspan", "type", "disabled",
        "checked",
        "start", "open", "datetime",
    ]
    private static let notInParagraph: Set<String> = [
        "p", "div", "table", "ul", "ol", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "section",
        "hr",
    ]

    public init(_ html: String) {
        read(Self.separated(html))
        text = Self.joined(text)
        addresses = addresses.map(Self.joined)
        problems = problems.map(Self.joined)
    }

    /// Never part of a character with what stands beside it.
    private static let separator: Unicode.Scalar = "\u{200b}"

    /// A mark that belongs to the sign before it is no part of that sign for HTML, and neither is a sign that belongs to the next one.
    private static func separated(_ html: String) -> String {
        var separated = String.UnicodeScalarView()
        var wasASCII = true
        for scalar in html.unicodeScalars {
            if scalar.isASCII != wasASCII { separated.append(separator) }
            wasASCII = scalar.isASCII
            separated.append(scalar)
        }
        return String(separated)
    }

    private static func joined(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != separator }))
    }

    private mutating func read(_ html: String) {
        var rest = html[...]
        var open: [String] = []
        var ids: Set<String> = []
        if rest.hasPrefix("<!DOCTYPE html>\n") {
            rest = rest.dropFirst("<!DOCTYPE html>\n".count)
        } else {
            fail("doctype")
        }
        while let start = rest.firstIndex(of: "<") {
            text += rest[..<start]
            guard let end = rest[start...].firstIndex(of: ">") else { return fail("a tag without an end") }
            let inner = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if inner.hasPrefix("/") {
                let name = String(inner.dropFirst())
                if open.popLast() != name { fail("</\(name)> closes something else, in \(open)") }
                continue
            }
            let name = String(inner.prefix { $0 != " " })
            tags[name, default: 0] += 1
            if !Self.known.contains(name) { fail("<\(name)>") }
            if open.contains("p"), Self.notInParagraph.contains(name) { fail("<\(name)> in a paragraph") }
            if name == "a", open.contains("a") { fail("a link in a link") }
            if ["td", "th"].contains(name), open.last != "tr" { fail("a cell in \(open.last ?? "nothing")") }
            if name == "tr", !["table", "tbody", "thead", "tfoot"].contains(open.last) {
                fail("a row in \(open.last ?? "nothing")")
            }
            if ["ul", "ol"].contains(open.last), name != "li" { fail("<\(name)> in a list") }
            if name == "li", !["ul", "ol"].contains(open.last) { fail("an item in \(open.last ?? "nothing")") }
            if name == "caption", open.last != "table" { fail("a caption in \(open.last ?? "nothing")") }
            check(name, inner.dropFirst(name.count), &ids)
            if name == "style" {
                guard let close = rest.firstRange(of: "</style>") else { return fail("a style without an end") }
                rest = rest[close.upperBound...]
            } else if !Self.void.contains(name) {
                open.append(name)
            }
        }
        text += rest
        if !open.isEmpty { fail("left open: \(open)") }
        // In a text only these stand for themselves.
        if text.contains("<") || text.contains("\0") { fail("a text has what no text may have") }
        let signs = ["amp;", "lt;", "gt;", "quot;", "#39;"]
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            if !signs.contains(where: part.hasPrefix) { fail("&\(part.prefix(8))") }
        }
    }

    private mutating func fail(_ problem: String) { problems.append(problem) }

    private mutating func check(_ tag: String, _ source: Substring, _ ids: inout Set<String>) {
        var rest = source.drop { $0 == " " }
        while !rest.isEmpty {
            let name = String(rest.prefix { $0 != "=" && $0 != " " })
            rest = rest.dropFirst(name.count)
            var value = ""
            if rest.first == "=" {
                guard rest.dropFirst().first == "\"", let end = rest.dropFirst(2).firstIndex(of: "\"") else {
                    return fail("an attribute without quotes: \(source)")
                }
                value = String(rest.dropFirst(2)[..<end])
                rest = rest[rest.index(after: end)...]
            }
            rest = rest.drop { $0 == " " }
            if !Self.attributes.contains(name) { fail("<\(tag) \(name)>") }
            switch name {
            case "id": if !ids.insert(value).inserted || value.isEmpty { fail("id \(value) twice") }
            case "src":
                addresses.append(value)
                if tag != "img" || !value.hasPrefix("images/") || value.dropFirst(7).contains("/") {
                    fail("src \(value)")
                }
            case "href":
                addresses.append(value)
                let isPlain = Self.joined(value).allSatisfy {
                    $0.isASCII && !$0.isWhitespace && !"<>\"'\\`".contains($0)
                }
                let scheme = value.split(separator: ":", omittingEmptySubsequences: false).dropLast().first.map(
                    String.init)
                let head = value.prefix { !"/?#".contains($0) }
                let isKnown = !head.contains(":") || ["http", "https", "mailto", "tel"].contains(scheme?.lowercased())
                if !isPlain || !isKnown || value.hasPrefix("/") { fail("href \(value)") }
            case "alt", "title": text += value
            default: break
            }
        }
    }
}
