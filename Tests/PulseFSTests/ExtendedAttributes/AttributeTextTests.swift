import Testing

@testable import PulseFS

@Suite("Attribute text")
struct AttributeTextTests {
    private func shown(_ text: String) -> String? {
        AttributeText.bytes(of: text).flatMap { String(validating: $0, as: UTF8.self) }
    }

    @Test(
        "what would end the line or the text, or turn the order of what follows, becomes a blank",
        arguments: [
            ("Revenue, größer als 2024 図表", "Revenue, größer als 2024 図表"), ("a\u{0}b", "a b"), ("a\r\nb\tc", "a  b c"),
            ("a\u{1b}[31mb\u{7f}\u{85}c", "a [31mb  c"), ("a\u{2028}b\u{2029}c", "a b c"),
            ("a\u{202e}b\u{2066}c", "a b c"), ("\u{fffd}\u{feff}", "\u{fffd} "), ("\u{200f}א", " א"),
        ])
    func control(text: String, value: String) {
        #expect(shown(text) == value)
    }

    @Test("a text with nothing in it is none", arguments: ["", " ", "\u{0}\n\u{202e}"])
    func nothing(text: String) {
        #expect(AttributeText.bytes(of: text) == nil)
    }

    @Test(
        "a long text is cut to 1024 bytes, where a character ends",
        arguments: [("a", 1024), ("é", 1024), ("図", 1023), ("👩‍👩‍👧‍👦", 1000), ("e\u{301}", 1023)])
    func cut(character: String, size: Int) throws {
        let value = try #require(shown(String(repeating: character, count: 1024)))
        #expect(value.utf8.count == size && value.allSatisfy { String($0).utf8.elementsEqual(character.utf8) })
        let fits = String(repeating: character, count: size / character.utf8.count)
        #expect(shown(fits) == fits)
    }

    @Test("one character of thousands of accents is cut within itself, and is still UTF-8")
    func endless() throws {
        let value = try #require(shown("e" + String(repeating: "\u{301}", count: 5000)))
        #expect(value.utf8.count == 1023)
    }
}
