import PulseTestSupport
import Quantities
import Testing

@testable import SharedStore

@Suite struct XMLTests {
    private func parse(_ text: String) throws -> XMLElement { try XMLElement(Array(text.utf8)) }

    @Test func elementsAndTextAreRead() throws {
        let root = try parse(
            "\u{feff}<?xml version='1.0'?>\n<!-- c --><A xmlns=\"http://x/\" b = 'c>d'><B>1 &lt; 2 &#38; &#x41;</B><C/><D><B>x</B></D></A>\n"
        )
        #expect(root.name == "A")
        #expect(root.text("B") == "1 < 2 & A")
        #expect(root["C"]?.text == "")
        #expect(root["D"]?.text("B") == "x")
        #expect(root["E"] == nil)
    }

    @Test(arguments: [
        "", " ", "text", "<A>", "</A>", "<A></B>", "<A><B></A></B>", "<A/><B/>", "<A/>text", "<A>&nbsp;</A>",
        "<A>&#0;</A>",
        "<A>&#xD800;</A>", "<A>&#99999999999;</A>", "<A>&#+65;</A>", "<A>&amp</A>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><A>&b;</A>",
        "<A><![CDATA[x]]></A>", "<A b=c/>", "<A b='c/>", "<A b/>", "< A/>", "<A", "<!--", "<?x", "<A>\u{1}<", "<>",
        "<html><body><p>One<br>Two</body></html>", String(repeating: "<a>", count: 100_000),
        "<a>" + String(repeating: "<b/>", count: 40_000) + "</a>", "<" + String(repeating: "a", count: 200) + "/>",
    ]) func whatIsNoSuchXMLIsRefused(text: String) {
        #expect(throws: XMLScanner.Malformed.self) { try parse(text) }
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: XMLScanner.Malformed.self) { try XMLElement([0x3c, 0x41, 0x3e, 0xff, 0x3c, 0x2f, 0x41, 0x3e]) }
    }

    @Test func noMixOfBytesEndsTheProcess() {
        let words = [
            "<", ">", "/", "a", "&", ";", "#", "x4", "'", "\"", "=", " ", "<!--", "-->", "<?", "?>", "<a>", "</a>", "é",
        ]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                words[Int.random(in: 0..<words.count, using: &generator)]
            }.joined()
            _ = try? parse(text)
        }
    }

    @Test func anErrorSaysNoMoreThanAnHonestOne() {
        let long = String(repeating: "m", count: 5000)
        let body = S3ErrorBody(
            Array(
                "<Error><Code>NoSuchKey</Code><Message>\u{1b}[31m\(long)</Message><Region>eu-west-1</Region></Error>"
                    .utf8))
        #expect(body.code == "NoSuchKey")
        #expect(body.message?.utf8.count == 200)
        #expect(body.message?.contains("\u{1b}") == false)
        #expect(body.region == "eu-west-1")
        for text in ["<html/>", "", "{\"Code\":\"NoSuchKey\"}", "<Error><Code>a b</Code><Region>../x</Region></Error>"]
        {
            let body = S3ErrorBody(Array(text.utf8))
            #expect(body.code == nil)
            #expect(body.region == nil)
        }
    }

    // MARK: Lists

    private func page(_ inner: String, below prefix: String = "p/") -> ObjectPage? {
        S3ListPage.parsed(Array("<ListBucketResult>\(inner)</ListBucketResult>".utf8), below: prefix)
    }

    @Test func aPageHasTheNamesOfTheStoreAndCountsOthers() throws {
        let page = try #require(
            self.page(
                """
                <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>t+/=</NextContinuationToken>
                <Contents><Key>p/1/j/ab</Key><Size>12</Size><ETag>&quot;e&quot;</ETag><LastModified>2015-08-30T12:36:00.000Z</LastModified></Contents>
                <Contents><Key>p/Holiday%20pictures</Key><Size>1</Size></Contents>
                <Contents><Key>q/1/j/ab</Key><Size>1</Size></Contents>
                <Contents><Key>p/1/j/ac</Key><Size>-1</Size></Contents>
                <Contents><Key>p/1/j/%zz</Key><Size>1</Size></Contents>
                <Contents><Size>1</Size></Contents>
                """))
        #expect(page.entries.map(\.key.text) == ["1/j/ab"])
        #expect(page.entries.first?.size == 12)
        #expect(page.entries.first?.etag?.text == "\"e\"")
        #expect(page.entries.first?.modified == 1_440_938_160)
        #expect(page.foreign == 5)
        #expect(page.next == "t+/=")
    }

    @Test func whatIsNoListIsNone() {
        #expect(self.page("")?.entries.isEmpty == true)
        #expect(page("<IsTruncated>true</IsTruncated>") == nil)
        #expect(S3ListPage.parsed(Array("<html></html>".utf8), below: "") == nil)
    }
}
