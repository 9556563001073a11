import JSONStream
import PulseAPI
import Testing

@testable import Parts

@Suite("Tables of a result")
struct TableTests {
    private func csv(_ json: String, isGuarded: Bool = false) throws -> String? {
        try MadeParts(json, isGuarded: isGuarded).text("tables/01.csv")
    }

    @Test("S1.11 cells with row and column, in whichever of the shapes; a spanning cell once")
    func cells() throws {
        let shapes = [
            #"{"row":0,"column":0,"text":"a"},{"row":1,"column":1,"text":"b"}"#,
            #"{"position":{"row":1,"column":1},"text":"a","properties":{"spans_columns":2}},{"position":{"row":2,"column":2},"text":"b"}"#,
            #"{"id":"tbl-1-r1c1","location":{"coordinates":{"row":1,"column":1}},"content":"a"},{"location":{"coordinates":{"row":2,"column":2}},"content":"b"}"#,
        ]
        for shape in shapes {
            #expect(
                try csv("{\"bounding_boxes\":{\"Tables\":[{\"cell_data\":[\(shape)]}]}}") == "a,\r\n,b\r\n", "\(shape)")
        }
    }

    @Test("S1.10 cells without a place, or two in one place, are no table")
    func misfits() throws {
        for shape in [
            #"{"text":"a"}"#, #"{"row":0,"column":0,"text":"a"},{"row":0,"column":0,"text":"b"}"#,
            #"{"row":5,"column":0,"text":"a"}"#, #"{"row":0,"column":0}"#, #""a""#,
        ] {
            let made = try MadeParts("{\"bounding_boxes\":{\"Tables\":[{\"cell_data\":[\(shape)]}]}}")
            #expect(made.list.numbers(in: "tables").isEmpty, "\(shape)")
            #expect(made.list.reason("tables")?.contains("none of the 1 tables") == true)
        }
    }

    @Test("prefixes are taken away only where every cell has one and none has its original text")
    func prefixes() throws {
        func table(_ cells: String) throws -> String? {
            try csv("{\"bounding_boxes\":{\"Tables\":[{\"cell_data\":[\(cells)]}]}}")
        }
        #expect(
            try table(
                #"{"row":0,"column":0,"text":"0t-A"},{"row":0,"column":1,"text":"1t-B"},{"row":0,"column":2,"text":""}"#
            ) == "A,B,\r\n")
        #expect(try table(#"{"row":0,"column":0,"text":"0t-A"},{"row":0,"column":1,"text":"B"}"#) == "0t-A,B\r\n")
        #expect(
            try table(
                #"{"row":0,"column":0,"text":"0t-0t-A","original_content":"0t-A"},{"row":0,"column":1,"text":"1t-B"}"#)
                == "0t-A,1t-B\r\n")
    }

    @Test("S1.11 a cell that is null or no number is empty, and one without its original text has that which it has")
    func emptyCells() throws {
        #expect(
            try csv(
                #"{"bounding_boxes":{"Tables":[{"cell_data":[{"row":0,"column":0,"text":"a","original_content":null},{"row":0,"column":1,"text":NaN}]}]}}"#
            ) == "a,\r\n")
        #expect(
            try csv(#"{"tables_output":{"tables":[{"table_content":{"headers":["h"],"rows":[[null],[-Infinity]]}}]}}"#)
                == "h\r\n\r\n\r\n")
    }

    @Test("S1.11 title, page, sheet and range stand in the index also from table_info and its location")
    func facts() throws {
        let info =
            #"{"id":"tbl-1","table_name":"Costs","sheet_name":"Q3","excel_range":"A1:B2","location":{"page":4,"bounding_box":[0,0,1,1]}}"#
        let made = try MadeParts(
            "{\"bounding_boxes\":{\"Tables\":[{\"table_info\":\(info),\"cell_data\":[{\"row\":0,\"column\":0,\"text\":\"a\"}]}]},"
                + #""structured_output":{"values":{"v":1},"citations":{"v":"tbl-1-r0c0"}}}"#)
        #expect(
            made.text("tables/index.jsonl")
                == #"{"table":1,"title":"Costs","page":4,"sheet":"Q3","range":"A1:B2","rows":1,"columns":1,"files":["tables/01.csv"]}"#
                + "\n")
        #expect(
            made.text("citations.jsonl") == #"{"field":"v","ids":["tbl-1-r0c0"],"page":4,"box":[0,0,1,1]}"# + "\n")
    }

    @Test("S1.14 the tables of an answer that has HTML and no markdown are those of the HTML")
    func htmlAlone() throws {
        let html = "<h1>P</h1><table><tr><td>a</td></tr></table>"
        #expect(try csv("{\"html\":\"\(html)\"}") == "a\r\n")
        #expect(try csv("{\"html\":\"\(html)\",\"markdown\":\"P\"}") == nil)
    }

    @Test("S1.11 headers and rows, as lists and as objects")
    func rows() throws {
        let tables =
            #"[{"table_content":{"headers":["h1","h2"],"rows":[["a","b"],["c"]]}},{"table_content":{"headers":["x","y"],"rows":[{"y":2,"x":true}]}},{"table_content":{"headers":[],"rows":[]}}]"#
        let made = try MadeParts("{\"tables_output\":{\"tables\":\(tables)}}")
        #expect(made.text("tables/01.csv") == "h1,h2\r\na,b\r\nc,\r\n")
        #expect(made.text("tables/02.csv") == "x,y\r\ntrue,2\r\n")
        #expect(made.text("tables/03.csv") == nil)
        #expect(
            made.text("tables/index.jsonl")
                == #"{"table":1,"rows":3,"columns":2,"files":["tables/01.csv"]}"# + "\n"
                + #"{"table":2,"rows":2,"columns":2,"files":["tables/02.csv"]}"# + "\n")
    }

    @Test("S1.11 HTML: spans, entities, line breaks, a table within a cell, and the HTML beside it")
    func html() throws {
        let html =
            "<table><caption>C</caption><thead><tr><th rowspan='2'>A</th><th colspan=2>B &amp; C</th></tr><tr><td>d<br>e</td><td>&#8364;</td></tr></thead>"
            + "<tbody><tr><td>  x\\n y </td><td rowspan=2>z</td><td><table><tr><td>in</td></tr></table></td></tr><tr><td>1<td>2</table>"
        let made = try MadeParts("{\"tables_output\":{\"tables\":[{\"table_content\":\"\(html)\"}]}}")
        #expect(
            made.text("tables/01.csv")
                == "A,B & C,\r\n,\"d\ne\",€\r\nx\n y,z,in\r\n1,,2\r\n".replacing("x\n y", with: "\"x\ny\""),
            "\(made.text("tables/01.csv") ?? "")")
        #expect(made.text("tables/01.html") == html.replacing("\\n", with: "\n"))
    }

    @Test("tables that stand in the text alone are tables too; others there are not counted twice")
    func markdown() throws {
        let text = "# T\\n\\n<table><tr><td>a</td></tr></table>\\n\\nx < y <table><tr><td>b</td></tr></table> <table>"
        #expect(try MadeParts("{\"markdown\":\"\(text)\"}").list.numbers(in: "tables").count == 5)
        let made = try MadeParts(
            "{\"markdown\":\"\(text)\",\"bounding_boxes\":{\"Tables\":[{\"content\":\"<table><tr><td>a</td></tr></table>\",\"page_number\":2,\"title\":\"T\"}]}}"
        )
        #expect(made.list.numbers(in: "tables").count == 3)
        #expect(
            made.text("tables/index.jsonl")
                == #"{"table":1,"title":"T","page":2,"rows":1,"columns":1,"files":["tables/01.csv","tables/01.html"]}"#
                + "\n")
    }

    @Test("RFC 4180: quotes, commas and line ends are quoted; formulas are guarded on demand, numbers are not")
    func quoting() throws {
        let json =
            #"{"tables_output":{"tables":[{"headers":["a\"b","c,d","e\nf"],"rows":[["=1+1","-5","@x"]]}]}}"#
        #expect(try csv(json) == "\"a\"\"b\",\"c,d\",\"e\nf\"\r\n=1+1,-5,@x\r\n")
        #expect(try csv(json, isGuarded: true) == "\"a\"\"b\",\"c,d\",\"e\nf\"\r\n'=1+1,-5,'@x\r\n")
    }

    @Test("spans beyond all bounds end the table, not the process")
    func hugeSpans() throws {
        let row = String(repeating: "<td colspan=1000>", count: 40)
        for html in [
            "<table><tr>\(row)</tr></table>",
            "<table>" + String(repeating: "<tr><td rowspan=65534 colspan=1000>", count: 5000),
        ] {
            #expect(TableGrid(html: Array(html.utf8)) == nil)
        }
    }

    @Test("a large table has all of its cells")
    func large() throws {
        let cells = (0..<200).flatMap { row in
            (0..<50).map { "{\"row\":\(row),\"column\":\($0),\"text\":\"\(row * $0)\"}" }
        }
        let made = try MadeParts(
            "{\"bounding_boxes\":{\"Tables\":[{\"cell_data\":[\(cells.joined(separator: ","))]}]}}")
        let lines = try #require(made.text("tables/01.csv")).split(separator: "\r\n")
        #expect(lines.count == 200 && lines[199] == (0..<50).map { "\(199 * $0)" }.joined(separator: ",")[...])
    }
}

