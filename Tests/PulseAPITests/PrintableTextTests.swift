import Foundation
import PulseTestSupport
import Testing

@testable import PulseAPI

@Suite("Printable text")
struct PrintableTextTests {
    static let unseen: [Unicode.Scalar] =
        ["\u{0}", "\u{7}", "\u{8}", "\t", "\n", "\r", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{61c}"]
        + ["\u{200e}", "\u{200f}", "\u{2028}", "\u{2029}", "\u{202a}", "\u{202b}", "\u{202c}", "\u{202d}", "\u{202e}"]
        + ["\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{feff}", "\u{fff9}", "\u{e0041}"]

    @Test("S4.7 controls, line separators and marks of direction are not printed", arguments: unseen)
    func replaced(scalar: Unicode.Scalar) {
        #expect(!PrintableText.isPrintable(scalar))
        #expect(PrintableText.line("a\(scalar)b") == "a?b")
        #expect(!ErrorBody.oneLine("a\(scalar)b", limit: 9).unicodeScalars.contains(scalar))
        let json = PrintableText.json("{\"a\":\"\(scalar)\"}")
        #expect(scalar == "\n" || json.unicodeScalars.allSatisfy { PrintableText.isPrintable($0) }, "\(json)")
    }

    @Test(
        "letters of all scripts, joiners and emoji are",
        arguments: ["a ~", "é e\u{301}", "日本", "עברית", "نمی\u{200c}خواهم", "👩‍👧"])
    func kept(text: String) {
        #expect(PrintableText.line(text) == text && PrintableText.json(text) == text)
    }

    @Test("S4.7 in JSON they stand by their numbers")
    func numbers() {
        #expect(PrintableText.json("[\"\u{202e}x\u{e0041}\"]\n") == "[\"\\u202ex\\udb40\\udc41\"]\n")
    }

    @Test("S4.7 any text is a line that can be printed, and any JSON stays the same value")
    func laws() throws {
        var chance = SeededGenerator(seed: 5)
        for _ in 1...3_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...60, using: &chance) {
                let number: UInt32 =
                    switch Int.random(in: 0..<4, using: &chance) {
                    case 0: UInt32.random(in: 0...0x1ff, using: &chance)
                    case 1: UInt32.random(in: 0x2000...0x20ff, using: &chance)
                    case 2: UInt32.random(in: 0xfe00...0xffff, using: &chance)
                    default: UInt32.random(in: 0...0x10ffff, using: &chance)
                    }
                if let scalar = Unicode.Scalar(number) { text.unicodeScalars.append(scalar) }
            }
            let line = PrintableText.line(text)
            #expect(line.unicodeScalars.allSatisfy(PrintableText.isPrintable))
            #expect(line.unicodeScalars.count == text.unicodeScalars.count)
            let json = String(decoding: try JSONEncoder().encode([text]), as: UTF8.self)
            let shown = PrintableText.json(json)
            #expect(shown.unicodeScalars.allSatisfy(PrintableText.isPrintable))
            let back = try JSONDecoder().decode([String].self, from: Data(shown.utf8))
            #expect(back.first.map { Array($0.utf8) } == Array(text.utf8))
        }
    }
}
