/// A JSON value to be written, with keys in the order given.
///
/// The same node always becomes the same bytes. Two cases exist because a faithful answer needs
/// them: ``verbatim(_:)`` for spellings a writer would normalise (`1.0e3`, `\u00e9`), and
/// ``hosted(_:)`` for URLs whose host is that of the request being answered.
public enum JSONNode: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    /// A number with a fixed number of decimals, as billing and coordinates are written.
    case decimal(Double, places: Int)
    case string(String)
    case array([JSONNode])
    case object([(String, JSONNode)])
    /// JSON text copied as it is. The caller answers for its validity.
    case verbatim(String)
    /// A URL on the emulator itself: the origin of the request followed by this path.
    case hosted(String)
}

extension JSONNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONNode...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONNode)...) { self = .object(elements) }
}

extension JSONNode {
    /// The member of an object, or nil if this is no object or has no such key.
    public subscript(key: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0 == key }?.1
    }

    /// This object with more members at its end. Any other value is returned unchanged.
    package func appending(_ more: [(String, JSONNode)]) -> JSONNode {
        guard case .object(let members) = self else { return self }
        return .object(members + more)
    }
}
