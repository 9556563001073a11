import ArtifactStore
import PulseAPI
import Testing

@testable import JobCache

@Suite("Explanation")
struct ExplanationTests {
    private static let again = "ubmit the document again"
    private static let denial = Failure(.notFound, "GET /job/a was answered 404 NOT_FOUND: no such job")

    /// What happened, and what to do next.
    private func expect(
        _ text: String, says happened: [String], advises next: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for words in happened + next { #expect(text.contains(words), "\(words)", sourceLocation: sourceLocation) }
        #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), sourceLocation: sourceLocation)
        #expect(!text.contains("nil") && !text.contains("Optional"), sourceLocation: sourceLocation)
    }

    @Test("a job that failed or was canceled: that, the API's reason if there is one, and to submit again")
    func ended() {
        expect(Explanation.failed(nil), says: ["failed", "no reason"], advises: [Self.again])
        expect(
            Explanation.failed("page 3 is damaged."), says: ["failed: page 3 is damaged.\n"],
            advises: ["Fix what the message names", Self.again])
        expect(Explanation.canceled(nil), says: ["canceled before it was done.\n"], advises: [Self.again])
        expect(Explanation.canceled("by Ada"), says: ["canceled", ": by Ada.\n"], advises: [Self.again])
    }

    @Test(
        "S6.4 a job that expired: that, what is left here, and to submit again",
        arguments: [
            (Remains(files: .none), "has no files of the job"), (Remains(files: .kept), "stays readable"),
            (Remains(files: .dropped), "--on-expiry=drop."), (Remains(files: .droppedInPart), "only once"),
            (Remains(files: .none, lacksLargeResult: true), "was not downloaded in time"),
        ])
    func expired(remains: Remains, words: String) throws {
        expect(
            Explanation.expired("The stored output was purged.", remains),
            says: ["expired", "(The stored output was purged).", words], advises: [Self.again])
        let id = try #require(JobID("a"))
        expect(
            Explanation.gone(id, Self.denial, remains), says: ["gone", "404 NOT_FOUND: no such job", words],
            advises: [Self.again, "pulsefs jobs forget a\n"])
    }

    @Test("S3.1 a result that is left alone: that, and how to fetch it")
    func withheld() throws {
        let id = try #require(JobID("a"))
        expect(Explanation.withheld(id), says: ["only once", "by itself"], advises: ["pulsefs fetch a"])
    }

    @Test("S3.4 a result that was delivered before is explained with the API's words")
    func delivered() {
        let refusal = Failure(.gone, "GET /large_results/a was answered 410 GONE")
        expect(
            Explanation.deliveredBefore(refusal, []), says: ["410 GONE", "only once", "never asked"],
            advises: ["Ask the person who downloaded it", Self.again])
        let claim = LedgerEntry(
            event: .claimed, time: Timestamp(seconds: 1_700_000_000), actor: "the mount on /home/me/pulse, process 7")
        let known = Explanation.deliveredBefore(refusal, [claim])
        #expect(known.contains("2023-11-14T22:13:20Z claimed by the mount on /home/me/pulse, process 7"))
    }

    @Test(
        "words from outside become one line of what can be seen",
        arguments: [
            ("one\ntwo\r\n\tthree", "one two three"), ("  a  ", "a"), ("red \u{1b}[31mtext\u{7}", "red [31mtext"),
            ("\u{202e}backwards\u{200b}", "backwards"), ("a\u{2028}b\u{85}c\0d", "a b c d"),
            ("naïve 文 📄.", "naïve 文 📄"),
        ])
    func words(text: String, line: String) {
        #expect(Explanation.words(text) == line)
    }

    @Test("words from outside are bounded, and none at all are no reason", arguments: ["", " \n", ".", "\u{200b}"])
    func noWords(text: String) {
        #expect(Explanation.words(text) == nil)
        #expect(Explanation.failed(text).contains("no reason"))
        let long = Explanation.words(String(repeating: "0123456789 ", count: 100_000))
        #expect(long?.unicodeScalars.count == 2001 && long?.hasSuffix("…") == true)
        #expect(Explanation.words(String(repeating: "e\u{301}", count: 5000))?.unicodeScalars.count == 2001)
    }
}
