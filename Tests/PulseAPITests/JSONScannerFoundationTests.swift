import Foundation
import JSONStream
import PulseAPI
import PulseTestSupport
import Testing

/// Foundation's parser as a second opinion.
///
/// Where the two may differ: the scanner takes an escaped surrogate without its partner and a number of any size,
/// which the grammar allows, and the numbers that are not finite; Foundation takes UTF-16, UTF-32, and a comma behind
/// the last member.
@Suite("JSONScanner and Foundation")
struct JSONScannerFoundationTests {
    private func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    /// Whether a document has in it what only the scanner accepts.
    private func hasOwnFreedom(_ bytes: [UInt8]) -> Bool {
        var seeker = FreedomSeeker()
        guard (try? JSONScanner.scan(MemoryByteSource(bytes), handler: &seeker)) != nil else { return false }
        return seeker.found
    }

    @Test("Every string of a random document decodes to what Foundation decodes")
    func decodesLikeFoundation() throws {
        var documents = RandomDocument(seed: 42)
        for _ in 0..<400 {
            let document = documents.next()
            let source = MemoryByteSource(document)
            var collector = Collector()
            try JSONScanner.scan(source, chunkSize: 16, handler: &collector)
            let expected = try JSONSerialization.jsonObject(with: Data(document.utf8))
            #expect(collector.strings.sorted() == strings(in: expected).sorted(), "\(document)")
            for (range, text) in collector.ranges {
                var decoder = JSONStringDecoder(source, literal: range, chunkSize: 5)
                var decoded: [UInt8] = []
                var chunk: [UInt8] = []
                while try decoder.next(into: &chunk) { decoded += chunk }
                #expect(String(decoding: decoded, as: UTF8.self) == text)
            }
        }
    }

    @Test("The bytes of every value of a random document are JSON of their own")
    func rangesAreValues() throws {
        var documents = RandomDocument(seed: 43)
        for _ in 0..<200 {
            let document = Array(documents.next().utf8)
            var collector = Collector()
            try JSONScanner.scan(MemoryByteSource(document), handler: &collector)
            for range in collector.values {
                #expect(foundationAccepts(Array(document[Int(range.lowerBound)..<Int(range.upperBound)])))
            }
        }
    }

    @Test(
        "A damaged document that Foundation refuses is refused, and nothing crashes", arguments: 0..<8 as Range<UInt64>)
    func acceptsNoMoreThanFoundation(_ seed: UInt64) {
        var documents = RandomDocument(seed: seed)
        var generator = SeededGenerator(seed: seed &+ 1000)
        let hostile: [UInt8] = Array("\"\\{}[]:,0-.eEu \n\0".utf8) + [0x80, 0xC3, 0xE2, 0xED, 0xF0, 0xFF, 0x1F]
        var accepted = 0
        for round in 0..<1500 {
            var bytes = Array((round % 50 == 0 ? SampleAnswer.everything : documents.next()).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(hostile.randomElement(using: &generator) ?? 0, at: index)
                default: bytes[index] = hostile.randomElement(using: &generator) ?? 0
                }
            }
            let result = scan(bytes)
            #expect(result.code == scan(bytes, chunkSize: 3).code)
            _ = try? JobAnswer.scan(MemoryByteSource(bytes), chunkSize: 5)
            if result.isSuccess {
                accepted += 1
                #expect(foundationAccepts(bytes) || hasOwnFreedom(bytes), "\(String(decoding: bytes, as: UTF8.self))")
            } else if foundationAccepts(bytes) {
                // Foundation guesses UTF-16 and UTF-32 from zero bytes, and takes `{"a":1,}`.
                #expect(
                    bytes.contains(0) || hasTrailingComma(bytes, result),
                    "\(String(decoding: bytes, as: UTF8.self)) \(result)")
            }
        }
        #expect(accepted > 0)
    }

    /// Whether what was refused is a bracket behind a comma.
    private func hasTrailingComma(_ bytes: [UInt8], _ result: Result<[String], JSONError>) -> Bool {
        guard case .failure(let error) = result, error.offset < bytes.count else { return false }
        let before = bytes[..<Int(error.offset)].last { !" \n\r\t".utf8.contains($0) }
        return before == UInt8(ascii: ",") && "]}".utf8.contains(bytes[Int(error.offset)])
    }

    private func strings(in value: Any) -> [String] {
        switch value {
        case let text as String: [text]
        case let array as [Any]: array.flatMap { strings(in: $0) }
        case let object as [String: Any]: object.flatMap { [$0.key] + strings(in: $0.value) }
        default: []
        }
    }
}

/// Keeps every string and the range of every value.
private struct Collector: JSONHandler {
    var strings: [String] = []
    var ranges: [(Range<UInt64>, String)] = []
    var values: [Range<UInt64>] = []

    mutating func captureLimit(for kind: JSONTokenKind) -> Int { 1_000_000 }
    mutating func beginObject(at offset: UInt64) {}
    mutating func endObject(_ range: Range<UInt64>) { values.append(range) }
    mutating func beginArray(at offset: UInt64) {}
    mutating func endArray(_ range: Range<UInt64>) { values.append(range) }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) { values.append(range) }
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) { values.append(range) }
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) { string(range, text) }
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        strings.append(text.complete ?? "")
        ranges.append((range, text.complete ?? ""))
        values.append(range)
    }
}

/// Looks for what the scanner allows and Foundation does not: half a surrogate pair, a number beyond `Double`.
private struct FreedomSeeker: JSONHandler {
    var found = false

    mutating func captureLimit(for kind: JSONTokenKind) -> Int { 1_000_000 }
    mutating func beginObject(at offset: UInt64) {}
    mutating func endObject(_ range: Range<UInt64>) {}
    mutating func beginArray(at offset: UInt64) {}
    mutating func endArray(_ range: Range<UInt64>) {}
    mutating func literal(_ range: Range<UInt64>, _ literal: JSONLiteral) {}
    mutating func key(_ range: Range<UInt64>, _ text: borrowing JSONText) { string(range, text) }
    mutating func string(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        if text.complete?.unicodeScalars.contains("\u{FFFD}") == true { found = true }
    }
    mutating func number(_ range: Range<UInt64>, _ text: borrowing JSONText) {
        let value = text.complete.flatMap { Double($0) }
        if value?.isFinite != true || value == 0 || text.bytes.count > 18 { found = true }
    }
}
