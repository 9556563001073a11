import JSONStream
import PulseAPI
import Testing

@Suite("ResultFacts")
struct ResultFactsTests {
    private func facts(_ text: String) throws -> ResultFacts {
        let whole = try ResultFacts.scan(MemoryByteSource(text))
        for size in [1, 2, 3, 7] {
            #expect(try ResultFacts.scan(MemoryByteSource(text), chunkSize: size) == whole, "chunk size \(size)")
        }
        return whole
    }

    @Test("A document that is not an object is refused", arguments: ["[]", "1", "\"x\"", "null"])
    func refusesOthers(_ text: String) {
        #expect {
            try ResultFacts.scan(MemoryByteSource(text))
        } throws: {
            ($0 as? JSONError)?.code == .notAnObject
        }
    }

    @Test("Plain facts are read")
    func readsPlainFacts() throws {
        let facts = try facts(
            #"{"is_url":true,"url":"https:\/\/x\/y","page_count":12,"credits_used":0.5,"pdf_url":"p","warnings":["a","b"]}"#
        )
        #expect(facts.isURL)
        #expect(facts.url == "https://x/y")
        #expect(facts.pageCount == 12)
        #expect(facts.creditsUsed == 0.5)
        #expect(facts.pdfURL == "p")
        #expect(facts.warnings == ["a", "b"])
    }

    @Test("What is said in place of a result is read, the last of several, and cut when it is long")
    func readsMessage() throws {
        #expect(try facts(#"{"expired":true,"message":"one","message":"two\n"}"#).message == "two\n")
        let long = String(repeating: "x", count: ResultFacts.textLimit)
        #expect(try facts("{\"message\":\"\(long)y\"}").message?.hasPrefix(long) == true)
        #expect(try facts(#"{"nested":{"message":"x"}}"#).message == nil)
    }

    @Test(
        "A field of another type is ignored",
        arguments: [
            #""is_url":"true""#, #""is_url":1"#, #""url":5"#, #""url":["u"]"#, #""message":5"#, #""page_count":"12""#,
            #""page_count":1.5"#,
            #""page_count":1e99"#,
            #""page_count":99999999999999999999"#, #""page_count":null"#, #""credits_used":"1""#,
            #""credits_used":1e999"#,
            #""markdown":{"a":"b"}"#,
            #""markdown":["x"]"#, #""markdown":null"#, #""content":7"#, #""extensions":"html""#,
            #""extensions":{"altOutputs":["html"]}"#,
            #""extensions":{"altOutputs":{"html":5}}"#, #""extensions":{"altOutputs":{"html":["<p>"]}}"#,
            #""html":5"#, #""results":[{"extract":{"markdown":"x"}}]"#, #""results":{"extract":"x"}"#,
            #""pdf_url":{}"#,
            #""warnings":"text""#, #""warnings":{"0":"text"}"#, #""warnings":[1,["x"],{"y":"z"},null]"#,
            #""bounding_boxes":[]"#,
            #""bounding_boxes":{"Images":{"id":"x"}}"#, #""bounding_boxes":{"Images":["x",1,["y"],null]}"#,
            #""bounding_boxes":{"images":[{"id":"x"}]}"#,
            #""Images":[{"id":"x"}]"#, #""nested":{"markdown":"x","bounding_boxes":{"Images":[{}]}}"#,
        ])
    func ignoresWrongTypes(_ member: String) throws {
        #expect(try facts("{\(member)}") == ResultFacts())
    }

    @Test("A whole number may be written with a fraction or an exponent")
    func readsWholeNumbers() throws {
        #expect(try facts(#"{"page_count":12.0}"#).pageCount == 12)
        #expect(try facts(#"{"page_count":1.2e1}"#).pageCount == 12)
        #expect(try facts(#"{"page_count":-0}"#).pageCount == 0)
    }

    @Test("Markdown is found before and behind anything else; older results call it content")
    func findsMarkdown() throws {
        let cases = [
            (#"{"markdown":"m"}"#, #""m""#), (#"{"x":{"y":[1,{"markdown":"n"}]},"markdown":"m"}"#, #""m""#),
            (#"{"markdown":"m","x":{"markdown":"n"}}"#, #""m""#), (#"{"content":"c"}"#, #""c""#),
            (#"{"content":"c","markdown":"m"}"#, #""m""#),
            (#"{"markdown":"m","content":"c"}"#, #""m""#), (#"{"content":"c","markdown":null}"#, #""c""#),
            (#"{"markdown":"m","markdown":"n"}"#, #""n""#),
            (#"{"markdown":"m","markdown":5,"content":"c"}"#, #""c""#), (#"{"markdown":""}"#, #""""#),
            (#"{"markdown":"a\"b\\"}"#, #""a\"b\\""#),
        ]
        for (text, literal) in cases {
            #expect(try facts(text).markdown.map { text.slice($0) } == literal, "\(text)")
        }
    }

    @Test("HTML is found in both spellings, in extensions and beside them")
    func findsHTML() throws {
        let cases = [
            #"{"extensions":{"altOutputs":{"html":"<p>"}}}"#, #"{"extensions":{"alt_outputs":{"html":"<p>"}}}"#,
            #"{"altOutputs":{"html":"<p>"}}"#,
            #"{"alt_outputs":{"html":"<p>"}}"#, #"{"altOutputs":{"html":{"content":"<p>"}}}"#,
            #"{"altOutputs":{"html":{"html":"<p>"}}}"#,
            #"{"extensions":{"alt_outputs":{"html":{"html":"x","content":"<p>"}}}}"#,
            #"{"alt_outputs":{"html":"y"},"extensions":{"altOutputs":{"html":"<p>"}}}"#,
            #"{"extensions":{"alt_outputs":{"html":"x"},"altOutputs":{"html":"<p>"}}}"#,
            #"{"extensions":{"altOutputs":{"html":"x"}},"extensions":{"alt_outputs":{"html":"<p>"}}}"#,
            #"{"altOutputs":{"html":{"content":"x"},"html":"<p>"}}"#,
            #"{"altOutputs":{"html":"x","html":{"content":"<p>"}}}"#,
            #"{"altOutputs":{"html":{"content":"x","content":3,"html":"<p>"}}}"#,
            #"{"extensions":{"chunking":{"html":"x"},"altOutputs":{"xml":"y","html":"<p>"}}}"#,
        ]
        for text in cases {
            #expect(try facts(text).html.map { text.slice($0) } == #""<p>""#, "\(text)")
        }
        #expect(try facts(#"{"altOutputs":{"html":"x"},"altOutputs":null}"#).html == nil)
    }

    @Test("Warnings are bounded in number and size")
    func boundsWarnings() throws {
        let long = String(repeating: "é", count: 1000)
        let text = "{\"warnings\":[" + (0..<150).map { _ in "\"\(long)\"" }.joined(separator: ",") + "]}"
        let warnings = try ResultFacts.scan(MemoryByteSource(text)).warnings
        #expect(warnings.count == 100)
        #expect(warnings.allSatisfy { $0 == String(long.prefix(512)) })
    }

    @Test("Of members of the same name the last counts")
    func lastMemberCounts() throws {
        #expect(try facts(#"{"page_count":1,"page_count":"x"}"#).pageCount == nil)
        #expect(try facts(#"{"is_url":true,"is_url":false}"#).isURL == false)
        #expect(try facts(#"{"warnings":["a"],"warnings":["b"]}"#).warnings == ["b"])
        #expect(try facts(#"{"bounding_boxes":{"Images":[{"id":"a"}]},"bounding_boxes":{}}"#).images.isEmpty)
        #expect(
            try facts(#"{"bounding_boxes":{"Images":[{"id":"a"}],"Images":[{"id":"b"}]}}"#).images.map(\.id) == ["b"])
    }

    @Test("S1.14 the extraction within a pipeline's result gives what the result itself does not")
    func readsPipeline() throws {
        let text =
            ##"{"status":"done","results":{"extract":{"markdown":"# A","page_count":3,"bounding_boxes":{"Images":[{"id":"i","image_url":"u"}]},"extensions":{"altOutputs":{"html":"<p>"}}},"schema":{"markdown":"no"}}}"##
        let known = try facts(text)
        #expect(read(known.markdown, in: text) == "\"# A\"" && read(known.html, in: text) == "\"<p>\"")
        #expect(known.pageCount == 3 && known.images.map(\.id) == ["i"])
        let both = #"{"markdown":"top","results":{"extract":{"markdown":"below","page_count":2}}}"#
        #expect(try read(facts(both).markdown, in: both) == "\"top\"" && facts(both).pageCount == 2)
        let twice = #"{"results":{"extract":{"markdown":"a"}},"results":{"extract":{"content":"b"}}}"#
        #expect(try read(facts(twice).markdown, in: twice) == "\"b\"")
        let stub = try facts(#"{"results":{"is_url":true,"url":"https://x/y"}}"#)
        #expect(stub.pipelineIsURL && stub.pipelineURL == "https://x/y" && !stub.isURL)
    }

    @Test(
        "what was done with a document is told by the identifiers of its result",
        arguments: [
            (#"{"extraction_id":"x","markdown":"a"}"#, ResultKind.extraction), (#"{"markdown":"a"}"#, .extraction),
            (#"{"form_id":"f","pdf_url":"u"}"#, .form), (#"{"schema_id":"s","schema_output":{}}"#, .schema),
            (#"{"schema_id":"s","split_id":"p","results":{"topic":{"values":{}}}}"#, .schema),
            (#"{"schema_id":"s","markdown":"a"}"#, .extraction), (#"{"split_id":"p","split_output":{}}"#, .split),
            (#"{"tables_id":"t"}"#, .tables), (#"{"batch_id":"b"}"#, .batch),
            (#"{"results":{"extract":{"markdown":"a"}}}"#, .pipeline), (#"{"execution_id":"e"}"#, .pipeline),
            (#"{"extract":{"markdown":"a"}}"#, .pipeline), (#"{"x":{"form_id":"f"}}"#, nil),
            (#"{"form_id":7}"#, nil), (#"{"form_id":"f","form_id":null}"#, nil), ("{}", nil),
        ])
    func readsKind(text: String, kind: ResultKind?) throws { #expect(try facts(text).kind == kind) }

    @Test("S1.14 older answers have html in the result itself")
    func readsOlderHTML() throws {
        let text = #"{"html":"<p>old</p>"}"#
        #expect(try read(facts(text).html, in: text) == "\"<p>old</p>\"")
        let newer = #"{"html":"<p>old</p>","extensions":{"altOutputs":{"html":"<p>new</p>"}}}"#
        #expect(try read(facts(newer).html, in: newer) == "\"<p>new</p>\"")
    }

    @Test("S1.14 in a flat list of elements, those are images that have one or are called so")
    func readsFlatList() throws {
        let text =
            #"{"bounding_boxes":[{"type":"Text","id":"t"},{"type":"Image","id":"a"},{"id":"b","image_url":"u"},"x",[1],{"class":"Figure","id":"c"},{"id":"d","image_url":""}]}"#
        #expect(try facts(text).images.map(\.id) == ["a", "b", "c"])
        let twice = #"{"bounding_boxes":[{"type":"Image","id":"a"}],"bounding_boxes":{"Images":[{"id":"b"}]}}"#
        #expect(try facts(twice).images.map(\.id) == ["b"])
    }

    private func read(_ range: Range<UInt64>?, in text: String) -> String? {
        range.map { String(decoding: Array(text.utf8)[Int($0.lowerBound)..<Int($0.upperBound)], as: UTF8.self) }
    }
}
