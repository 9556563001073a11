import JSONStream
import PulseAPI
import PulseTestSupport
import Testing

@Suite("ObjectRewriter")
struct ObjectRewriterTests {
    private func rewrite(_ text: String, without name: String, chunkSize: Int = 4096) throws -> String {
        let source = MemoryByteSource(text)
        let members = try JobAnswer.scan(source).members.filter { $0.name != name }
        var rewriter = ObjectRewriter(source, members: members, chunkSize: chunkSize)
        var output: [UInt8] = []
        var chunk: [UInt8] = []
        while try rewriter.next(into: &chunk) {
            #expect(!chunk.isEmpty && chunk.count <= chunkSize + 8)
            output += chunk
        }
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        "All members but one are written one a line, byte for byte, whatever the chunk size",
        arguments: [1, 2, 3, 7, 4096])
    func writesMembers(_ chunkSize: Int) throws {
        let text =
            #"{"job_id" :"a\u0062" ,"result":{"big":[1,2]},"status":"done","x\/y":{"n": 1.50, "e":1E5}, "resul\u0074":1,"z":null}"#
        let expected = """
            {
              "job_id": "a\\u0062",
              "status": "done",
              "x\\/y": {"n": 1.50, "e":1E5},
              "z": null
            }

            """
        #expect(try rewrite(text, without: "result", chunkSize: chunkSize) == expected)
    }

    @Test("What is written is an answer again")
    func writesAnAnswer() throws {
        let before = try JobAnswer.scan(MemoryByteSource(SampleAnswer.everything))
        let text = try rewrite(SampleAnswer.everything, without: "result")
        let after = try JobAnswer.scan(MemoryByteSource(text))
        #expect(after.jobID == before.jobID)
        #expect(after.result == nil)
        #expect(after.members.count == before.members.count - 1)
    }

    @Test("An object without members is an empty object")
    func writesEmpty() throws {
        #expect(try rewrite(#"{"status":"x"}"#, without: "status") == "{}\n")
    }

    @Test("A source that has become shorter is an error")
    func refusesShortSource() {
        var rewriter = ObjectRewriter(
            MemoryByteSource("{}"), members: [JSONMember(name: "a", key: 0..<1, value: 1..<9)])
        var chunk: [UInt8] = []
        #expect {
            try rewriter.next(into: &chunk)
        } throws: {
            ($0 as? JSONError)?.code == .unexpectedEnd
        }
    }
}
