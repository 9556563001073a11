/// Writes a ``JSONNode`` as compact UTF-8 text.
struct JSONWriter {
    /// Scheme, host and port put before the path of ``JSONNode/hosted(_:)`` values.
    let origin: String
    private(set) var bytes: [UInt8] = []

    init(origin: String) {
        self.origin = origin
    }

    /// The text of one value.
    static func bytes(of node: JSONNode, origin: String) -> [UInt8] {
        var writer = JSONWriter(origin: origin)
        writer.write(node)
        return writer.bytes
    }

    mutating func write(_ node: JSONNode) {
        switch node {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .int(let value): raw(String(value))
        case .decimal(let value, let places): raw(Self.fixed(value, places: places))
        case .string(let value): string(value)
        case .verbatim(let text): raw(text)
        case .hosted(let path): string(origin + path)
        case .array(let elements): array(elements)
        case .object(let members): object(members)
        }
    }

    private mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func array(_ elements: [JSONNode]) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func object(_ members: [(String, JSONNode)]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            string(member.0)
            bytes.append(UInt8(ascii: ":"))
            write(member.1)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        Self.escape(value.utf8, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a string's bytes with `"`, `\` and control characters escaped; the rest stays UTF-8.
    static func escape(_ text: some Sequence<UInt8>, into bytes: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
            case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: (digits.count == 1 ? #"\u000"# : #"\u00"#).utf8)
                bytes.append(contentsOf: digits.utf8)
            default: bytes.append(byte)
            }
        }
    }

    private static func fixed(_ value: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }
}
