/// The types of RFC 8259, section 3.
package enum JSONKind: String {
    case object, array, string, number, boolean, null

    /// The type as it stands in a sentence: "an array".
    package var phrase: String {
        switch self {
        case .null: rawValue
        case .object, .array: "an \(rawValue)"
        case .string, .number, .boolean: "a \(rawValue)"
        }
    }
}
