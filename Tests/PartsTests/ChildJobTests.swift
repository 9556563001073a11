import JSONStream
import PulseAPI
import Testing

@testable import Parts

@Suite("Jobs of a batch")
struct ChildJobTests {
    private func read(_ text: String) throws -> [ChildJob] {
        try ChildJob.read(MemoryByteSource(Array(text.utf8)), 0..<UInt64(text.utf8.count))
    }

    private func child(_ id: String, _ status: String? = nil, _ name: String? = nil) throws -> ChildJob {
        ChildJob(id: try #require(JobID(id)), status: status, name: name)
    }

    @Test("items that have a job id are jobs of the batch, in order, each once")
    func items() throws {
        let text =
            #"{"batch_id":"b","items":[{"job_id":"one","status":"completed","file_name":"a.pdf"},{"job_id":"two"},{"job_id":"one"}]}"#
        #expect(try read(text) == [child("one", "completed", "a.pdf"), child("two")])
    }

    @Test(
        "they are found where a batch or the step of a pipeline names them",
        arguments: [
            #"{"results":[{"job_id":"one"}]}"#, #"{"results":{"batch_extract":{"jobs":[{"job_id":"one"}]}}}"#,
            #"{"batch":{"items":[{"job_id":"one"}]}}"#, #"{"child_job_ids":["one"]}"#, #"{"job_ids":["one",7,null]}"#,
        ])
    func places(text: String) throws { #expect(try read(text) == [child("one")]) }

    @Test(
        "what cannot be told for sure is no job",
        arguments: [
            #"{"items":[{"id":"one"},"two",{"job_id":7},{"job_id":"../x"},{"job_id":""}]}"#,
            #"{"items":{"job_id":"one"}}"#, #"{"other":[{"job_id":"one"}]}"#, #"{"markdown":"job_id"}"#, "{}",
        ])
    func unsure(text: String) throws { #expect(try read(text).isEmpty) }

    @Test("there is a bound")
    func bound() throws {
        let items = (1...ChildJob.limit + 5).map { "{\"job_id\":\"j\($0)\"}" }.joined(separator: ",")
        #expect(try read("{\"items\":[\(items)]}").count == ChildJob.limit)
    }
}
