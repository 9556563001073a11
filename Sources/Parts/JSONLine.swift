import Quantities

/// Writes JSON in one line (RFC 8259).
struct JSONLine {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    mutating func add(_ name: String, _ value: JSONTree?) {
        guard let value else { return }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        Self.write(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        value.write(to: &bytes)
    }

    mutating func add(_ name: String, _ text: String?) { add(name, text.map { .string($0) }) }
    mutating func add(_ name: String, _ number: Int?) { add(name, number.map { .number(String($0)) }) }

    /// With the end of the line.
    var finished: [UInt8] { bytes + [UInt8(ascii: "}"), UInt8(ascii: "\n")] }

    static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case ..<0x20:
                let digits = String(byte, radix: 16)
                bytes += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONTree {
    /// In one line. `NaN` and the infinities, which JSON does not have, become null.
    func write(to bytes: inout [UInt8]) {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in members.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONLine.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): JSONLine.write(text, to: &bytes)
        case .number(let digits):
            bytes += (Self.isFinite(digits) ? digits : "null").utf8
        case .boolean(let isTrue): bytes += (isTrue ? "true" : "false").utf8
        case .null: bytes += "null".utf8
        }
    }
}

/// Lays a JSON text out anew, byte by byte, whatever its length: in one line, or indented by two spaces a level. Texts and numbers
/// stay as they are written, but for `NaN` and the infinities, which JSON does not have and which become null.
struct JSONLayout {
    enum Style { case line, indented }

    private let style: Style
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// A bracket was opened, and nothing stands in it yet.
    private var isEmpty = false
    /// Letters of a word that is no text.
    private var word: [UInt8] = []

    init(_ style: Style) { self.style = style }

    mutating func add(_ chunk: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        for byte in chunk { add(byte, to: &bytes) }
    }

    /// To be called at the end of the text.
    mutating func finish(_ bytes: inout [UInt8]) { endWord(&bytes) }

    private mutating func add(_ byte: UInt8, to bytes: inout [UInt8]) {
        if isInString {
            bytes.append(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): endWord(&bytes)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            begin(&bytes)
            bytes.append(byte)
            depth += 1
            isEmpty = true
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            endWord(&bytes)
            depth -= 1
            if !isEmpty { breakLine(&bytes) }
            isEmpty = false
            bytes.append(byte)
        case UInt8(ascii: ","):
            endWord(&bytes)
            bytes.append(byte)
            breakLine(&bytes)
        case UInt8(ascii: ":"):
            bytes.append(byte)
            if style == .indented { bytes.append(UInt8(ascii: " ")) }
        case UInt8(ascii: "\""):
            begin(&bytes)
            bytes.append(byte)
            isInString = true
        default:
            if word.isEmpty { begin(&bytes) }
            word.append(byte)
        }
    }

    private mutating func begin(_ bytes: inout [UInt8]) {
        if isEmpty { breakLine(&bytes) }
        isEmpty = false
    }

    private mutating func endWord(_ bytes: inout [UInt8]) {
        guard !word.isEmpty else { return }
        let isNumberless = word.contains { $0 == UInt8(ascii: "N") || $0 == UInt8(ascii: "I") }
        bytes += isNumberless ? Array("null".utf8) : word
        word = []
    }

    private func breakLine(_ bytes: inout [UInt8]) {
        guard style == .indented else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes += repeatElement(UInt8(ascii: " "), count: 2 * depth)
    }
}
