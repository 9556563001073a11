/// What the body of a refusal says, in any of the API's shapes: `{"error": {"code", "message"}}`, `{"error": "text"}`,
/// `{"detail": …}`; or in none, such as the HTML page of a proxy.
struct ErrorBody: Equatable {
    var code: String?
    var message: String?

    private static let longestMessage = 500

    /// `known` takes out of a decoded text what nobody may see.
    init(_ bytes: [UInt8], _ known: (String) -> String = { $0 }) {
        if let reader = ErrorReader.read(bytes) {
            code = reader.code.map { Self.oneLine(known($0), limit: 64) }
            message = reader.message.map { Self.oneLine(known($0), limit: Self.longestMessage) }
        } else {
            let text = Self.oneLine(
                known(Self.withoutTags(known(String(decoding: bytes.prefix(4096), as: UTF8.self)))), limit: 200)
            message = text.isEmpty ? nil : "the answer is not JSON: \(text)"
        }
    }

    /// White space and what is not to be seen become single blanks, so that nothing from outside forges a line of a log.
    static func oneLine(_ text: String, limit: Int) -> String {
        let words = text.split {
            $0.isWhitespace || $0.unicodeScalars.contains { !PrintableText.isPrintable($0) }
        }
        let line = words.joined(separator: " ")
        // Counted in scalars: a single character may be any number of them.
        let scalars = line.unicodeScalars
        return scalars.count > limit ? String(scalars.prefix(limit)) + "…" : line
    }

    private static func withoutTags(_ text: String) -> String {
        var inside = false
        return String(
            text.compactMap { character -> Character? in
                if character == "<" { inside = true }
                defer { if character == ">" { inside = false } }
                return character == ">" && inside ? " " : (inside ? nil : character)
            })
    }
}
