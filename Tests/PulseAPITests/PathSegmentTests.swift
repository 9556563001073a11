import PulseAPI
import Testing

@Suite("Path segment")
struct PathSegmentTests {
    @Test(
        "a name is encoded so that it stays one segment, and decoded to itself",
        arguments: [
            ("chart.png", "chart.png"), ("a b", "a%20b"), ("a/b", "a%2Fb"), ("100%", "100%25"), ("ü", "%C3%BC"),
            ("?#[]@", "%3F%23%5B%5D%40"), ("\n\0", "%0A%00"), ("-._~", "-._~"), ("", ""), ("%41", "%2541"),
        ])
    func encoded(name: String, encoded: String) {
        let segment = PathSegment(encoding: name)
        #expect(segment.encoded == encoded)
        #expect(segment.decoded == Array(name.utf8))
    }

    @Test(
        "a segment of a URL stays as written, but for what belongs into none",
        arguments: [
            ("a%20b", "a%20b"), ("a+b=c;d,e'f.png", "a+b=c;d,e'f.png"), ("a b", "a%20b"), ("a\"<>", "a%22%3C%3E"),
            ("%", "%"), ("%zz", "%zz"), ("a?b", "a%3Fb"), ("%2f", "%2f"),
        ])
    func written(text: String, encoded: String) {
        #expect(PathSegment(asWritten: text).encoded == encoded)
        #expect(PathSegment(asWritten: encoded).encoded == encoded)
    }

    @Test(
        "a percent sign without two digits stands for itself",
        arguments: [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%+1", "%+1"), ("%%41", "%A"), ("%41%", "A%")])
    func decoded(text: String, decoded: String) {
        #expect(PathSegment(asWritten: text).decoded == Array(decoded.utf8))
    }

    @Test("bytes that are no UTF-8 are kept as bytes")
    func bytes() {
        #expect(PathSegment(asWritten: "%FF%00").decoded == [0xFF, 0])
    }
}
