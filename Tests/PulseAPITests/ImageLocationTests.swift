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
            "/results/job-1/images/", "https://u:p@x.net/a.png", "https://x.net/a b.png", "javascript:alert(1)",
        ])
    func refused(url: String) throws {
        #expect(try location(url) == nil)
    }

    @Test("a URL without a usable last segment has no file name")
    func nameless() throws {
        #expect(try location("https://x.net/")?.fileName == nil)
        #expect(try location("https://x.net/%FF.png")?.fileName == nil)
    }
}
