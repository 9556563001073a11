import ArtifactStore
import PulseAPI
import Testing

@testable import JobCache

@Suite("Known results")
struct KnownResultsTests {
    private func notes(_ pages: Int, title: String = "") throws -> ResultNotes {
        var facts = ResultFacts()
        facts.pageCount = pages
        var image = ImageFacts()
        image.source = .remote(url: "/results/job-1/images/a.png")
        image.chartTitle = title
        facts.images = [image]
        return ResultNotes(facts, of: try #require(JobID("job-1")))
    }

    @Test("those asked for last are kept, and another result of the same job takes the place of the one before")
    func latest() throws {
        let known = KnownResults(jobs: 2)
        for number in 1...2 { known.keep(try notes(number), of: JobOrdinal(Int64(number)), digest: "d") }
        #expect(known.notes(of: JobOrdinal(1), digest: "d")?.pageCount == 1)
        known.keep(try notes(3), of: JobOrdinal(3), digest: "d")
        #expect(known.notes(of: JobOrdinal(2), digest: "d") == nil)
        #expect(known.notes(of: JobOrdinal(1), digest: "d")?.pageCount == 1)
        #expect(known.notes(of: JobOrdinal(1), digest: "e") == nil)
        known.keep(try notes(9), of: JobOrdinal(1), digest: "e")
        #expect(known.notes(of: JobOrdinal(1), digest: "e")?.pageCount == 9)
        #expect(known.notes(of: JobOrdinal(3), digest: "d")?.pageCount == 3)
    }

    @Test("large ones take the place of many, and one is kept however large it is")
    func memory() throws {
        let known = KnownResults(jobs: 100, bytes: 100_000)
        let title = String(repeating: "t", count: 40_000)
        for number in 1...3 { known.keep(try notes(number, title: title), of: JobOrdinal(Int64(number)), digest: "d") }
        let kept = (1...3).map { known.notes(of: JobOrdinal(Int64($0)), digest: "d") != nil }
        #expect(kept == [false, true, true])
        known.keep(try notes(4, title: String(repeating: "t", count: 200_000)), of: JobOrdinal(4), digest: "d")
        #expect(known.notes(of: JobOrdinal(4), digest: "d")?.pageCount == 4)
        #expect(known.notes(of: JobOrdinal(3), digest: "d") == nil)
    }
}
