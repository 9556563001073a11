import JSONStream
import PulseTestSupport
import Testing

@Suite("JSONScanner")
struct JSONScannerTests {
    @Test(
        "Well-formed documents are accepted, whatever the chunk size",
        arguments: [
            "{}", "[]", "\"\"", "0", "-0", "true", "false", "null", " \t\r\n{ } \t\r\n", "[[]]", "[{}]", "{\"\":{}}",
            "[1,2,3]", "[1 , 2]", "-1.5e+10", "1E5", "1e-5", "0.0", "0e0", "-0.0", "1.7976931348623157e400",
            "[123456789012345678901234567890]", #""\"\\\/\b\f\n\r\t\u00Ff""#, #""\uD83D\uDE00""#, #""\uD800""#,
            #""\uDC00\uD800""#,
            #""\u0000""#, "\"\u{7F}\"", "\"é文😀\u{10FFFF}\u{FFFE}\"", #"{"a":1,"a":2}"#, #"{"a":{"b":[{"c":null}]}}"#,
            "\"\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{D7FF}\u{E000}\"", "[\"a\",1,true,false,null,{},[]]",
        ])
    func acceptsWellFormed(_ document: String) {
        for size in [1, 2, 3, 7, 4096] {
            #expect(scan(document, chunkSize: size).isSuccess, "chunk size \(size)")
        }
    }

