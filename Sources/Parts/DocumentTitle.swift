package import JSONStream
import PulseAPI

/// What people call a document.
package enum DocumentTitle {
    /// Bytes of a document that are looked at: its first heading stands near its beginning.
    private static let depth = 1 << 20
    /// In Unicode scalars.
    private static let longest = 200

    /// The first heading of a Markdown text, which is the string literal at `markdown`; nil where there is none, or none near the
    /// beginning.
    ///
    /// - Throws: what `JSONStringDecoder` throws.
    package static func read(_ source: any ByteSource, _ markdown: Range<UInt64>) throws(JSONError) -> String? {
        var reader = HeadingReader(limit: 1)
        var decoder = JSONStringDecoder(source, literal: markdown)
        var chunk: [UInt8] = []
        var looked = 0
        while reader.headings.isEmpty, looked < depth {
            guard try decoder.next(into: &chunk) else {
                reader.finish()
                break
            }
            reader.add(chunk)
            looked += chunk.count
        }
        guard let heading = reader.headings.first?.text else { return nil }
        let shown = PrintableText.line(heading).unicodeScalars
        return shown.count > longest ? String(String.UnicodeScalarView(shown.prefix(longest))) + "…" : String(shown)
    }
}
