import JSONStream

/// Finds the code and the words of a refusal, in the places where the API's shapes have them.
///
/// A reason is a text; an object with `code` and with words in `message`, `msg` or `detail`; or a list of reasons, as a
/// validation error is, of which the first one counts.
struct ErrorReader: JSONHandler {
    private enum Field: String {
        case error, detail, code, message
    }

    private enum Part: String {
        case code, message, msg, detail
    }

    private enum Level {
        /// The document, and the member of it that comes next.
        case root(Field?)
        /// An object that is the reason in a field, and the member of it that comes next.
        case reason(Field, Part?)
        /// A list of reasons, and whether the first is still to come.
        case list(Field, isFirst: Bool)
        case ignored
    }

    private struct Reason {
        var text: String?
        var parts: [Part: String] = [:]

        var words: String? { text ?? parts[.message] ?? parts[.msg] ?? parts[.detail] }
    }

    private var open: [Level] = []
    private var reasons: [Field: Reason] = [:]
    private var isObject = false

    /// Bytes of a text that are kept: more than is ever shown.
    private static let textLimit = 8192
    /// No name that is looked for is longer.
    private static let nameLimit = 16

    /// Nil when the body is not one JSON object.
    static func read(_ body: [UInt8]) -> ErrorReader? {
        var reader = ErrorReader()
        do throws(JSONError) { try JSONScanner.scan(MemoryByteSource(body), handler: &reader) } catch { return nil }
        return reader.isObject ? reader : nil
    }

    var code: String? { reasons[.error]?.parts[.code] ?? reasons[.code]?.words }
    var message: String? { reasons[.error]?.words ?? reasons[.detail]?.words ?? reasons[.message]?.words }

    mutating func captureLimit(for kind: JSONTokenKind) -> Int {
        switch (kind, open.last) {
        case (.key, .root?), (.key, .reason?): Self.nameLimit
        case (.string, .root(.some)?), (.string, .reason(_, .some)?), (.string, .list(_, isFirst: true)?):
            Self.textLimit
        default: 0
        }
    }

    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        switch open.last {
        case .root?:
            let field = text.complete.flatMap { Field(rawValue: $0) }
            if let field { reasons[field] = nil }
            open[open.count - 1] = .root(field)
        case .reason(let field, _)?:
            open[open.count - 1] = .reason(field, text.complete.flatMap { Part(rawValue: $0) })
        default: break
        }
    }

    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        switch open.last {
        case .root(let field?)?, .list(let field, isFirst: true)?: reasons[field, default: Reason()].text = text.prefix
        case .reason(let field, let part?)?: reasons[field, default: Reason()].parts[part] = text.prefix
        default: break
        }
        valueEnded()
    }

    mutating func beginObject(at offset: UInt64) {
        switch open.last {
        case nil:
            isObject = true
            open.append(.root(nil))
        case .root(let field?)?, .list(let field, isFirst: true)?: open.append(.reason(field, nil))
        default: open.append(.ignored)
        }
    }

    mutating func beginArray(at offset: UInt64) {
        switch open.last {
        case .root(let field?)?, .list(let field, isFirst: true)?: open.append(.list(field, isFirst: true))
        default: open.append(.ignored)
        }
    }

    mutating func endObject(_ range: Range<UInt64>) { endContainer() }
    mutating func endArray(_ range: Range<UInt64>) { endContainer() }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { valueEnded() }
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) { valueEnded() }

    private mutating func endContainer() {
        _ = open.popLast()
        valueEnded()
    }

    private mutating func valueEnded() {
        if case .list(let field, isFirst: true)? = open.last { open[open.count - 1] = .list(field, isFirst: false) }
    }
}
