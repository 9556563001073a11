import Testing

@testable import PulseEmulator

@Suite struct RouteTests {
    @Test(arguments: [
        ("/job/a-1", Route.job(id: "a-1")),
        ("/pages", .pages),
        ("/job/a%2Fb", .job(id: "a/b")),
        ("/results/j/images/x%20y%25.png", .image(job: "j", filename: "x y%.png")),
        ("/results/j/images/..%2F..%2Fpasswd", .image(job: "j", filename: "../../passwd")),
        ("/results/j/images/../../passwd", .image(job: "j", filename: "../../passwd")),
        ("/results/j/images/", .image(job: "j", filename: "")),
        ("/results/j/images/%zz", .image(job: "j", filename: "\u{0}")),
        ("/results/j/pdf", .pdf(job: "j")),
        ("/large_results/j", .largeResult(job: "j")),
        ("/job", .unknown), ("/job/a/b", .unknown), ("/", .unknown), ("/results/j/images", .unknown),
    ])
    func segmentsAreSplitBeforeTheyAreDecoded(path: String, expected: Route) {
        #expect(Route(path: path) == expected)
    }

    @Test(arguments: ["a b.png", "100 %.png", "図表.png", "a+b=c;d,e'f.png", "…"])
    func encodingOfNamesCanBeUndone(name: String) {
        #expect(PercentEncoding.decode(PercentEncoding.encode(name)) == name)
    }
}
