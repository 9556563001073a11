import PulseAPI
import Testing

@Suite("Image location")
struct ImageLocationTests {
    private func location(_ url: String) throws -> ImageLocation? {
        ImageLocation(imageURL: url, of: try #require(JobID("job-1")))
    }

    @Test(
        "the API's endpoint is recognised by its path, on any host and below any base",
        arguments: [
            "https://api.example.com/results/job-1/images/a%20b.png",
            "http://10.0.0.1:81/results/job-1/images/a%20b.png",
            "/results/job-1/images/a%20b.png", "https://x.net/base/results/job-1/images/a%20b.png?page=2",
            "/results/job-1/images/a%20b.png#top",
        ])
    func endpoint(url: String) throws {
        #expect(try location(url) == .endpoint(PathSegment(asWritten: "a%20b.png")))
        #expect(try location(url)?.fileName == "a b.png")
    }

    @Test(
        "another job's image, or another path, is a URL of its own",
        arguments: [
            "https://x.net/results/job-2/images/a.png", "https://x.net/results/job-1/pictures/a.png",
            "https://x.net/a.png?sig=1",
        ])
    func elsewhere(url: String) throws {
        #expect(try location(url) == .url(url))
        #expect(try location(url)?.fileName == "a.png")
    }

    @Test(
        "what nobody can ask is no location",
        arguments: [
            "", "a.png", "/a.png", "//x.net/results/job-1/images/a.png", "ftp://x.net/a.png", "file:///etc/passwd",
            "/results/job-1/images/", "https://u:p@x.net/a.png", "https://x y.net/a.png", "https://ü.net/a.png",
            "https://%41.net/a.png", "javascript:alert(1)",
        ])
    func refused(url: String) throws {
        #expect(try location(url) == nil)
    }

    @Test(
        "S4.6 a name that leads elsewhere, for whoever decodes it once more, is no location",
        arguments: [
            "..", "%2e%2e", "%2E.", "..%2f..%2fjob%2fother", "..%5c..%5cjob", "..%255c..", "%252e%252e%252fx",
            "%2fjob%2fother", "a%2f%2fb",
            ".", "%2e", "..\\..\\job", "%25252525252525252e%2e%2f",
        ])
    func climbing(name: String) throws {
        #expect(try location("https://api.example.com/results/job-1/images/\(name)") == nil)
        #expect(try location("/results/job-1/images/\(name)") == nil)
    }

    @Test(
        "S4.6 dots, backslashes and percent signs that lead nowhere are a part of the name",
        arguments: ["..a.png", "a..png", "a%5cb.png", "a%2fb.png", "100%25.png", "...", "%25.png"])
    func harmless(name: String) throws {
        #expect(try location("/results/job-1/images/\(name)") == .endpoint(PathSegment(asWritten: name)))
    }

    @Test(
        "what does not belong into a URL is encoded, and what does stays",
        arguments: [
            ("https://x.net/a b.png", "https://x.net/a%20b.png"),
            ("https://x.net/ü.png?q=ä b", "https://x.net/%C3%BC.png?q=%C3%A4%20b"),
            ("https://x.net/a%20b%2Fc.png", "https://x.net/a%20b%2Fc.png"),
            ("https://x.net/100%.png", "https://x.net/100%25.png"),
            ("https://x.net/50%zz", "https://x.net/50%25zz"),
            ("https://x.net/\"<>\\^`{|}", "https://x.net/%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("https://x.net/a\r\nHost: y", "https://x.net/a%0D%0AHost:%20y"),
            ("https://x.net/e\u{301}", "https://x.net/e%CC%81"),
            ("https://x.net?a=[1]&b='", "https://x.net?a=[1]&b='"),
        ])
    func encoded(_ url: String, _ sent: String) throws {
        #expect(try location(url) == .url(sent))
        #expect(WebAddress.encoded(url) == sent && WebAddress.encoded(sent) == sent)
    }

    @Test("S1.8 names of the endpoint are told apart by their bytes, however they are written")
    func bytes() throws {
        let base = "https://x.net/results/job-1/images/Caf"
        #expect(try location(base + "\u{e9}.png") == location(base + "%C3%A9.png"))
        #expect(try location(base + "e\u{301}.png") == location(base + "e%CC%81.png"))
        #expect(try location(base + "\u{e9}.png") != location(base + "e\u{301}.png"))
        #expect(try location("/results/job-1/images/100%.png")?.fileName == "100%.png")
    }

    @Test("a URL without a usable last segment has no file name")
    func nameless() throws {
        #expect(try location("https://x.net/")?.fileName == nil)
        #expect(try location("https://x.net/%FF.png")?.fileName == nil)
    }
}
