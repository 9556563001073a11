#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the body of a refusal says, in any of the API's shapes: `{"error": {"code", "message"}}`, `{"error": "text"}`,
/// `{"detail": …}`; or in none, such as the HTML page of a proxy.
struct ErrorBody: Equatable {
    var code: String?
    var message: String?

    private static let longestMessage = 500

    init(_ bytes: [UInt8]) {
        if let wire = try? JSONDecoder().decode(Wire.self, from: Data(bytes)) {
            code = (wire.error?.code ?? wire.code?.text).map { Self.oneLine($0, limit: 64) }
            message = (wire.error?.message ?? wire.detail?.text ?? wire.message?.text).map {
                Self.oneLine($0, limit: Self.longestMessage)
            }
        } else {
            let text = Self.oneLine(Self.withoutTags(String(decoding: bytes.prefix(4096), as: UTF8.self)), limit: 200)
            message = text.isEmpty ? nil : "the answer is not JSON: \(text)"
        }
    }

    /// White space and control characters become single blanks, so that nothing from outside forges a line of a log.
    static func oneLine(_ text: String, limit: Int) -> String {
        let words = text.split {
            $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 32 || (127..<160).contains($0.value) }
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

    private struct Wire: Decodable {
        var error: Reason?
        var detail: Reason?
        var code: Reason?
        var message: Reason?
    }

    /// A text, an object with code and message, or something else that is then shown by its kind of nothing.
    private struct Reason: Decodable {
        var code: String?
        var message: String?

        var text: String? { message }

        private enum Keys: String, CodingKey { case code, message, msg, detail }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
                return
            }
            if let fields = try? decoder.container(keyedBy: Keys.self) {
                code = try? fields.decode(String.self, forKey: .code)
                message =
                    (try? fields.decode(String.self, forKey: .message))
                    ?? (try? fields.decode(String.self, forKey: .msg))
                    ?? (try? fields.decode(String.self, forKey: .detail))
                return
            }
            // A validation error is a list of reasons; the first one will do.
            if var list = try? decoder.unkeyedContainer(), let first = try? list.decode(Reason.self) { self = first }
        }
    }
}
