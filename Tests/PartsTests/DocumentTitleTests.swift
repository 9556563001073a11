import JSONStream
import PulseAPI
import Testing

@testable import Parts

@Suite("Titles of documents")
struct DocumentTitleTests {
    private func title(_ literal: String) throws -> String? {
        let text = "\"\(literal)\""
        return try DocumentTitle.read(MemoryByteSource(Array(text.utf8)), 0..<UInt64(text.utf8.count))
    }

    @Test(
        "the first heading is the title, whatever its level",
        arguments: [
            (#"# Lease of the mill"#, "Lease of the mill"), (#"text\n\n## First\n# Second"#, "First"),
            (#"```\n# code\n```\n### After ###"#, "After"), (#"#no heading\n#  \n# A"#, "A"),
        ] as [(String, String)])
    func first(literal: String, expected: String) throws { #expect(try title(literal) == expected) }

    @Test("a document without a heading has no title", arguments: ["", "text", #"```\n# code"#])
    func none(literal: String) throws { #expect(try title(literal) == nil) }

    @Test("a title is one line, printable and of bounded length")
    func bounded() throws {
        #expect(try title(#"# a\u202eb\u0007c"#) == "a?b?c")
        #expect(try title("# " + String(repeating: "x", count: 900)) == String(repeating: "x", count: 200) + "…")
    }

    @Test("a heading far down is not looked for")
    func far() throws { #expect(try title(String(repeating: "text ", count: 500_000) + #"\n# Late"#) == nil) }
}
