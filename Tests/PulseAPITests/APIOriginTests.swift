import PulseAPI
import Testing

@Suite("API origin")
struct APIOriginTests {
    @Test(
        "an address is shown as it is asked: lower case, without the usual port and a last slash",
        arguments: [
            ("https://api.runpulse.com", "https://api.runpulse.com"),
            ("HTTPS://API.RunPulse.com/", "https://api.runpulse.com"),
            ("https://h:443", "https://h"), ("http://h:80", "http://h"), ("https://h:80", "https://h:80"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://[::1]:9", "http://[::1]:9"),
            ("https://h/base//", "https://h/base"),
        ])
    func shown(text: String, description: String) {
        #expect(APIOrigin(text)?.description == description)
    }

    @Test(
        "what is no address of an API is refused",
        arguments: [
            "", "h", "ftp://h", "https://", "https:///x", "//h", "https://h?x=1", "https://h#x", "https://u@h",
            "https://u:p@h", "https://h:0", "https://h:65536", "https://h ", "https://h\n", "https://ü", "file:///etc",
        ])
    func refused(text: String) {
        #expect(APIOrigin(text) == nil)
    }

    @Test("S4.3 only the same scheme, host and port are the API's own")
    func contains() throws {
        let origin = try #require(APIOrigin("https://api.example.com"))
        for url in ["https://api.example.com/x", "https://API.example.com:443/x?y", "https://api.example.com"] {
            #expect(origin.contains(url), "\(url)")
        }
        for url in [
            "http://api.example.com/x", "https://api.example.com:8443/x", "https://api.example.com.evil.net/x",
            "https://evil.net/api.example.com", "https://user@api.example.com/x", "//api.example.com/x", "/x", "",
            "https://api.example.com@evil.net/", "https://api.example.com\\@evil.net/", "https://xapi.example.com/",
        ] {
            #expect(!origin.contains(url), "\(url)")
        }
    }

    @Test("plain HTTP to another machine is unprotected")
    func unprotected() {
        for text in ["http://api.example.com", "http://128.0.0.1", "http://localhost.example.com"] {
            #expect(APIOrigin(text)?.isUnprotected == true, "\(text)")
        }
        for text in ["https://api.example.com", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]"] {
            #expect(APIOrigin(text)?.isUnprotected == false, "\(text)")
        }
    }

    @Test("a name that only looks like the loopback address is another machine")
    func lookalike() {
        #expect(APIOrigin("http://127.0.0.1.example.com")?.isUnprotected == true)
    }

    @Test(
        "S4.3 what is shown of a URL has no query, fragment or user in it, and a link that is good for one use is not shown",
        arguments: [
            ("https://H.example.com/a%20b/c.png?X-Signature=s&x=1#top", "https://h.example.com/a%20b/c.png"),
            ("http://h:8443/c.png#s", "http://h:8443/c.png"), ("https://h:443?s", "https://h"),
            ("https://[::1]:9/c", "https://[::1]:9/c"), ("https://u:s@h/c.png", nil), ("https://s@h/c.png", nil),
            ("https://h/large_results/job-1", nil), ("https://h/base/large_results/job-1/x.png?y", nil),
            ("ftp://h/c", nil), ("/c.png", nil), ("https://h/\nc", nil), ("https://h/a?b\u{0}", nil),
        ])
    func publicAddress(url: String, shown: String?) {
        #expect(APIOrigin.publicAddress(of: url) == shown)
    }
}
