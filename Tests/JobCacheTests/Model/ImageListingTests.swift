import ArtifactStore
import PulseAPI
import Testing

@testable import JobCache

@Suite("Image listing")
struct ImageListingTests {
    private static func remote(_ url: String, id: String? = nil) -> ImageFacts {
        var facts = ImageFacts()
        facts.id = id
        facts.source = .remote(url: url)
        return facts
    }

    private static func endpoint(_ name: String, id: String? = nil) -> ImageFacts {
        remote("https://api.example.com/results/job-1/images/\(name)", id: id)
    }

    private static func inline(_ mediaType: String, id: String? = nil, at start: UInt64 = 0) -> ImageFacts {
        var facts = ImageFacts()
        facts.id = id
        facts.source = .inline(dataURI: start..<start + 10, mediaType: mediaType, isBase64: true)
        return facts
    }

    private func items(_ images: ImageFacts...) throws -> [ImageListing.Item] {
        ImageListing(images, of: try #require(JobID("job-1"))).items
    }

    private func names(_ images: ImageFacts...) throws -> [String] {
        ImageListing(images, of: try #require(JobID("job-1"))).items.map(\.name)
    }

    @Test("S1.4 an image is named by the last segment of its URL, decoded")
    func decoded() throws {
        #expect(try names(Self.endpoint("chart.png"), Self.endpoint("a%20b.png")) == ["chart.png", "a b.png"])
        #expect(try names(Self.remote("https://cdn.example.net/x/y/%C3%BC.jpg?sig=1")) == ["ü.jpg"])
    }

    @Test("S1.4 a data: URI becomes <id>.<type>, and its place in the result when it has no usable id")
    func inlineNames() throws {
        #expect(try names(Self.inline("image/png", id: "fig-1")) == ["fig-1.png"])
        #expect(try names(Self.inline("image/svg+xml", id: "fig-1")) == ["fig-1.svg"])
        #expect(try names(Self.inline("text/x-evil", id: "fig-1")) == ["fig-1.bin"])
        #expect(
            try names(Self.inline("image/png"), Self.inline("image/png", id: "")) == ["image-1.png", "image-2.png"])
        #expect(try names(Self.inline("image/png", id: "../../etc/passwd")) == ["image-1.png"])
    }

    @Test("S1.4 two images never share a name")
    func duplicates() throws {
        let listed = try names(
            Self.inline("image/png", id: "chart"), Self.endpoint("chart.png"), Self.inline("image/png", id: "chart"),
            Self.remote("https://cdn.example.net/chart.png"), Self.endpoint("chart-2.png"))
        #expect(listed == ["chart.png", "chart-2.png", "chart-3.png", "chart-4.png", "chart-2-2.png"])
        #expect(Set(listed).count == listed.count)
    }

    @Test("the same URL twice is one image, and an inline image is always one of its own")
    func sameURL() throws {
        #expect(
            try names(Self.endpoint("a.png"), Self.endpoint("a.png"), Self.endpoint("b.png")) == ["a.png", "b.png"])
        #expect(try names(Self.remote("https://x.net/a.png"), Self.remote("https://x.net/a.png")) == ["a.png"])
        #expect(try items(Self.inline("image/png", id: "a"), Self.inline("image/png", id: "a", at: 99)).count == 2)
    }

    @Test(
        "S1.4 a name that is unsafe as a file name never becomes a path",
        arguments: ["a%2Fb.png", "line%0Abreak.png", "nul%00.png", "%C2%85.png"])
    func hostile(segment: String) throws {
        #expect(try names(Self.endpoint(segment, id: "fig")) == ["fig.png"])
        #expect(try names(Self.endpoint(segment)) == ["image-1.png"])
    }

    @Test(
        "S1.4 a path that climbs names no image",
        arguments: ["..", ".", "%2e%2E", "../a.png", "..%2F..%2Fetc%2Fpasswd"])
    func climbing(segment: String) throws {
        let url = "https://x.net/results/job-1/images/\(segment)"
        #expect(try names(Self.remote(url)).isEmpty)
    }

    @Test("S1.4 a name over 255 bytes is replaced, and one of exactly 255 stays, also when it has to be told apart")
    func long() throws {
        let exact = String(repeating: "x", count: 251) + ".jpg"
        #expect(try names(Self.endpoint(exact)) == [exact])
        #expect(try names(Self.endpoint("x" + exact, id: "fig")) == ["fig.jpg"])
        let pair = try names(Self.endpoint(exact), Self.remote("https://x.net/\(exact)"))
        #expect(pair.allSatisfy { FileName.isSafe($0) && $0.hasSuffix(".jpg") })
        #expect(Set(pair).count == 2)
    }

    @Test("a long name in letters of many bytes is cut between characters")
    func longWide() throws {
        let wide = String(repeating: "図", count: 83) + ".png"
        let encoded = PathSegment(encoding: wide).encoded
        let pair = try names(Self.endpoint(encoded), Self.remote("https://x.net/\(encoded)"))
        #expect(pair.first == wide)
        #expect(pair.last?.hasSuffix("図-2.png") == true)
        #expect(pair.allSatisfy { FileName.isSafe($0) })
    }

    @Test("an image without a place or with one that nobody can ask is not listed, and takes no other's slot")
    func absent() throws {
        let listed = try items(
            ImageFacts(), Self.remote("ftp://x.net/a.png"), Self.remote(""), Self.endpoint("b.png"))
        #expect(listed.map(\.name) == ["b.png"])
        #expect(listed.map(\.slot) == [ArtifactSlot(ArtifactSlot.firstImage.rawValue + 3)])
    }

    @Test("slots follow the places in the result")
    func slots() throws {
        let listed = try items(Self.endpoint("a.png"), Self.endpoint("a.png"), Self.inline("image/png", id: "c"))
        #expect(listed.map(\.slot.rawValue) == [64, 66])
        #expect(listed.last?.content == .inline(0..<10))
    }

    @Test("there are never more slots than numbers for them")
    func bounded() throws {
        let room = ArtifactSlot.firstPart.rawValue - ArtifactSlot.firstImage.rawValue
        let images =
            Array(repeating: ImageFacts(), count: room - 1) + [Self.endpoint("last.png"), Self.endpoint("over.png")]
        let many = ImageListing(images, of: try #require(JobID("job-1")))
        #expect(many.items.map(\.name) == ["last.png"])
        #expect(many.items.allSatisfy { $0.slot.isImage })
    }
}
