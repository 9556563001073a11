import PulseAPI
import Testing

@testable import JobCache

@Suite("Artifact source")
struct ArtifactSourceTests {
    @Test(
        "a source is found again from the text that the index keeps",
        arguments: [
            ArtifactSource.formPDF, .image(.endpoint(PathSegment(encoding: "a b/ü%.png"))),
            .image(.endpoint(PathSegment(asWritten: "..%2F..%2Fx"))), .image(.endpoint(PathSegment(encoding: "form"))),
            .image(.url("https://cdn.example.net/a.png?sig=image:1&x=url:2")),
        ])
    func roundTrip(source: ArtifactSource) {
        #expect(ArtifactSource(text: source.text) == source)
    }

    @Test("a text that was never written is no source", arguments: ["", "forms", "IMAGE:a", "https://x.net/a", "pdf"])
    func foreign(text: String) {
        #expect(ArtifactSource(text: text) == nil)
    }

    @Test("the texts stay as they are in caches on disk")
    func fixed() {
        #expect(ArtifactSource.formPDF.text == "form")
        #expect(ArtifactSource.image(.endpoint(PathSegment(encoding: "a b"))).text == "image:a%20b")
        #expect(ArtifactSource.image(.url("http://x/a")).text == "url:http://x/a")
    }
}
