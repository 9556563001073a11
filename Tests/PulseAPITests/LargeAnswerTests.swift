import Testing

@testable import JSONStream
@testable import PulseAPI

@Suite("Large answers")
struct LargeAnswerTests {
    private static let size = 200_000_000
    private static let line =
        #"## Section\n\nThe quick brown fox jumps over the lazy dog; the total of column three is 1,234.56 USD.\n"#

    @Test("An answer of 200 MB is read to the end and has the right facts")
    func readsLargeAnswer() throws {
        let source = PatternSource(
            head: #"{"status":"completed","result":{"page_count":9,"markdown":""#, unit: Self.line,
            tail: #"","bounding_boxes":{"Images":[{"id":"last"}]}},"job_id":"j"}"#, size: Self.size)
        let answer = try JobAnswer.scan(source)
        #expect(answer.jobID == "j")
        let result = try #require(answer.result)
        #expect(result.range == 31..<UInt64(source.count - 14))
        #expect(result.facts.pageCount == 9)
        #expect(result.facts.markdown == UInt64(source.head.count - 1)..<UInt64(source.bodyEnd + 1))
        #expect(result.facts.images.map(\.id) == ["last"])
    }

    @Test("The markdown of a large answer is decoded in bounded pieces")
    func decodesLargeMarkdown() throws {
        let source = PatternSource(head: "\"", unit: Self.line, tail: "\"", size: 20_000_000)
        var decoder = JSONStringDecoder(source, literal: 0..<UInt64(source.count))
        var chunk: [UInt8] = []
        var size = 0
        while try decoder.next(into: &chunk) {
            size += chunk.count
            guard chunk.count <= 2 * JSONStringDecoder.defaultChunkSize else {
                Issue.record("a piece of \(chunk.count) bytes")
                return
            }
        }
        #expect(size == source.repeats * (Self.line.utf8.count - 3))
    }

    @Test("The buffer of a window is one chunk, whatever is read through it")
    func boundsBuffer() throws {
        var window = ByteWindow(
            PatternSource(head: "\"", unit: Self.line, tail: "\"", size: 20_000_000), chunkSize: 10_000)
        try window.passOpeningQuote()
        reading: while true {
            if case .end = try window.nextStringPiece() { break reading }
            guard window.buffer.count == 10_000 else {
                Issue.record("a buffer of \(window.buffer.count) bytes")
                return
            }
        }
        #expect(ByteWindow.defaultChunkSize <= 256 * 1024)
    }

    @Test("A text that nobody asked for is not kept")
    func boundsText() throws {
        var text = JSONText()
        text.begin(limit: 10)
        for _ in 0..<1000 { text.append(ArraySlice(repeating: 0x41, count: 1000)) }
        #expect(text.bytes.count == 10)
        #expect(text.bytes.capacity < 100)
    }
}
