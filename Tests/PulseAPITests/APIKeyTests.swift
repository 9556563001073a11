import PulseAPI
import Testing

@Suite("API key")
struct APIKeyTests {
    private struct Holder: Error {
        let key: APIKey
        let keys: [APIKey]
        let byName: [String: APIKey]
    }

    @Test("S4.3 printing, dumping, mirroring or interpolating a key shows no part of it, however deep it is held")
    func hidden() throws {
        let secret = "sk-4711-abcdef"
        let key = try #require(APIKey(secret))
        let holder = Holder(key: key, keys: [key], byName: ["a": key])
        var dumped = ""
        dump(key, to: &dumped)
        dump(holder, to: &dumped)
        dump(Optional(key), to: &dumped)
        let texts = [
            "\(key)", key.description, key.debugDescription, String(describing: key), String(reflecting: key), dumped,
            "\(holder)", String(reflecting: holder), "\(holder as any Error)", "\([key])", "\(Optional(key) as Any)",
            Mirror(reflecting: key).children.map { "\($0)" }.joined(),
        ]
        for text in texts {
            #expect(!text.contains("4711") && !text.contains("abcdef") && !text.contains("sk-"), "\(text)")
        }
        #expect(Mirror(reflecting: key).children.isEmpty)
        #expect(key.withSecret { $0 } == secret)
    }

    @Test("white space around a key is dropped", arguments: ["k-1", " k-1", "k-1\n", "k-1\r\n", "\t\n k-1 \n\n"])
    func trimmed(text: String) {
        #expect(APIKey(text)?.withSecret { $0 } == "k-1")
    }

    @Test(
        "what no header may carry is no key",
        arguments: [
            "", " \n", "a b", "a\nb", "a\r\nx-other: b", "a\0", "schlüssel", "a\u{7f}",
            String(repeating: "x", count: 4097),
        ])
    func refused(text: String) {
        #expect(APIKey(text) == nil)
    }
}
