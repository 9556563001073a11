package import JSONStream

/// Tells the object in which the API says what went wrong from a result, wherever it stands: `{"error": …}`,
/// `{"detail": …}`, and what may come with them. A result that has a member `error` has others too.
package struct ErrorObject: JSONHandler {
    private static let names: Set<String> = [
        "error", "errors", "detail", "message", "code", "status", "status_code", "success", "request_id", "timestamp",
        "path", "type", "title",
    ]

    private var depth = 0
    private var isNamed = false
    private var hasOthers = false
    /// The member that is being read says that something went wrong, unless it is null.
    private var isNaming = false

    /// Whether the document is an object of that kind. Throws what `JSONScanner` throws.
    package static func isOne(_ source: any ByteSource) throws(JSONError) -> Bool {
        var reader = ErrorObject()
        try JSONScanner.scan(source, handler: &reader)
        return reader.isNamed && !reader.hasOthers
    }

    package mutating func captureLimit(for kind: JSONTokenKind) -> Int {
        kind == .key && depth == 1 ? JSONMember.nameLimit : 0
    }

    package mutating func beginObject(at offset: UInt64) { begin() }
    package mutating func beginArray(at offset: UInt64) { begin() }
    package mutating func endObject(_ range: Range<UInt64>) { depth -= 1 }
    package mutating func endArray(_ range: Range<UInt64>) { depth -= 1 }

    package mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        guard depth == 1 else { return }
        let name = text.complete ?? ""
        isNaming = name == "error" || name == "detail"
        if !Self.names.contains(name) { hasOthers = true }
    }

    package mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) { value() }
    package mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { value() }

    package mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {
        if literal != .null { value() }
    }

    private mutating func begin() {
        value()
        depth += 1
    }

    private mutating func value() { if depth == 1, isNaming { isNamed = true } }
}
