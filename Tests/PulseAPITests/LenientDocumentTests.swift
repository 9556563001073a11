import Foundation
import JSONStream
import PulseTestSupport
import Testing

@testable import PulseAPI

/// What servers send that is not quite JSON, and is read all the same.
@Suite("Documents that are not quite JSON")
struct LenientDocumentTests {
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let chunkSizes = Array(1...16) + [4096]
    private static let words = ["NaN", "Infinity", "-Infinity"]

    @Test("S5.8 a byte order mark before a document changes nothing but where things are, whatever the chunk size")
    func mark() {
        var documents = RandomDocument(seed: 11)
        for document in [SampleAnswer.everything, "0", "[]", "\"\u{FEFF}\""] + (0..<60).map({ _ in documents.next() }) {
            // Three blanks are as long, and are JSON.
            let expected = try? scan("   " + document).get()
            #expect(expected != nil)
            for size in Self.chunkSizes {
                let found = try? scan(Self.mark + Array(document.utf8), chunkSize: size).get()
                #expect(found == expected, "chunk size \(size): \(document)")
            }
        }
    }

    @Test("S5.8 NaN, Infinity and -Infinity are numbers wherever a number can stand, whatever the chunk size")
    func words() throws {
        var documents = RandomDocument(seed: 12)
        var generator = SeededGenerator(seed: 12)
        // As long as the words are, so that everything else stays where it is.
        let standIns = ["NaN": "123", "Infinity": "12345678", "-Infinity": "-12345678"]
        var count = 0
        for _ in 0..<120 {
            let document = Array(documents.next().utf8)
            var numbers = NumberRanges()
            try JSONScanner.scan(MemoryByteSource(document), handler: &numbers)
            var lenient: [UInt8] = []
            var strict: [UInt8] = []
            var from = 0
            for range in numbers.found {
                let between = document[from..<Int(range.lowerBound)]
                let word = try #require(Self.words.randomElement(using: &generator))
                lenient += between + Array(word.utf8)
                strict += between + Array((standIns[word] ?? "").utf8)
                from = Int(range.upperBound)
                count += 1
            }
            lenient += document[from...]
            strict += document[from...]
            let expected = try scan(strict).get().map { event in
                guard event.hasPrefix("number "), let blank = event.lastIndex(of: " ") else { return event }
                let word = standIns.first { $0.value == event[event.index(after: blank)...] }?.key ?? "?"
                return event[...blank] + word
            }
            for size in Self.chunkSizes {
                #expect((try? scan(lenient, chunkSize: size).get()) == expected, "chunk size \(size)")
            }
        }
        #expect(count > 100)
    }

    @Test(
        "S5.8 what only looks like them is refused, with the same error at the same place whatever the chunk size",
        arguments: [
            ("-NaN", JSONError.Code.invalidNumber, 1), ("nan", .unexpectedByte, 1), ("NAN", .invalidNumber, 1),
            ("Nan", .invalidNumber, 2), ("NaNa", .trailingData, 3), ("[NaN1]", .unexpectedByte, 4),
            ("[NaN.5]", .unexpectedByte, 4), ("Inf", .unexpectedEnd, 3), ("[Inf]", .invalidNumber, 4),
            ("inf", .unexpectedByte, 0), ("infinity", .unexpectedByte, 0), ("INFINITY", .invalidNumber, 1),
            ("-infinity", .invalidNumber, 1), ("+Infinity", .unexpectedByte, 0), ("--Infinity", .invalidNumber, 1),
            ("-Inf", .unexpectedEnd, 4), ("Infinity1", .trailingData, 8), ("[-Infinity0]", .unexpectedByte, 10),
            ("[1Infinity]", .unexpectedByte, 2), ("[NaN NaN]", .unexpectedByte, 5), ("{NaN:1}", .unexpectedByte, 1),
            ("{Infinity:1}", .unexpectedByte, 1), ("{-Infinity:1}", .unexpectedByte, 1),
            ("[1eNaN]", .invalidNumber, 3), ("N", .unexpectedEnd, 1), ("-I", .unexpectedEnd, 2),
            ("\u{FEFF}\u{FEFF}{}", .byteOrderMark, 3), ("\u{FEFF}", .unexpectedEnd, 3),
            (" \u{FEFF}{}", .unexpectedByte, 1), ("{}\u{FEFF}", .trailingData, 2), ("[\u{FEFF}1]", .unexpectedByte, 1),
            ("\u{FEFF}{}\u{FEFF}", .trailingData, 5),
        ] as [(String, JSONError.Code, Int)])
    func refused(_ document: String, _ code: JSONError.Code, _ offset: Int) {
        for size in Self.chunkSizes {
            guard case .failure(let error) = scan(document, chunkSize: size) else {
                Issue.record("accepted with chunk size \(size)")
                continue
            }
            #expect(error.code == code && error.offset == UInt64(offset), "chunk size \(size): \(error)")
        }
    }

    @Test("S5.8 a document in UTF-16 or UTF-32 is refused by the name of its encoding, with a mark and without")
    func otherEncodings() {
        let document = #"{"status":"completed"}"#
        for (encoding, name, mark) in [
            (String.Encoding.utf16LittleEndian, "UTF-16", [0xFF, 0xFE]), (.utf16BigEndian, "UTF-16", [0xFE, 0xFF]),
            (.utf32LittleEndian, "UTF-32", [0xFF, 0xFE, 0, 0]), (.utf32BigEndian, "UTF-32", [0, 0, 0xFE, 0xFF]),
        ] as [(String.Encoding, String, [UInt8])] {
            let bytes = Array(document.data(using: encoding) ?? Data())
            for text in [bytes, mark + bytes] {
                for size in Self.chunkSizes {
                    guard case .failure(let error) = scan(text, chunkSize: size) else {
                        Issue.record("accepted")
                        continue
                    }
                    #expect(error.code == .otherEncoding && error.offset == 0)
                    #expect(error.message.contains(name), "\(error)")
                }
            }
        }
    }

