import Foundation
import Testing

@testable import PulseEmulator

@Suite struct SyntheticBytesTests {
    @Test(arguments: [0, 1, 7, 8, 9, 4095, 4096, 4097, 20_000])
    func anImageHasItsSizeAndReadsTheSameInParts(size: Int) {
        let image = SyntheticImage(size: size)
        let whole = image.bytes
        #expect(whole.count == size)
        var parts: [UInt8] = []
        for start in stride(from: 0, to: size, by: 777) {
            parts += image.bytes(in: start..<(start + 777))
        }
        #expect(parts == whole)
    }

    @Test func imagesOfOtherSeedsAndOtherPagesDiffer() {
        let one = SyntheticImage(size: 12_288, seed: 1)
        let two = SyntheticImage(size: 12_288, seed: 2)
        #expect(one.bytes(in: 4096..<8192) != two.bytes(in: 4096..<8192))
        #expect(one.bytes(in: 4096..<8192) != one.bytes(in: 8192..<12_288))
    }

    @Test(arguments: [0, 1, 1023, 1024, 1025, 10_000])
    func markdownHasItsSizeAndItsJSONDecodesToIt(size: Int) throws {
        let markdown = SyntheticMarkdown(size: size)
        let decoded = markdown.decodedBytes(in: 0..<size)
        #expect(decoded.count == size)
        let encoded = markdown.encodedBytes(in: 0..<markdown.encodedSize)
        #expect(encoded.count == markdown.encodedSize)
        let json = Data([0x5B, 0x22] + encoded + [0x22, 0x5D])
        let values = try #require(try JSONSerialization.jsonObject(with: json) as? [String])
        #expect(values.first.map { Array($0.utf8) } == decoded)
    }

    @Test func markdownReadsTheSameInParts() {
        let markdown = SyntheticMarkdown(size: 5000)
        var parts: [UInt8] = []
        for start in stride(from: 0, to: markdown.encodedSize, by: 97) {
            parts += markdown.encodedBytes(in: start..<(start + 97))
        }
        #expect(parts == markdown.encodedBytes(in: 0..<markdown.encodedSize))
    }

    @Test func sectionsAreNumbered() {
        let markdown = SyntheticMarkdown(size: 13 * 1024)
        let last = markdown.decodedBytes(in: (12 * 1024)..<(12 * 1024 + 21))
        #expect(String(decoding: last, as: UTF8.self) == "## Section 0000000012")
    }

    @Test func aSourceOfSeveralPiecesReadsAcrossThem() {
        let source = ByteSource(pieces: [
            .stored(Array("abc".utf8)), .stored([]), .stored(Array("defg".utf8)),
        ])
        #expect(source.count == 7)
        #expect(source.bytes(in: 1..<5) == Array("bcde".utf8))
        #expect(source.slice(2..<6).bytes(in: 1..<3) == Array("de".utf8))
        #expect(source.bytes(in: 6..<100) == Array("g".utf8))
    }

    @Test func equalSizeDoesNotMakeEqualTags() {
        #expect(ByteSource(text: "abc").entityTag == ByteSource(text: "abc").entityTag)
        #expect(ByteSource(text: "abc").entityTag != ByteSource(text: "abd").entityTag)
    }
}
