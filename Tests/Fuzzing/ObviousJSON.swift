/// RFC 8259 said as plainly as possible, with what else JSONScanner is documented to take: a byte order mark, `NaN` and `Infinity`,
/// and at most 512 objects and arrays within each other.
struct ObviousJSON {
    private struct Unexpected: Error {}

    private let bytes: [UInt8]
    private var place = 0
    private var depth = 0

    static func isOne(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var text = ObviousJSON(bytes: bytes)
        return (try? text.document()) != nil
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func passes(_ text: String) -> Bool {
        guard bytes[place...].starts(with: text.utf8) else { return false }
        place += text.utf8.count
        return true
    }

    private mutating func pass(while isOne: (UInt8) -> Bool) -> Int {
        let start = place
        while let byte = next, isOne(byte) { place += 1 }
        return place - start
    }

    private mutating func space() { _ = pass { " \t\n\r".utf8.contains($0) } }

    private mutating func document() throws {
        _ = passes("\u{FEFF}")
        try element()
        guard next == nil else { throw Unexpected() }
    }

    /// A value with the white space around it.
    private mutating func element() throws {
        space()
        try value()
        space()
    }

    private mutating func value() throws {
        switch next {
        case UInt8(ascii: "{"): try container("}") { text throws in try text.member() }
        case UInt8(ascii: "["): try container("]") { text throws in try text.element() }
        case UInt8(ascii: "\""): try string()
        default:
            if ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(where: { passes($0) }) { return }
            try number()
        }
    }

    private mutating func container(_ end: String, _ one: (inout ObviousJSON) throws -> Void) throws {
        place += 1
        depth += 1
        guard depth <= 512 else { throw Unexpected() }
        defer { depth -= 1 }
        space()
        if passes(end) { return }
        repeat { try one(&self) } while passes(",")
        guard passes(end) else { throw Unexpected() }
    }

    private mutating func member() throws {
        space()
        try string()
        space()
        guard passes(":") else { throw Unexpected() }
        try element()
    }

    private mutating func string() throws {
        guard passes("\"") else { throw Unexpected() }
        while !passes("\"") {
            guard let byte = next, byte >= 0x20 else { throw Unexpected() }
            place += 1
            guard byte == UInt8(ascii: "\\") else { continue }
            guard let escaped = next, "\"\\/bfnrtu".utf8.contains(escaped) else { throw Unexpected() }
            place += 1
            guard escaped == UInt8(ascii: "u") else { continue }
            for _ in 0..<4 {
                guard let digit = next, "0123456789abcdefABCDEF".utf8.contains(digit) else { throw Unexpected() }
                place += 1
            }
        }
    }

    private mutating func number() throws {
        let isDigit = { (byte: UInt8) in "0123456789".utf8.contains(byte) }
        _ = passes("-")
        if !passes("0"), pass(while: isDigit) == 0 { throw Unexpected() }
        if passes("."), pass(while: isDigit) == 0 { throw Unexpected() }
        if passes("e") || passes("E") {
            _ = passes("+") || passes("-")
            if pass(while: isDigit) == 0 { throw Unexpected() }
        }
    }
}
