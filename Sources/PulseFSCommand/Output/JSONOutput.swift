import Foundation
import PulseAPI

extension Terminal {
    /// One JSON value with its keys in snake_case and in order; in one line where that tells it from the next.
    static func say(json value: some Encodable, inOneLine: Bool = false) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !inOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.keyEncodingStrategy = .convertToSnakeCase
        say(PrintableText.json(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }
}

/// A value whose key is there also when it is not known: then it is null.
struct OrNull<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

extension OrNull: Sendable where Value: Sendable {}
