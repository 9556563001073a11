import Testing
import Transfer

@Suite(timeLimit) struct RequestCheckTests {
    @Test(arguments: [
        "", "/relative", "example.org/x", "ftp://example.org/", "file:///etc/passwd", "http://",
        "http://user@example.org/",
        "http://user:pw@example.org/", "http://example.org/a b", "http://example.org/\r\nX: y",
        "http://example.org/\u{0}",
        "http://example.org/é", "http://example.org:99999/", "gopher://example.org/", "http:///x",
        "javascript:alert(1)",
    ])
    func aURLThatMustNotBeSentIsRefused(url: String) async throws {
        #expect(try await failure(of: .init(url: url)).code == .invalidURL)
    }

    @Test(arguments: [
        ("X-Key", "a\r\nX-Other: b"), ("X-Key", "a\nb"), ("X-Key", "a\u{0}b"), ("X\r\nY", "a"), ("X-Key:", "a"),
        ("", "a"),
        ("X Key", "a"), ("X-\u{0}", "a"), ("Ключ", "a"),
    ])
    func aHeaderThatWouldBreakTheRequestIsRefused(name: String, value: String) async throws {
        let error = try await failure(
            of: .init(url: "http://127.0.0.1:1/", headers: .init([.init(name: name, value: value)])))
        #expect(error.code == .invalidRequest)
        #expect(!error.message.contains("X-Other"))
    }

    @Test func aRangeThatEndsBeforeItBeginsIsRefused() async throws {
        let error = try await failure(of: .init(url: "http://127.0.0.1:1/", range: .init(first: 2, last: 1)))
        #expect(error.code == .invalidRequest)
    }
}