    @Test(
        "Documents that break the grammar are refused with the same error at the same place, whatever the chunk size",
        arguments: [
            ("", JSONError.Code.unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1),
            ("[", .unexpectedEnd, 1),
            ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7), ("[,1]", .unexpectedByte, 1),
            ("[1,,2]", .unexpectedByte, 3),
            ("{,}", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("{\"a\" 1}", .unexpectedByte, 5),
            ("{\"a\":}", .unexpectedByte, 5),
            ("{a:1}", .unexpectedByte, 1), ("{'a':1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1),
            ("{\"a\":1 \"b\":2}", .unexpectedByte, 7),
            ("[}", .unexpectedByte, 1), ("{]", .unexpectedByte, 1), ("[1}", .unexpectedByte, 2),
            ("{\"a\":1]", .unexpectedByte, 6),
            ("]", .unexpectedByte, 0), ("}", .unexpectedByte, 0), (",", .unexpectedByte, 0), (":", .unexpectedByte, 0),
            ("{} {}", .trailingData, 3), ("[]]", .trailingData, 2), ("1 2", .trailingData, 2),
            ("{}\0", .trailingData, 2),
            ("{}x", .trailingData, 2),
            ("tru", .unexpectedEnd, 3), ("trux", .unexpectedByte, 3), ("True", .unexpectedByte, 0),
            ("nul", .unexpectedEnd, 3),
            ("nulll", .trailingData, 4),
            ("01", .trailingData, 1), ("[01]", .unexpectedByte, 2), ("-01", .trailingData, 2),
            ("1.", .unexpectedEnd, 2),
            ("[1.]", .invalidNumber, 3),
            (".5", .unexpectedByte, 0), ("-", .unexpectedEnd, 1), ("[-]", .invalidNumber, 2),
            ("+1", .unexpectedByte, 0),
            ("1e", .unexpectedEnd, 2),
            ("[1e]", .invalidNumber, 3), ("[1e+]", .invalidNumber, 4), ("[1e1.5]", .unexpectedByte, 4),
            ("[-.5]", .invalidNumber, 2),
            ("[1.e5]", .invalidNumber, 3), ("0x10", .trailingData, 1), ("[1_000]", .unexpectedByte, 2),
            ("1e1e1", .trailingData, 3),
            ("--1", .invalidNumber, 1), ("[1.2.3]", .unexpectedByte, 4), ("[0.]", .invalidNumber, 3),
            ("１", .unexpectedByte, 0),
            ("\"", .unexpectedEnd, 1), ("\"abc", .unexpectedEnd, 4), ("[\"a]", .unexpectedEnd, 4),
            ("\"a\nb\"", .controlCharacter, 2),
            ("\"\t\"", .controlCharacter, 1), ("\"\0\"", .controlCharacter, 1),
            ("\"12345678901\u{1F}\"", .controlCharacter, 12),
            ("{\"a\u{1}\":1}", .controlCharacter, 3), (#""\x41""#, .invalidEscape, 1), (#""\'""#, .invalidEscape, 1),
            (#""\u12G4""#, .invalidEscape, 1),
            (#""\u""#, .invalidEscape, 1), (#""\u123""#, .invalidEscape, 1), (#""\U0041""#, .invalidEscape, 1),
            (#""\uD83D\u12""#, .invalidEscape, 7),
            (#""\uD83D\x""#, .invalidEscape, 7), (#""\"#, .unexpectedEnd, 2), (#""\u12"#, .unexpectedEnd, 5),
            (#""\uD83D\u1"#, .unexpectedEnd, 10),
            (#""\ ""#, .invalidEscape, 1), ("/* c */ 1", .unexpectedByte, 0), ("[1] // c", .trailingData, 4),
            ("\u{A0}1", .unexpectedByte, 0),
            ("\u{C}[]", .unexpectedByte, 0), ("[\u{B}1]", .unexpectedByte, 1), ("\u{2060}1", .unexpectedByte, 0),
        ] as [(String, JSONError.Code, Int)])
    func refusesMalformed(_ document: String, _ code: JSONError.Code, _ offset: Int) {
        for size in [1, 2, 3, 7, 4096] {
            guard case .failure(let error) = scan(document, chunkSize: size) else {
                Issue.record("accepted with chunk size \(size)")
                continue
            }
            #expect(error.code == code, "chunk size \(size)")
            #expect(error.offset == UInt64(offset), "chunk size \(size): \(error)")
            #expect(error.message.hasSuffix("."))
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused in strings and outside of them",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE6, 0x96],
            [0xE6, 0x96, 0x41], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x9F, 0x98],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
            [0xFC, 0x80, 0x80, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        for size in [1, 2, 3, 7, 4096] {
            for prefix in ["\"", "\"abcdefghijk", "\"\\n", "{\""] {
                let result = scan(Array(prefix.utf8) + bytes + Array("\"".utf8), chunkSize: size)
                #expect(result.code == .invalidUTF8, "after \(prefix), chunk size \(size)")
            }
            #expect(!scan(bytes, chunkSize: size).isSuccess)
            #expect(!scan(Array("[".utf8) + bytes + Array("]".utf8), chunkSize: size).isSuccess)
        }
    }

    @Test("Containers lie within each other up to the limit, and not one deeper")
    func limitsDepth() {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        #expect(scan(deep).isSuccess)
        #expect(scan("[" + deep + "]").code == .tooDeep)
        #expect(scan(String(repeating: "{\"a\":", count: 100_000)).code == .tooDeep)
        #expect(scan("[[]]", depthLimit: 1).code == .tooDeep)
        #expect(scan("1", depthLimit: 0).isSuccess)
    }

    @Test("Events carry ranges from the first byte to the last, and the decoded text")
    func reportsEvents() {
        let result = scan(#" {"a\n": [1.5, "é", true], "b": null}"#)
        #expect(
            (try? result.get()) == [
                "{ 1", "key 2..<7 a\n", "[ 9", "number 10..<13 1.5", "string 15..<19 é", "true 21..<25", "] 9..<26",
                "key 28..<31 b",
                "null 33..<37", "} 1..<38",
            ])
    }

    @Test("Every beginning of a document is refused as cut off, whatever the chunk size")
    func refusesTruncated() {
        let bytes = Array(SampleAnswer.everything.utf8)
        for count in 0..<bytes.count {
            for size in [1, 3, 4096] {
                #expect(
                    scan(Array(bytes[..<count]), chunkSize: size).code == .unexpectedEnd,
                    "\(count) bytes, chunk size \(size)")
            }
        }
        #expect(scan(bytes).isSuccess)
    }

    @Test("The same events come out of every chunk size")
    func isIndependentOfChunks() {
        var documents = RandomDocument(seed: 7)
        for document in [SampleAnswer.everything] + (0..<300).map({ _ in documents.next() }) {
            guard case .success(let events) = scan(document) else {
                Issue.record("refused: \(document)")
                continue
            }
            for size in [1, 2, 3, 5, 7, 8, 13, 64] {
                #expect((try? scan(document, chunkSize: size).get()) == events, "chunk size \(size): \(document)")
            }
        }
    }

    @Test("Of a text longer than the handler's limit only whole scalars are shown")
    func keepsPrefix() {
        for (limit, shown) in [
            (0, "…"), (1, "a…"), (2, "a…"), (3, "aé…"), (4, "aé…"), (5, "aé…"), (6, "aé文…"), (7, "aé文…"), (10, "aé文😀"),
        ] {
            for document in [#""aé文😀""#, #""a\u00e9\u6587\uD83D\uDE00""#] {
                for size in [1, 4096] {
                    var log = ScanLog()
                    log.limit = limit
                    #expect(throws: Never.self) {
                        try JSONScanner.scan(MemoryByteSource(document), chunkSize: size, handler: &log)
                    }
                    #expect(log.events.first?.hasSuffix(" " + shown) == true, "limit \(limit): \(log.events)")
                }
            }
        }
    }

    @Test("A source that fails ends the scan with its errno")
    func reportsUnreadableSource() {
        struct Broken: ByteSource {
            func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int {
                throw ByteSourceError(errno: 5)
            }
        }
        var silence = SilentScan()
        #expect {
            try JSONScanner.scan(Broken(), handler: &silence)
        } throws: {
            ($0 as? JSONError)?.code == .unreadable(errno: 5)
        }
    }
}
