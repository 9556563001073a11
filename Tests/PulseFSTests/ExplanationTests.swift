import ArtifactStore
import Testing

@testable import PulseFS

@Suite("Explanation")
struct ExplanationTests {
    @Test("a job that runs or is completed has nothing to explain")
    func nothing() {
        #expect(Explanation.ended(.running, error: "odd") == nil)
        #expect(Explanation.ended(.completed, error: nil) == nil)
    }

    @Test(
        "each end says what happened, the API's reason if there is one, and what to do",
        arguments: [
            (JobPhase.failed, "failed"), (.canceled, "canceled"), (.expired, "expired"),
        ])
    func ends(phase: JobPhase, word: String) throws {
        let plain = try #require(Explanation.ended(phase, error: nil))
        let reasoned = try #require(Explanation.ended(phase, error: "page 3 is damaged"))
        for text in [plain, reasoned] {
            #expect(text.contains(word))
            #expect(text.contains("submit the document again") || text.contains("Submit the document again"))
            #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
            #expect(!text.contains("nil") && !text.contains("Optional"))
        }
        #expect(reasoned.contains("page 3 is damaged"))
        #expect(!plain.contains("page 3"))
    }

    @Test("S3.4 a result that was delivered before is explained with the API's words")
    func delivered() {
        let refusal = Failure(.gone, "GET /large_results/a was answered 410 GONE")
        let text = Explanation.deliveredBefore(refusal, [])
        #expect(text.contains("410 GONE"))
        #expect(text.contains("only once"))
        #expect(text.contains("never asked"))
        #expect(text.hasSuffix("\n"))
        let claim = LedgerEntry(
            event: .claimed, time: Timestamp(seconds: 1_700_000_000), actor: "the mount on /home/me/pulse, process 7")
        let known = Explanation.deliveredBefore(refusal, [claim])
        #expect(known.contains("2023-11-14T22:13:20Z claimed by the mount on /home/me/pulse, process 7"))
    }
}