    @Test("S5.8 every beginning of such a document is refused as cut off, whatever the chunk size")
    func truncated() {
        let bytes = Self.mark + Array(#"{"a": [NaN, -Infinity, Infinity], "b": {"c": NaN}}"#.utf8)
        for count in 0..<bytes.count {
            for size in Self.chunkSizes {
                let code = scan(Array(bytes[..<count]), chunkSize: size).code
                #expect(code == .unexpectedEnd, "\(count) bytes, chunk size \(size)")
            }
        }
        #expect(scan(bytes).isSuccess)
    }

    private static let answer = #"""
        {"job_id": "j", "status": "completed", "score": NaN, "deep": {"a": [[-Infinity], {"b": Infinity}]},
         "result": {"markdown": "é NaN", "page_count": NaN, "credits_used": -Infinity, "x": [NaN, {"y": Infinity}],
           "bounding_boxes": {"Images": [{"id": "i", "image_url": "https://h/a.png", "page_number": Infinity},
             {"id": NaN, "image_url": "data:image/png;base64,aGk=", "page_number": 7.0}]}}, "error": null}
        """#

    @Test(
        "S5.8 an answer keeps all that is known of it, and no number that is not finite is one", arguments: chunkSizes)
    func facts(_ chunkSize: Int) throws {
        for prefix in [[], Self.mark] {
            let bytes = prefix + Array(Self.answer.utf8)
            let source = MemoryByteSource(bytes)
            let answer = try JobAnswer.scan(source, chunkSize: chunkSize)
            #expect(answer.status == "completed" && answer.jobID == "j")
            let result = try #require(answer.result)
            #expect(result.facts.pageCount == nil && result.facts.creditsUsed == nil)
            #expect(result.facts.images.map(\.pageNumber) == [nil, 7])
            #expect(result.facts.images.map(\.id) == ["i", nil])
            // The result is what stands there, and its texts are found in it.
            let value = Array(bytes[Int(result.range.lowerBound)..<Int(result.range.upperBound)])
            #expect(value.starts(with: Array(#"{"markdown""#.utf8)) && value.last == UInt8(ascii: "}"))
            #expect(try Self.decoded(source, try #require(result.facts.markdown), chunkSize) == "é NaN")
            // The same value as a document of its own.
            let own = try ResultFacts.scan(MemoryByteSource(prefix + value), chunkSize: chunkSize)
            #expect(own.images.map(\.id) == ["i", nil] && own.pageCount == nil && own.creditsUsed == nil)
            #expect(
                try Self.decoded(MemoryByteSource(prefix + value), try #require(own.markdown), chunkSize) == "é NaN")
        }
    }

    @Test("S5.8 the members that are written anew are the API's bytes", arguments: chunkSizes)
    func rewritten(_ chunkSize: Int) throws {
        let expected = """
            {
              "job_id": "j",
              "status": "completed",
              "score": NaN,
              "deep": {"a": [[-Infinity], {"b": Infinity}]},
              "error": null
            }

            """
        for prefix in [[], Self.mark] {
            let source = MemoryByteSource(prefix + Array(Self.answer.utf8))
            let members = try JobAnswer.scan(source).members.filter { $0.name != "result" }
            var rewriter = ObjectRewriter(source, members: members, chunkSize: chunkSize)
            var output: [UInt8] = []
            var chunk: [UInt8] = []
            while try rewriter.next(into: &chunk) { output += chunk }
            #expect(String(decoding: output, as: UTF8.self) == expected)
        }
    }

    @Test("S5.8 a number beyond what a number can be counts as none, as do those that are not finite")
    func numbersThatAreNone() throws {
        for text in ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e19", "9223372036854775808", "0.5"] {
            let facts = try ResultFacts.scan(MemoryByteSource("{\"page_count\": \(text), \"credits_used\": \(text)}"))
            #expect(facts.pageCount == nil, "\(text)")
            #expect(facts.creditsUsed?.isFinite != false, "\(text)")
        }
    }

    @Test("S5.8 a refusal that is not quite JSON says what it says")
    func refusals() {
        for prefix in ["", "\u{FEFF}"] {
            let body = ErrorBody(
                Array((prefix + #"{"error": {"code": "X", "message": "m", "wait": NaN}, "a": -Infinity}"#).utf8))
            #expect(body.code == "X" && body.message == "m")
        }
    }

    private static func decoded(_ source: MemoryByteSource, _ literal: Range<UInt64>, _ size: Int) throws -> String {
        var decoder = JSONStringDecoder(source, literal: literal, chunkSize: size)
        var bytes: [UInt8] = []
        var chunk: [UInt8] = []
        while try decoder.next(into: &chunk) { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Where the numbers of a document are.
private struct NumberRanges: JSONHandler {
    var found: [Range<UInt64>] = []

    mutating func captureLimit(for kind: JSONTokenKind) -> Int { 0 }
    mutating func beginObject(at offset: UInt64) {}
    mutating func endObject(_ range: Range<UInt64>) {}
    mutating func beginArray(at offset: UInt64) {}
    mutating func endArray(_ range: Range<UInt64>) {}
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {}
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { found.append(range) }
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {}
}
