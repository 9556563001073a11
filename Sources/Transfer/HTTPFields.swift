/// Header fields in their order, looked up without regard to case.
///
/// The description shows names only, so that a key never reaches a log by accident.
package struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// One field: the name as it was spelled, the value without the white space around it.
    package struct Field: Sendable, Equatable, CustomStringConvertible {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        /// The name alone.
        package var description: String { name }
    }

    /// Every field in order, repeated names included.
    package private(set) var all: [Field]

    package init(_ fields: [Field] = []) {
        all = fields
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        all = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The value of the first field with this name.
    package subscript(name: String) -> String? {
        all.first { Self.sameName($0.name, name) }?.value
    }

    /// The values of every field with this name, in order.
    package func values(of name: String) -> [String] {
        all.filter { Self.sameName($0.name, name) }.map(\.value)
    }

    /// The members of the lists in all fields with this name, without the white space around them.
    func tokens(of name: String) -> [String] {
        values(of: name).flatMap { value in
            value.split(separator: ",", omittingEmptySubsequences: false).map { member in
                String(
                    member.trimmingPrefix(while: Self.isBlank).reversed().trimmingPrefix(while: Self.isBlank).reversed()
                )
            }
        }
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

    package mutating func append(name: String, value: String) {
        all.append(Field(name: name, value: value))
    }

    /// The same fields but for those with this name.
    package func without(name: String) -> HTTPFields { HTTPFields(all.filter { !Self.sameName($0.name, name) }) }

    package var description: String {
        "[\(all.map(\.name).joined(separator: ", "))]"
    }

    /// Continues the last value, for a header folded over two lines.
    mutating func extendLastValue(with continuation: String) {
        guard let last = all.popLast() else { return }
        let value = last.value.isEmpty ? continuation : "\(last.value) \(continuation)"
        all.append(Field(name: last.name, value: value))
    }

    private static func sameName(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { lowercase($0) == lowercase($1) }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
