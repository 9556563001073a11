/// What a scanner reports, in the order of the document. Offsets count from the beginning of the source; a range
/// covers its token from the first byte to the last, quotes and brackets included.
///
/// A report is about what was well-formed so far: the scan may still fail further on.
package protocol JSONHandler {
    /// How many decoded bytes of the token that begins now are to be kept. Asked once for each key, string and
    /// number; 0 keeps nothing and is fastest.
    mutating func captureLimit(for kind: JSONTokenKind) -> Int

    mutating func beginObject(at offset: UInt64)
    mutating func endObject(_ range: Range<UInt64>)
    mutating func beginArray(at offset: UInt64)
    mutating func endArray(_ range: Range<UInt64>)
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText)
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText)
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText)
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral)
}

/// A token whose text a handler can ask for.
package enum JSONTokenKind: Sendable {
    case key, string, number
}

/// RFC 8259, section 3.
package enum JSONLiteral: String, Sendable {
    case `true`, `false`, null
}
