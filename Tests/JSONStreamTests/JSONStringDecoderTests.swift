import JSONStream
import Testing

@Suite("JSONStringDecoder")
struct JSONStringDecoderTests {
    private func decode(_ text: [UInt8], _ range: Range<UInt64>? = nil, chunkSize: Int = 4096) throws -> [UInt8] {
        var decoder = JSONStringDecoder(
            MemoryByteSource(text), literal: range ?? 0..<UInt64(text.count), chunkSize: chunkSize)
        var decoded: [UInt8] = []
        var chunk: [UInt8] = []
        while try decoder.next(into: &chunk) {
            #expect(!chunk.isEmpty && chunk.count < 2 * max(chunkSize, 1) + 4)
            decoded += chunk
        }
        #expect(try !decoder.next(into: &chunk) && chunk.isEmpty, "the end stays the end")
        return decoded
    }

    @Test(
        "A literal decodes to what it stands for, whatever the chunk size",
        arguments: [
            (#""""#, ""), (#""a""#, "a"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u6587""#, "Aé文"),
            (#""\uD83D\uDE00""#, "😀"), (#""\ud83d\ude00x""#, "😀x"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
            (#""\uD800\uDC00""#, "\u{10000}"),
            (#""\uD83D""#, "\u{FFFD}"), (#""\uDE00""#, "\u{FFFD}"), (#""\uD83Dx""#, "\u{FFFD}x"),
            (#""\uD83D\n""#, "\u{FFFD}\n"),
            (#""\uD83D\u0041""#, "\u{FFFD}A"), (#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀"),
            (#""\uDE00\uD83D""#, "\u{FFFD}\u{FFFD}"),
            (#""a\u0000b""#, "a\0b"), ("\"é文😀\"", "é文😀"), ("\"0123456789é0123456789\\n\"", "0123456789é0123456789\n"),
            (#""\\u0041""#, "\\u0041"), (#""\uFFFF\uFEFF""#, "\u{FFFF}\u{FEFF}"),
        ])
    func decodes(_ literal: String, _ expected: String) throws {
        for size in [0, 1, 2, 3, 7, 4096] {
            #expect(try decode(Array(literal.utf8), chunkSize: size) == Array(expected.utf8), "chunk size \(size)")
        }
        let size = try JSONStringDecoder.decodedSize(of: 0..<UInt64(literal.utf8.count), in: MemoryByteSource(literal))
        #expect(size == UInt64(expected.utf8.count))
    }

    @Test("Only the range is read, wherever it is")
    func readsRange() throws {
        let text = Array(#"{"a":"x\ny","b":"z"}"#.utf8)
        #expect(try decode(text, 5..<11) == Array("x\ny".utf8))
        #expect(try decode(text, 16..<19) == Array("z".utf8))
    }

    @Test(
        "A range that is not one string literal is refused",
        arguments: [
            ("", 0, 0), ("abc", 0, 3), (#""abc"#, 0, 4), (#""abc""#, 0, 4), (#""a""b""#, 0, 6), (#""a\x""#, 0, 5),
            ("\"a\n\"", 0, 4),
            (#""a""#, 1, 3),
        ])
    func refusesOthers(_ text: String, _ start: UInt64, _ stop: UInt64) {
        #expect(throws: JSONError.self) { try decode(Array(text.utf8), start..<stop) }
    }

    @Test("A long text comes in pieces of about the chunk size")
    func boundsChunks() throws {
        let text = Array(("\"" + String(repeating: #"line of text\n"#, count: 50_000) + "\"").utf8)
        var decoder = JSONStringDecoder(MemoryByteSource(text), literal: 0..<UInt64(text.count), chunkSize: 1000)
        var chunk: [UInt8] = []
        var size = 0
        while try decoder.next(into: &chunk) {
            #expect(chunk.count < 2000)
            size += chunk.count
        }
        #expect(size == 50_000 * 13)
    }
}
