import JSONStream
import PulseAPI
import Quantities

/// What a value is, without looking into it.
enum JSONShape: Sendable, Equatable {
    case object, array, string, number, boolean, null
}

/// A value of a document, by where it stands.
struct JSONPlace: Sendable, Equatable {
    let shape: JSONShape
    /// From the first byte to the last, quotes and brackets included.
    let range: Range<UInt64>
}

/// One level of a document: the members of an object or the elements of an array, by where they stand. Passes over what is in
/// them.
struct JSONLevel: JSONHandler {
    /// In order; a name that is longer than `nameLimit` is none that anyone looks for.
    private(set) var members: [(name: String, place: JSONPlace)] = []
    private(set) var elements: [JSONPlace] = []
    private(set) var isCut = false
    private let limit: Int
    private var depth = 0
    private var name = ""
    private var isArray = false

    static let nameLimit = 1024

    /// The members or elements of the value at a range; `limit` bounds how many are kept.
    ///
    /// - Throws: what `JSONScanner` throws.
    static func read(
        _ source: any ByteSource, _ range: Range<UInt64>, limit: Int = 1 << 20
    ) throws(JSONError) -> JSONLevel {
        var level = JSONLevel(limit: limit)
        try JSONScanner.scan(source, range: range, handler: &level)
        return level
    }

    private init(limit: Int) { self.limit = limit }

    /// The last member of that name.
    subscript(name: String) -> JSONPlace? {
        members.last { $0.name.utf8.elementsEqual(name.utf8) }?.place
    }

    func captureLimit(for kind: JSONTokenKind) -> Int { kind == .key && depth == 1 ? Self.nameLimit : 0 }

    mutating func beginObject(at offset: UInt64) { depth += 1 }

    mutating func beginArray(at offset: UInt64) {
        if depth == 0 { isArray = true }
        depth += 1
    }

    mutating func endObject(_ range: Range<UInt64>) {
        depth -= 1
        ended(.object, range)
    }

    mutating func endArray(_ range: Range<UInt64>) {
        depth -= 1
        ended(.array, range)
    }

    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if depth == 1 { name = text.complete ?? "" }
    }

    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) { ended(.string, range) }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { ended(.number, range) }

    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {
        ended(literal == .null ? .null : .boolean, range)
    }

    private mutating func ended(_ shape: JSONShape, _ range: Range<UInt64>) {
        guard depth == 1 else { return }
        guard members.count + elements.count < limit else {
            isCut = true
            return
        }
        if isArray {
            elements.append(JSONPlace(shape: shape, range: range))
        } else {
            members.append((name, JSONPlace(shape: shape, range: range)))
        }
    }
}

/// The elements of an array one after the other, each as a tree: one pass, and the memory of one element.
struct JSONElements: JSONHandler {
    /// The element, nil when it is longer than may be looked at as a whole, and where it stands.
    typealias Visit = (JSONTree?, Range<UInt64>) -> Void

    private let limit: UInt64
    private let visit: Visit
    private var builder = JSONTreeBuilder()
    private var depth = 0
    private var start: UInt64 = 0
    private var isTooLong = false

    /// Visits the elements of the array at a range; nothing for a value that is no array.
    ///
    /// - Throws: what `JSONScanner` throws.
    static func forEach(
        _ source: any ByteSource, _ range: Range<UInt64>, limit: Int = JSONTree.elementLimit, _ visit: Visit
    ) throws(JSONError) {
        try withoutActuallyEscaping(visit) { (visit) throws(JSONError) in
            var reader = JSONElements(limit: UInt64(limit), visit: visit)
            try JSONScanner.scan(source, range: range, handler: &reader)
        }
    }

    private init(limit: UInt64, visit: @escaping Visit) { (self.limit, self.visit) = (limit, visit) }

    func captureLimit(for kind: JSONTokenKind) -> Int { depth >= 1 && !isTooLong ? Int(limit) : 0 }

    mutating func beginObject(at offset: UInt64) {
        opened(offset)
        if depth > 1, !isTooLong { builder.beginObject(at: offset) }
    }

    mutating func beginArray(at offset: UInt64) {
        opened(offset)
        if depth > 1, !isTooLong { builder.beginArray(at: offset) }
    }

    private mutating func opened(_ offset: UInt64) {
        depth += 1
        if depth == 2 { start = offset }
        check(offset)
    }

    /// Lets go of an element that has become too long.
    private mutating func check(_ offset: UInt64) {
        if depth > 1, !isTooLong, offset -| start > limit {
            isTooLong = true
            builder.reset()
        }
    }

    mutating func endObject(_ range: Range<UInt64>) {
        depth -= 1
        guard depth > 0 else { return }
        if !isTooLong { builder.endObject(range) }
        ended(range)
    }

    mutating func endArray(_ range: Range<UInt64>) {
        depth -= 1
        guard depth > 0 else { return }
        if !isTooLong { builder.endArray(range) }
        ended(range)
    }

    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if depth > 1, !isTooLong { builder.key(range, text) }
    }

    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        guard depth > 0 else { return }
        check(range.upperBound)
        if !isTooLong { builder.string(range, text) }
        ended(range)
    }

    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        guard depth > 0 else { return }
        if !isTooLong { builder.number(range, text) }
        ended(range)
    }

    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {
        guard depth > 0 else { return }
        if !isTooLong { builder.literal(range, literal) }
        ended(range)
    }

    private mutating func ended(_ range: Range<UInt64>) {
        guard depth == 1 else { return }
        let element = isTooLong || range.upperBound -| range.lowerBound > limit ? nil : builder.root
        builder.reset()
        isTooLong = false
        visit(element, range)
    }
}
