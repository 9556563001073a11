import JSONStream
import PulseAPI
import Testing

@testable import Parts

/// The parts of a result, made in memory.
struct MadeParts {
    let list: PartList
    let bytes: [UInt8]

    init(_ json: String, images: [PartImage] = [], isGuarded: Bool = false) throws {
        let source = MemoryByteSource(json)
        var bytes: [UInt8] = []
        let result = PartsSource(source, 0..<UInt64(json.utf8.count), images: images)
        list = try PartsMaker.make(of: result, isGuarded: isGuarded) { bytes += $0 }
        self.bytes = bytes
    }

    var paths: [String] { list.parts.map(\.path) }

    func text(_ path: String) -> String? {
        list.number(of: path).map { number in
            let range = list.parts[number].range
            return String(decoding: bytes[Int(range.lowerBound)..<Int(range.upperBound)], as: UTF8.self)
        }
    }
}

@Suite("Parts of a result")
struct PartsTests {
    @Test("S1.9 the list is read back from the file of parts as it was made, and from no other file")
    func list() throws {
        let made = try MadeParts(
            ##"{"markdown":"# A","page_count":1,"extensions":{"chunking":{"page":["one"]}}}"##)
        let read = try #require(PartList(MemoryByteSource(made.bytes), length: UInt64(made.bytes.count)))
        #expect(read == made.list && read.number(of: "pages/0001.md") == made.list.number(of: "pages/0001.md"))
        #expect(read.reason("structured.json")?.contains("schema") == true)
        for length in 0..<made.bytes.count {
            #expect(PartList(MemoryByteSource(Array(made.bytes.prefix(length))), length: UInt64(length)) == nil)
        }
        for place in made.bytes.indices.suffix(33) {
            var damaged = made.bytes
            damaged[place] ^= 0x11
            // Never a trap, whatever it says.
            _ = PartList(MemoryByteSource(damaged), length: UInt64(damaged.count))
        }
    }

    @Test("S1.9 the same result gives the same bytes, whatever the white space of another is")
    func same() throws {
        let json = #"{"markdown":"a","form_fields":[{"name":"n","value":1}]}"#
        #expect(try MadeParts(json).bytes == MadeParts(json).bytes)
    }

    @Test("S1.11 pages are the page chunks, when there is one for each page")
    func pages() throws {
        let made = try MadeParts(
            ##"{"page_count":3,"extensions":{"chunking":{"page":["# One\n",{"content":"zwei ü"},{"content":""}]}}}"##)
        #expect(made.text("pages/0001.md") == "# One\n" && made.text("pages/0002.md") == "zwei ü")
        #expect(made.text("pages/0003.md")?.isEmpty == true)
    }

    @Test(
        "S1.10 pages are absent rather than guessed, and it is said why",
        arguments: [
            (#"{"page_count":2,"extensions":{"chunking":{"page":["one"]}}}"#, "2 pages and 1 chunks"),
            (#"{"extensions":{"chunking":{"page":["one"]}}}"#, "no page_count"),
            (#"{"page_count":1,"extensions":{"chunking":{"page":[5]}}}"#, "not texts"),
            (#"{"page_count":1,"markdown":"a\n---\nb"}"#, "no chunks by page"),
            (#"{"page_count":0,"extensions":{"chunking":{"page":[]}}}"#, "not texts"),
        ])
    func noPages(_ json: String, _ words: String) throws {
        let made = try MadeParts(json)
        #expect(made.list.numbers(in: "pages").isEmpty)
        #expect(made.list.reason("pages/0001.md")?.contains(words) == true, "\(made.list.reason("pages") ?? "")")
    }

    @Test("S1.12 chunks: one a line, white space taken out, a text alone made like the others, NaN made null")
    func chunks() throws {
        let made = try MadeParts(
            """
            {"extensions":{"chunking":{"semantic":[ {"content" : "a b\\n", "n" : [1, NaN] }, "x \\"y\\"" ],"empty":[],
            "../up":["x"],"header":"no list"}}}
            """)
        #expect(
            made.text("chunks/semantic.jsonl") == #"{"content":"a b\n","n":[1,null]}"# + "\n"
                + #"{"content":"x \"y\""}"# + "\n")
        #expect(made.list.numbers(in: "chunks").count == 1)
        #expect(made.list.reason("chunks/x")?.contains("name") == true)
    }

    @Test("S1.12 values by schema are indented, and lose nothing of what they are")
    func structured() throws {
        let made = try MadeParts(
            #"{"schema_output":{"values":{"a":{"b":[1.50,"x: {y, z}",null,[],{}]},"ü":true},"citations":{}}}"#)
        let text = """
            {
              "a": {
                "b": [
                  1.50,
                  "x: {y, z}",
                  null,
                  [],
                  {}
                ]
              },
              "ü": true
            }

            """
        #expect(made.text("structured.json") == text)
    }

    @Test(
        "S1.14 values are found where each kind of answer has them",
        arguments: [
            #"{"structured_output":{"values":{"v":1}}}"#, #"{"schema_output":{"values":{"v":1}}}"#,
            #"{"extensions":{"structured_output":{"values":{"v":1}}}}"#,
            #"{"results":{"schema":{"schema_output":{"values":{"v":1}}}}}"#,
            #"{"results":{"extract":{"structured_output":{"values":{"v":1}}}}}"#,
        ])
    func nested(_ json: String) throws {
        #expect(try MadeParts(json).text("structured.json") == "{\n  \"v\": 1\n}\n")
    }

    @Test("S1.12 each topic of a schema over a split is a file, and its citations name it")
    func topics() throws {
        let made = try MadeParts(
            #"{"split_id":"s","results":{"loan":{"values":{"sum":5},"citations":{"sum":"t-1"}},"bad/name":{"values":{}},"no":{}}}"#
        )
        #expect(made.text("schema/loan.json") == "{\n  \"sum\": 5\n}\n")
        #expect(made.text("citations.jsonl") == #"{"topic":"loan","field":"sum","ids":["t-1"]}"# + "\n")
        #expect(made.list.numbers(in: "schema").count == 1)
        #expect(made.list.reason("schema/x")?.contains("name") == true)
    }

    @Test("S1.12 citations as texts, lists and objects; ids are found with the extraction before and the cell behind")
    func citations() throws {
        let uuid = "123e4567-e89b-12d3-a456-426614174000"
        let made = try MadeParts(
            """
            {"bounding_boxes":{"Text":[{"id":"t-1","page_number":2,"bounding_box":[0,0.5,1,1]},{"id":"t-2","page_number":"3"}],
            "Tables":[{"id":"tbl-1","page_number":4,"bounding_box":null}],"markdown_with_ids":"x"},
            "structured_output":{"values":{},"confidence":{"a":0.9,"b":"N/A","c":{"d":NaN}},
            "citations":{"a":"t-1, t-2","b":["t-2","nowhere"],"c":{"d":"\(uuid)-t-1"},"e":[{"f":"tbl-1-r4c2"}],
            "g":{"page":7,"bbox":[1,2,3,4]},"h":{"ids":["t-2"],"confidence":0.25},"i":"","j":null,"k":"N/A"}}}
            """)
        #expect(
            made.text("citations.jsonl")?.split(separator: "\n").map(String.init) == [
                #"{"field":"a","ids":["t-1","t-2"],"page":2,"box":[0,0.5,1,1],"confidence":0.9}"#,
                #"{"field":"b","ids":["t-2","nowhere"],"page":3}"#,
                #"{"field":"c.d","ids":["\#(uuid)-t-1"],"page":2,"box":[0,0.5,1,1]}"#,
                #"{"field":"e[0].f","ids":["tbl-1-r4c2"],"page":4}"#,
                #"{"field":"g","page":7,"box":[1,2,3,4]}"#,
                #"{"field":"h","ids":["t-2"],"page":3,"confidence":0.25}"#,
            ])
    }

    @Test("S1.12 splits, images and form fields")
    func others() throws {
        var facts = ImageFacts()
        facts.id = "i-1"
        facts.chartTitle = "Umsatz \"Q1\""
        facts.visualType = "chart"
        facts.pageNumber = 3
        facts.imageDescription = "line\nline"
        let made = try MadeParts(
            """
            {"split_output":{"splits":{"a":[1,2]}},
            "form_fields":[{"name":"x","value":"a,b"},{"name":"y","page":2,"value":null},{"name":"z","value":["q"]}]}
            """, images: [PartImage(fileName: "a b.png", facts: facts), PartImage(fileName: nil, facts: ImageFacts())])
        #expect(made.text("splits.json") == "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n")
        #expect(
            made.text("images.jsonl")
                == #"{"file":"images/a b.png","id":"i-1","page":3,"title":"Umsatz \"Q1\"","kind":"chart","description":"line\nline"}"#
                + "\n{}\n")
        #expect(made.text("form_fields.csv") == "name,value,page\r\nx,\"a,b\",\r\ny,,2\r\nz,\"[\"\"q\"\"]\",\r\n")
    }

    @Test(
        "hostile and odd answers make no part, and no trap",
        arguments: [
            "{}", #"{"results":5,"extensions":[],"bounding_boxes":"x","form_fields":{}}"#,
            #"{"structured_output":[1],"split_output":{"splits":[]},"tables_output":{"tables":{}}}"#,
            #"{"structured_output":{"values":"text"},"page_count":-9223372036854775808}"#,
            #"{"page_count":1e400,"extensions":{"chunking":{"page":{}}}}"#,
            #"{"bounding_boxes":{"Tables":[null,5,[],{},{"cell_data":[{"row":-1,"column":0,"text":"x"}]}]}}"#,
            #"{"bounding_boxes":{"Tables":[{"cell_data":[{"row":9223372036854775807,"column":0,"text":"x"}]}]}}"#,
            #"{"form_fields":[5],"split_output":{},"results":{"schema":{"results":[]}}}"#,
        ])
    func odd(_ json: String) throws {
        #expect(try MadeParts(json).paths == ["contents.md"])
    }
}
