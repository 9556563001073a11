import Foundation

/// A JSON value as it was written: numbers, booleans and null stay apart.
indirect enum JSONValue: Decodable {
    case null, boolean, integer, number, string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if (try? container.decode(Bool.self)) != nil {
            self = .boolean
        } else if (try? container.decode(Int64.self)) != nil {
            self = .integer
        } else if (try? container.decode(Double.self)) != nil {
            self = .number
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let values = try? container.decode([JSONValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    var type: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

/// What a section of `docs/json.md` says of the output of a command.
struct JSONSchema {
    /// The words of the command, such as `pulsefs jobs list`.
    let command: String
    /// By path, such as `[].problems[].file`.
    let types: [String: Set<String>]

    /// Every section of the page that has a table of keys.
    static func all(in page: String) -> [JSONSchema] {
        page.components(separatedBy: "\n## ").dropFirst().map { section in
            let lines = section.split(separator: "\n")
            let rows = lines.compactMap { $0.wholeMatch(of: #/\| `([^`]+)` \| ([a-z ]+) \| [^|]+ \|/#) }
            return JSONSchema(
                command: String(lines[0]),
                types: Dictionary(
                    rows.map { (String($0.output.1), Set($0.output.2.components(separatedBy: " or "))) },
                    uniquingKeysWith: { $0.union($1) }))
        }
    }

    /// What is wrong with the value, a line each; `seen` takes in the keys of the table that it has.
    func mistakes(in value: JSONValue, seen: inout Set<String>) -> [String] { mistakes(in: value, at: "", &seen) }

    private func mistakes(in value: JSONValue, at path: String, _ seen: inout Set<String>) -> [String] {
        var found: [String] = []
        if let allowed = types[path] {
            seen.insert(path)
            let isOne = allowed.contains(value.type) || value.type == "integer" && allowed.contains("number")
            if !isOne { found.append("\(path) is \(value.type), and is to be \(allowed.sorted())") }
        }
        switch value {
        case .array(let values):
            if !isInside(path + "[]") { found.append("\(path) is an array that the page does not have") }
            return found + values.flatMap { mistakes(in: $0, at: path + "[]", &seen) }
        case .object(let members):
            let inner = path.isEmpty ? "" : path + "."
            let missing = children(of: inner).subtracting(members.keys)
            found += missing.sorted().map { "\(inner)\($0) is missing" }
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if !isInside(inner + key) { found.append("\(inner)\(key) is not on the page") }
                found += mistakes(in: member, at: inner + key, &seen)
            }
            return found
        default: return found
        }
    }

    /// Whether the page has this path, or one behind it.
    private func isInside(_ path: String) -> Bool {
        types.keys.contains { $0 == path || $0.hasPrefix("\(path).") || $0.hasPrefix("\(path)[]") }
    }

    /// The keys of an object whose members' paths begin so.
    private func children(of inner: String) -> Set<String> {
        Set(
            types.keys.filter { $0.hasPrefix(inner) && !($0.hasPrefix("[]") && inner.isEmpty) }.map {
                String($0.dropFirst(inner.count).prefix { $0 != "." && $0 != "[" })
            })
    }
}
