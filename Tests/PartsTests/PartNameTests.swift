import Testing

@testable import Parts

@Suite("Names of parts")
struct PartNameTests {
    @Test(
        "S1.10 a name that would not be one name below its directory, or hidden, is none",
        arguments: [
            "", ".", ".a", ".\u{301}a", "a/b", "a\\b", "a\nb", "\u{202e}a", "\u{301}a", "\u{20e3}",
            String(repeating: "a", count: 201),
        ])
    func unsafe(name: String) { #expect(!PartName.isSafe(name)) }

    @Test("names in any script are", arguments: ["income", "Größe", "e\u{301}", "収入", "הכנסה", "a b"])
    func safe(name: String) { #expect(PartName.isSafe(name)) }
}
