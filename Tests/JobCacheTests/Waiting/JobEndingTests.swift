import ArtifactStore
import PulseAPI
import Testing

@testable import JobCache

@Suite("How a job has ended")
struct JobEndingTests {
    private func job(_ status: String, _ document: String) throws -> Job {
        let facts = StoredJob(
            origin: "http://127.0.0.1", id: "a", status: status, isTerminal: JobPhase(status: status).isTerminal,
            createdAt: nil, updatedAt: nil, checkedAt: APITime.now, statusDocument: Array(document.utf8),
            explanation: nil, largeResultURL: nil)
        return Job(ordinal: JobOrdinal(1), id: try #require(JobID("a")), facts: facts, artifacts: [])
    }

    @Test(
        "S6.2 a job has ended in one of four ways, whatever the spelling; the API's words follow, in one line",
        arguments: [
            ("completed", #"{"status":"completed"}"#, "completed"),
            ("COMPLETED", #"{"status":"COMPLETED","error":"none of it"}"#, "completed"),
            ("failed", #"{"status":"failed","error":"page 3 is damaged"}"#, "failed: page 3 is damaged"),
            ("failed", #"{"status":"failed"}"#, "failed"),
            ("failed", #"{"status":"failed","error":""}"#, "failed"),
            ("failed", #"{"status":"failed","error":"one\ntwo\u001b[31m\u0000"}"#, "failed: one?two?[31m?"),
            ("failed", #"{"status":"failed","error":{"message":"no  pages"}}"#, "failed: no pages"),
            ("cancelled", #"{"status":"cancelled"}"#, "canceled"),
            ("canceled", #"{"status":"canceled","error":"by hand"}"#, "canceled: by hand"),
            ("expired", #"{"status":"completed"}"#, "expired"),
            ("failed", "no JSON at all", "failed"),
        ])
    func lines(status: String, document: String, line: String) throws {
        let ending = try #require(JobEnding(try job(status, document)))
        #expect(ending.line == line)
        #expect(ending.content == Array("\(line)\n".utf8))
    }

    @Test("a job of an unknown status has not ended", arguments: ["pending", "processing", "awaiting_review", ""])
    func running(status: String) throws {
        #expect(JobEnding(try job(status, #"{"status":"\#(status)"}"#)) == nil)
    }

    @Test("words without end are cut")
    func longMessage() throws {
        let words = String(repeating: "a", count: 100_000)
        let ending = try #require(JobEnding(try job("failed", #"{"status":"failed","error":"\#(words)"}"#)))
        #expect(ending.line.count < 2100)
    }
}
