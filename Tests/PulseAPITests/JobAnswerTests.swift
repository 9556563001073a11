import JSONStream
import PulseAPI
import PulseTestSupport
import Testing

@Suite("JobAnswer")
struct JobAnswerTests {
    private func answer(_ text: String) throws -> JobAnswer {
        let whole = try JobAnswer.scan(MemoryByteSource(text))
        for size in [1, 2, 3, 7] {
            #expect(try JobAnswer.scan(MemoryByteSource(text), chunkSize: size) == whole, "chunk size \(size)")
        }
        return whole
    }

    private func error(_ text: String) -> JSONError? {
        do {
            _ = try JobAnswer.scan(MemoryByteSource(text))
            return nil
        } catch {
            return error
        }
    }

    @Test("An answer with everything in it is read from one end to the other")
    func readsEverything() throws {
        let text = SampleAnswer.everything
        let answer = try answer(text)
        #expect(answer.jobID == "abc123-def456")
        #expect(answer.status == "completed")
        #expect(answer.createdAt == "2025-01-15T10:30:00Z")
        #expect(answer.updatedAt == "2025-01-15T10:31:45Z")
        #expect(answer.errorText == nil)
        #expect(
            answer.members.map(\.name) == [
                "job_id", "status", "created_at", "future_field", "result", "updated_at", "error",
            ])
        let result = try #require(answer.result)
        let json = text.slice(result.range)
        #expect(json.hasPrefix("{\n    \"plan-info\""))
        #expect(json.hasSuffix("/pdf\"\n  }"))
        #expect(text.slice(answer.members[3].key) == #""future_field""#)
        #expect(text.slice(answer.members[3].value) == #"{"a": [1, 2.50, -3e-7], "status": "not this"}"#)
        #expect(answer.members[4].value == result.range)
        #expect(result.facts.images.map(\.id) == ["img-1", "img-2", "img-3"])
    }

    @Test("The result of an answer has the same facts as the result alone, moved by where it is")
    func factsAgree() throws {
        let text = SampleAnswer.everything
        let result = try #require(try answer(text).result)
        let alone = try ResultFacts.scan(MemoryByteSource(text.slice(result.range)))
        #expect(alone.images.count == result.facts.images.count)
        #expect(alone.markdown?.lowerBound == result.facts.markdown.map { $0.lowerBound - result.range.lowerBound })
        #expect(alone.warnings == result.facts.warnings)
    }

    @Test("A pending job has neither a result nor an error")
    func readsPending() throws {
        let answer = try answer(#"{"job_id":"j","status":"pending","result":null}"#)
        #expect(
            answer
                == {
                    var job = JobAnswer(status: "pending", members: answer.members)
                    job.jobID = "j"
                    return job
                }())
    }

    @Test(
        "JSON that is not a job says what is missing",
        arguments: [
            ("{}", "The answer is not a job: it has no `status`."),
            (#"{"status":7}"#, "The answer is not a job: its `status` is a number, not a string."),
            (#"{"status":null}"#, "The answer is not a job: its `status` is null, not a string."),
            (#"{"status":{"status":"x"}}"#, "The answer is not a job: its `status` is an object, not a string."),
            (#"{"status":["x"]}"#, "The answer is not a job: its `status` is an array, not a string."),
            (
                #"{"status":"completed","status":true}"#,
                "The answer is not a job: its `status` is a boolean, not a string."
            ),
            (#"{"result":{"status":"completed"}}"#, "The answer is not a job: it has no `status`."),
            (#"[{"status":"completed"}]"#, "The answer is not a job: it is an array, not an object."),
            (#""completed""#, "The answer is not a job: it is a string, not an object."),
            ("null", "The answer is not a job: it is null, not an object."),
        ])
    func refusesOtherJSON(_ text: String, _ message: String) {
        #expect(error(text)?.code == .unexpectedShape)
        #expect(error(text)?.message == message)
    }

    @Test("A page that is not JSON is refused as such")
    func refusesHTML() {
        #expect(error("<html></html>")?.code == .unexpectedByte)
        #expect(error("")?.code == .unexpectedEnd)
    }

    @Test("A status longer than the limit, and a job with too many members, are refused")
    func refusesOversized() {
        #expect(error(#"{"status":"\#(String(repeating: "x", count: 4097))"}"#)?.code == .unexpectedShape)
        let members = (0..<4096).map { "\"m\($0)\":0" }.joined(separator: ",")
        #expect(error(#"{"status":"x",\#(members)}"#)?.code == .unexpectedShape)
    }

    @Test(
        "The error of a job becomes text",
        arguments: [
            (#""out of pages""#, "out of pages"), (#""a\nb""#, "a\nb"), ("null", nil),
            (#"{"code":"X","message":"no credit"}"#, "no credit"),
            (#"{"text":"t","message":"m"}"#, "m"), (#"{"text":"t"}"#, "t"), (#"{"detail":"d"}"#, "d"),
            (#"{"message":5}"#, #"{"message":5}"#),
            (#"{"code": "X", "n": [1]}"#, #"{"code": "X", "n": [1]}"#), ("[1, 2]", "[1, 2]"), ("42", "42"),
            ("false", "false"),
            (#"{"inner":{"message":"not this"}}"#, #"{"inner":{"message":"not this"}}"#), (#""""#, ""),
        ] as [(String, String?)])
    func readsError(_ json: String, _ text: String?) throws {
        #expect(try answer(#"{"status":"failed","error":\#(json)}"#).errorText == text)
    }

    @Test("A long error is cut at a scalar")
    func cutsError() throws {
        let long = String(repeating: "é", count: 5000)
        #expect(
            try JobAnswer.scan(MemoryByteSource(#"{"status":"failed","error":"\#(long)"}"#)).errorText
                == String(long.prefix(2048)))
        let raw = try JobAnswer.scan(MemoryByteSource(#"{"status":"failed","error":{"k":"\#(long)"}}"#)).errorText
        #expect(raw == #"{"k":""# + String(long.prefix(2045)))
    }

    @Test("Of members of the same name the last counts, and all are listed")
    func lastMemberCounts() throws {
        let answer = try answer(
            #"{"status":"a","result":{"markdown":"x","page_count":1},"error":{"message":"old"},"status":"b","error":7,"result":{"page_count":2}}"#
        )
        #expect(answer.status == "b")
        #expect(answer.errorText == "7")
        #expect(answer.result?.facts.markdown == nil)
        #expect(answer.result?.facts.pageCount == 2)
        #expect(answer.members.count == 6)
        #expect(try self.answer(#"{"status":"a","result":{},"result":null}"#).result == nil)
        #expect(try self.answer(#"{"job_id":"a","job_id":1,"status":"a"}"#).jobID == nil)
    }

    @Test("An escaped key is the key that it stands for")
    func decodesKeys() throws {
        let answer = try answer(#"{"st\u0061tus":"x","resul\u0074":{"mark\u0064own":"m"}}"#)
        #expect(answer.status == "x")
        #expect(answer.members.map(\.name) == ["status", "result"])
        #expect(answer.result?.facts.markdown != nil)
    }

    @Test("A key longer than the limit is a member without a name")
    func longKeys() throws {
        let answer = try answer(
            #"{"\#(String(repeating: "k", count: 1025))":1,"\#(String(repeating: "k", count: 1024))":1,"status":"x"}"#)
        #expect(answer.members.map { $0.name == nil } == [true, false, false])
    }

    @Test(
        "A result that is not an object keeps its range and has no facts",
        arguments: ["[{\"markdown\":\"x\"}]", "\"text\"", "17", "true"])
    func keepsOtherResult(_ json: String) throws {
        let text = #"{"status":"completed","result": \#(json) }"#
        let result = try #require(try answer(text).result)
        #expect(text.slice(result.range) == json)
        #expect(result.facts == ResultFacts())
    }
}

extension String {
    func slice(_ range: Range<UInt64>) -> String {
        String(decoding: Array(utf8)[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
    }

    @Test(
        "S1.14 what went wrong is told with its cause and what the job says beside it, each once",
        arguments: [
            (#""error":{"message":"outer","details":{"error":"inner"}}"#, "outer; inner"),
            (#""message":"job-level""#, "job-level"),
            (#""error":"e","message":"m""#, "e; m"),
            (#""error":"e.","message":"m.""#, "e; m."),
            (#""error":"the e of it","message":"e""#, "the e of it"),
            (#""error":{"details":{"error":"inner"}}"#, "inner"),
            (#""error":{"message":"outer","details":"why"}"#, "outer; why"),
            (#""error":{"message":"outer","details":{"error":5}}"#, "outer"),
            (#""error":null,"message":"""#, nil),
        ] as [(String, String?)])
    func causes(_ members: String, _ text: String?) throws {
        let answer = try JobAnswer.scan(MemoryByteSource("{\"status\":\"failed\",\(members)}"))
        #expect(answer.errorText == text)
    }
}
