/// What is around every page.
enum Frame {
    /// - Parameter refresh: after how many seconds a browser is to look again.
    static func begin(_ html: inout HTMLText, title: String, refresh: Int? = nil) {
        html.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file:; ")
        html.raw("style-src 'sha256-\(Stylesheet.digest)'; base-uri 'none'; form-action 'none'\">\n")
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        html.raw("<meta name=\"referrer\" content=\"no-referrer\">\n")
        if let refresh { html.raw("<meta http-equiv=\"refresh\" content=\"\(refresh)\">\n") }
        html.raw("<title>")
        html.text(title)
        html.raw("</title>\n<style>\(Stylesheet.text)</style>\n</head>\n<body>\n")
        html.raw("<a class=\"skip\" href=\"#content\">Skip to the content</a>\n")
    }

    static func end(_ html: inout HTMLText) { html.raw("</body>\n</html>\n") }
}