@Suite("contents.md")
struct ContentsTests {
    @Test("S1.13 the first file to read: title, headings with their lines, files with sizes, pages, tables, images")
    func contents() throws {
        var facts = ImageFacts()
        facts.chartTitle = "Sales [2024]"
        facts.pageNumber = 2
        let text =
            #"Intro\n\n# The *Report*\n\n```sh\n# no heading\n```\n\n## Costs ##\n####### seven\n   ### Three\n#tag"#
        let made = try MadeParts(
            "{\"markdown\":\"\(text)\",\"page_count\":2,\"extensions\":{\"chunking\":{\"page\":[\"a\",\"bc\"]}}}",
            images: [PartImage(fileName: "a b.png", facts: facts)])
        let contents = try #require(made.text("contents.md"))
        #expect(contents.hasPrefix("# The \\*Report\\*\n\nMade by PulseFS from result.json."))
        for line in [
            "- The \\*Report\\* (line 3)", "  - Costs (line 9)", "    - Three (line 11)", "The document has 2 pages.",
            "- [pages/0002.md](pages/0002.md) (2 bytes)", "- [Sales \\[2024\\]](images/a%20b.png) (page 2)",
            "| pages/ (2 files) | 3 |",
        ] { #expect(contents.contains(line + "\n"), "\(line) in \(contents)") }
        #expect(!contents.contains("no heading") && !contents.contains("seven") && !contents.contains("tag"))
        let size = String(
            decoding: Array(
                "Intro\n\n# The *Report*\n\n```sh\n# no heading\n```\n\n## Costs ##\n####### seven\n   ### Three\n#tag"
                    .utf8), as: UTF8.self
        ).utf8.count
        #expect(contents.contains("| result.md | \(size) |") && contents.contains("| result.json | "))
    }

    @Test("S1.13 at most 64 KiB, and what is left out is counted, whatever there is too much of")
    func bounded() throws {
        let headings = (0..<5000).map { "# Heading \($0) with quite a long title to fill the page" }.joined(
            separator: "\\n")
        let pages = (0..<3000).map { _ in "\"x\"" }.joined(separator: ",")
        let images = (0..<3000).map { PartImage(fileName: "image-\($0).png", facts: ImageFacts()) }
        let made = try MadeParts(
            "{\"markdown\":\"\(headings)\",\"page_count\":3000,\"extensions\":{\"chunking\":{\"page\":[\(pages)]}}}",
            images: images)
        let contents = try #require(made.text("contents.md"))
        #expect(contents.utf8.count <= 64 << 10 && contents.utf8.count > 48 << 10)
        #expect(contents.ranges(of: "… and ").count == 3)
        for title in ["## Headings", "## Pages", "## Images"] { #expect(contents.contains(title)) }
    }

    @Test("S1.13 images that are not listed, as there are too many, are said to be left out")
    func cut() throws {
        let json = "{\"markdown\":\"a\"}"
        var bytes: [UInt8] = []
        var result = PartsSource(MemoryByteSource(json), 0..<UInt64(json.utf8.count), images: [])
        result.imagesAreCut = true
        _ = try PartsMaker.make(of: result) { bytes += $0 }
        #expect(String(decoding: bytes, as: UTF8.self).contains("more images than PulseFS lists"))
    }

    @Test("headings are found whatever the chunks are", arguments: [1, 2, 3, 1000])
    func chunks(_ size: Int) {
        let text = Array("# A\r\n~~~\n# no\n~~~~\n\n## B\n#\n".utf8)
        var reader = HeadingReader(limit: 10)
        for start in stride(from: 0, to: text.count, by: size) {
            reader.add(Array(text[start..<min(text.count, start + size)]))
        }
        reader.finish()
        #expect(reader.headings.map(\.text) == ["A", "B"] && reader.headings.map(\.line) == [1, 6])
    }
}
