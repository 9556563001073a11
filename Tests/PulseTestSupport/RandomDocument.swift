/// Random JSON texts, in every spelling that the grammar allows.
package struct RandomDocument {
    package var generator: SeededGenerator
    private var text = ""

    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    package mutating func next() -> String {
        text = ""
        space()
        object(depth: 0)
        space()
        return text
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }

    private mutating func space() {
        while chance(30) { text += [" ", "\n", "\t", "\r", "  "].randomElement(using: &generator) ?? "" }
    }

    private mutating func value(depth: Int) {
        switch Int.random(in: 0..<(depth > 4 ? 6 : 10), using: &generator) {
        case 0...2: string()
        case 3...4: number()
        case 5: text += ["true", "false", "null"].randomElement(using: &generator) ?? ""
        case 6...7: array(depth: depth + 1)
        default: object(depth: depth + 1)
        }
    }

    private mutating func object(depth: Int) {
        text += "{"
        space()
        let count = Int.random(in: 0..<6, using: &generator)
        for index in 0..<count {
            // Keys differ: parsers are free to choose between equal ones.
            text += "\"\(index)"
            characters()
            text += "\""
            space()
            text += ":"
            space()
            value(depth: depth)
            space()
            if index < count - 1 { text += "," }
            space()
        }
        text += "}"
    }

    private mutating func array(depth: Int) {
        text += "["
        space()
        let count = Int.random(in: 0..<6, using: &generator)
        for index in 0..<count {
            value(depth: depth)
            space()
            if index < count - 1 { text += "," }
            space()
        }
        text += "]"
    }

    private mutating func number() {
        if chance(30) { text += "-" }
        text += chance(20) ? "0" : String(Int.random(in: 1..<100_000, using: &generator))
        if chance(40) { text += "." + String(Int.random(in: 0..<10_000, using: &generator)) }
        if chance(20) {
            text += ["e", "E"].randomElement(using: &generator) ?? ""
            text += ["", "+", "-"].randomElement(using: &generator) ?? ""
            text += String(Int.random(in: 0..<30, using: &generator))
        }
    }

    private mutating func string() {
        text += "\""
        characters()
        text += "\""
    }

    private mutating func characters() {
        let escapes = [
            "\\n", "\\t", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\u0041", "\\u00e9", "\\u6587", "\\uD83D\\uDE00",
            "\\u0000",
        ]
        let plain = ["a", "plain text", "é", "文", "😀", "\u{7F}", "\u{2028}", "0123456789abcdef", "\u{10FFFF}", "/"]
        for _ in 0..<Int.random(in: 0..<8, using: &generator) {
            text += (chance(40) ? escapes : plain).randomElement(using: &generator) ?? ""
        }
    }
}
