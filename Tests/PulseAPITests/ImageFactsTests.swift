import JSONStream
import PulseAPI
import PulseTestSupport
import Testing

@Suite("ImageFacts")
struct ImageFactsTests {
    private func images(_ json: String) throws -> [ImageFacts] {
        let text = #"{"bounding_boxes":{"Images":[\#(json)]}}"#
        let whole = try ResultFacts.scan(MemoryByteSource(text))
        for size in [1, 3] {
            #expect(try ResultFacts.scan(MemoryByteSource(text), chunkSize: size) == whole, "chunk size \(size)")
        }
        return whole.images
    }

    @Test("Every field of an image is read")
    func readsAllFields() throws {
        let facts = try #require(
            try ResultFacts.scan(MemoryByteSource(SampleAnswer.everything.slice(resultRange()))).images.first)
        var expected = ImageFacts()
        expected.id = "img-1"
        expected.source = .remote(url: "https://api.runpulse.com/results/abc/images/excel_image_1_1.png")
        expected.visualType = "chart"
        expected.chartType = "bar"
        expected.chartTitle = "Umsätze"
        expected.sheetName = "Sheet 1"
        expected.excelRange = "A1:C9"
        expected.pageNumber = 3
        #expect(facts == expected)
    }

    private func resultRange() throws -> Range<UInt64> {
        try #require(try JobAnswer.scan(MemoryByteSource(SampleAnswer.everything)).result).range
    }

    @Test("An inline image is a range that decodes to its bytes")
    func readsInline() throws {
        let text = #"{"bounding_boxes":{"Images":[{"image_url":"DATA:image\/PNG;x=y;base64,aGk="}]}}"#
        let source = try #require(try ResultFacts.scan(MemoryByteSource(text)).images.first).source
        guard case .inline(let range, let mediaType, let isBase64) = source else {
            Issue.record("\(source)")
            return
        }
        #expect(text.slice(range) == #""DATA:image\/PNG;x=y;base64,aGk=""#)
        #expect(mediaType == "image/png")
        #expect(isBase64)
    }

    @Test("An inline image of any size keeps nothing but its range")
    func readsLargeInline() throws {
        let body = String(repeating: "QUJD", count: 100_000)
        let literal = #""data:image/gif;base64,\#(body)""#
        let image = try #require(try images(#"{"image_url":\#(literal)}"#).first)
        let start = UInt64(#"{"bounding_boxes":{"Images":[{"image_url":"#.utf8.count)
        let range = start..<(start + UInt64(literal.utf8.count))
        #expect(image.source == .inline(dataURI: range, mediaType: "image/gif", isBase64: true))
    }

    @Test("Without a usable image_url an image is absent, and says why")
    func readsAbsent() throws {
        #expect(try images("{}") == [ImageFacts()])
        #expect(
            try images(#"{"image_url":null},{"image_url":5},{"image_url":""},{"image_url":{"url":"x"}}"#)
                == Array(repeating: ImageFacts(), count: 4))
        let failed = try #require(try images(#"{"render_error":"timed out"}"#).first)
        #expect(failed.source == .absent)
        #expect(failed.renderError == "timed out")
        let long = try #require(try images(#"{"image_url":"https://\#(String(repeating: "x", count: 4096))"}"#).first)
        #expect(long.source == .absent)
        #expect(long.renderError == "The image_url is longer than 4096 bytes.")
        let cut = try #require(try images(#"{"image_url":"data:image/png;base64"}"#).first)
        #expect(cut.source == .absent)
        #expect(cut.renderError == "The `data:` URI in image_url has no comma in its first 4096 bytes.")
        let both = try #require(try images(#"{"image_url":"data:x","render_error":"theirs"}"#).first)
        #expect(both.renderError == "theirs")
    }

    @Test("Fields of other types are ignored, and the last of a name counts")
    func ignoresWrongTypes() throws {
        #expect(
            try images(
                #"{"id":5,"visual_type":[],"chart_type":{},"chart_title":null,"sheet_name":true,"excel_range":1.5,"page_number":"3","render_error":{}}"#
            )
                == [ImageFacts()])
        #expect(try images(#"{"id":"a","id":"b"}"#).first?.id == "b")
        #expect(try images(#"{"id":"a","id":{"id":"c"}}"#).first?.id == nil)
        #expect(try images(#"{"image_url":"data:x","image_url":"u"}"#).first?.source == .remote(url: "u"))
        #expect(try images(#"{"image_url":"data:x","image_url":"u"}"#).first?.renderError == nil)
        #expect(try images(#"{"image_url":"u","image_url":7}"#).first?.source == .absent)
        #expect(try images(#"{"page_number":3.0}"#).first?.pageNumber == 3)
    }

    @Test("Other things among the images are passed over")
    func skipsOthers() throws {
        #expect(
            try images(#"{"id":"a","content":{"id":"x","list":[{"id":"y"}]}},7,[{"id":"z"}],"s",{"id":"b"}"#).map(\.id)
                == ["a", "b"])
    }

    @Test("A hostile name arrives as it was sent: it is data")
    func keepsHostileNames() throws {
        let image = try #require(
            try images(
                #"{"id":"../../etc/passwd","image_url":"https://x/results/j/images/..%2f..%2fa\u0000b\n","sheet_name":"\ud800"}"#
            )
            .first)
        #expect(image.id == "../../etc/passwd")
        #expect(image.source == .remote(url: "https://x/results/j/images/..%2f..%2fa\0b\n"))
        #expect(image.sheetName == "\u{FFFD}")
    }

    @Test("An identifier beyond the limit is dropped, a title is cut")
    func boundsTexts() throws {
        let long = String(repeating: "é", count: 3000)
        let image = try #require(try images(#"{"id":"\#(long)","chart_title":"\#(long)"}"#).first)
        #expect(image.id == nil)
        #expect(image.chartTitle == String(long.prefix(2048)))
    }

    @Test("The number of images is bounded, and so is their text")
    func boundsImages() throws {
        let many = #"{"bounding_boxes":{"Images":["# + String(repeating: "{},", count: 100_000) + "{}]}}"
        let facts = try ResultFacts.scan(MemoryByteSource(many))
        #expect(facts.images.count == 100_000)
        #expect(facts.imagesAreCut)
        let wordy = #"{"chart_title":"\#(String(repeating: "x", count: 4096))"},"#
        let large = #"{"bounding_boxes":{"Images":["# + String(repeating: wordy, count: 8200) + "{}]}}"
        let cut = try ResultFacts.scan(MemoryByteSource(large))
        #expect(cut.images.count == 8192)
        #expect(cut.imagesAreCut)
    }
}
