package import JSONStream
import PulseAPI
import Quantities

/// A value of a document, whole in memory: one element of a list at a time, never a document.
package indirect enum JSONTree: Equatable {
    case object([(name: String, value: JSONTree)])
    case array([JSONTree])
    case string(String)
    /// As it stands in the document, `NaN` and `Infinity` included.
    case number(String)
    case boolean(Bool)
    case null

    package static func == (one: JSONTree, other: JSONTree) -> Bool {
        switch (one, other) {
        case (.object(let one), .object(let other)):
            one.count == other.count && zip(one, other).allSatisfy { $0.name == $1.name && $0.value == $1.value }
        case (.array(let one), .array(let other)): one == other
        case (.string(let one), .string(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.boolean(let one), .boolean(let other)): one == other
        case (.null, .null): true
        default: false
        }
    }

    /// The member of that name, the last of several; nil for anything but an object.
    package subscript(name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package var elements: [JSONTree]? { if case .array(let elements) = self { elements } else { nil } }
    package var text: String? { if case .string(let text) = self { text } else { nil } }

    /// A whole number, also as `12.0` and in a string.
    package var integer: Int? {
        switch self {
        case .number(let digits), .string(let digits):
            Int(digits) ?? Double(digits).flatMap { Int(exactly: $0) }
        default: nil
        }
    }

    /// A number to reckon with, as it stands in the document.
    package var finite: String? {
        guard case .number(let digits) = self, Double(digits)?.isFinite == true else { return nil }
        return digits
    }

    /// A scalar as text: what a cell of a table says. Nil for containers, empty for null and for what is no number (`NaN`).
    package var scalar: String? {
        switch self {
        case .string(let text): text
        case .number(let digits): Self.isFinite(digits) ? digits : ""
        case .boolean(let isTrue): isTrue ? "true" : "false"
        case .null: ""
        case .object, .array: nil
        }
    }

    /// Whether a number is one, and not `NaN` or `Infinity`.
    static func isFinite(_ digits: String) -> Bool { !digits.utf8.contains { "NI".utf8.contains($0) } }

    /// The value at a range of a document; nil when it takes more than `limit` bytes there.
    ///
    /// - Throws: what `JSONScanner` throws.
    package static func read(
        _ source: any ByteSource, _ range: Range<UInt64>, limit: Int = elementLimit
    ) throws(JSONError) -> JSONTree? {
        guard range.upperBound -| range.lowerBound <= UInt64(limit) else { return nil }
        var builder = JSONTreeBuilder()
        try JSONScanner.scan(
            source, range: range, chunkSize: Int(range.upperBound -| range.lowerBound), handler: &builder)
        return builder.root
    }

    /// Bytes of JSON that an element may have to be looked at as a whole.
    package static let elementLimit = 4 << 20
}

/// Puts together what a scanner reports.
struct JSONTreeBuilder {
    private enum Open {
        case object([(name: String, value: JSONTree)], key: String)
        case array([JSONTree])
    }

    private var open: [Open] = []
    /// The value that was completed last, when nothing is open any more.
    private(set) var root: JSONTree?

    var isEmpty: Bool { open.isEmpty && root == nil }
    var depth: Int { open.count }

    mutating func reset() {
        open = []
        root = nil
    }

    private mutating func add(_ value: JSONTree) {
        switch open.popLast() {
        case .object(var members, let key):
            members.append((key, value))
            open.append(.object(members, key: ""))
        case .array(var elements):
            elements.append(value)
            open.append(.array(elements))
        case nil: root = value
        }
    }
}

extension JSONTreeBuilder: JSONHandler {
    mutating func captureLimit(for kind: JSONTokenKind) -> Int { .max }
    mutating func beginObject(at offset: UInt64) { open.append(.object([], key: "")) }
    mutating func beginArray(at offset: UInt64) { open.append(.array([])) }

    mutating func endObject(_ range: Range<UInt64>) {
        if case .object(let members, _)? = open.popLast() { add(.object(members)) }
    }

    mutating func endArray(_ range: Range<UInt64>) {
        if case .array(let elements)? = open.popLast() { add(.array(elements)) }
    }

    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if case .object(let members, _)? = open.popLast() { open.append(.object(members, key: text.prefix)) }
    }

    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) { add(.string(text.prefix)) }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { add(.number(text.prefix)) }

    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {
        switch literal {
        case .true: add(.boolean(true))
        case .false: add(.boolean(false))
        case .null: add(.null)
        }
    }
}
