import PulseAPI
import PulseEmulator
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: more images than are listed", .timeLimit(.minutes(3)))
struct ListingLimitTests {
    /// A job of which the last image is one too many.
    private static let answer: String = {
        let images = (1...ResultFacts.imageLimit).map { #"{"image_url":"/results/many/images/\#($0).png"}"# }
        let last = #"{"image_url":"/results/many/images/image_0001.png"}"#
        return
            #"{"job_id":"many","status":"completed","created_at":"2024-01-01T00:00:00Z","result":{"bounding_boxes":{"Images":["#
            + (images + [last]).joined(separator: ",") + "]}}}"
    }()

    @Test(
        "S1.13 images beyond the bound of a listing are told of in the log, by explain and in contents.md, and can be read"
    )
    func cut() async throws {
        let job = EmulatedJob.syntheticImages(id: "many", count: 1, size: 1000)
        try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
            emulator.set(.json(Self.answer), on: .path("/job/many"))
            #expect(try await tree.lookup("jobs/many/images") != nil)
            let told = tree.library.events.events.filter { $0.kind == .listingCut }
            #expect(told.count == 1 && told.first?.message?.contains("\(ResultFacts.imageLimit)") == true, "\(told)")
            let said = String(decoding: tree.library.explanation(ofPath: "jobs/many/images"), as: UTF8.self)
            #expect(said.contains("at most \(ResultFacts.imageLimit) are listed"), "\(said)")
            #expect(try await tree.text("jobs/many/contents.md").contains("more images than PulseFS lists"))
            // It is in the cache before anyone reads it, and the index of so many is slow to say so.
            let image = try await tree.content("jobs/many/images/image_0001.png")
            #expect(image == SyntheticImage(size: 1000, seed: 1).bytes)
        }
    }
}
