import PulseAPI
import Testing

@Suite("Job id")
struct JobIDTests {
    @Test(
        "S1.1 letters, digits, underscore and dash, a letter or digit first, up to 128",
        arguments: [
            "a", "0", "13e3e75f-a89a-4d33-a391-e1a17127ab38", "A_b-9", "a-", String(repeating: "z", count: 128),
        ])
    func wellFormed(text: String) {
        #expect(JobID(text)?.text == text)
        #expect(JobID(text).map { "\($0)" } == text)
    }

    @Test(
        "S1.1 any other form is no job's",
        arguments: [
            "", "-a", "_a", ".git", "a.b", "a/b", "a b", "a\n", "a\0", "ä", "е", "a%20b", "..", "*", "a\u{301}", "１",
            String(repeating: "z", count: 129),
        ])
    func malformed(text: String) {
        #expect(JobID(text) == nil)
    }
}
