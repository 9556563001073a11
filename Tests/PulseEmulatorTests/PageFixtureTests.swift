import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// The documents that the pages are tried with are what they claim to be.
@Suite struct PageFixtureTests {
    private func result(_ id: String, _ client: RawClient) async throws -> [String: Any] {
        try #require(try await client.send("GET", "/job/\(id)").json()["result"] as? [String: Any])
    }

    private func images(_ result: [String: Any]) throws -> [[String: Any]] {
        try #require((result["bounding_boxes"] as? [String: Any])?["Images"] as? [[String: Any]])
    }

    private func path(_ image: [String: Any]) throws -> String {
        String(try #require(image["image_url"] as? String).dropFirst("http://pulse.test:1234".count))
    }

    @Test func theForm10KShowsEachOfItsTwentyChartsOnceWhereItBelongs() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let result = try await result("form-10k-fy2024", client)
            let markdown = try #require(result["markdown"] as? String)
            let charts = try images(result)
            #expect(charts.count == 20 && result["page_count"] as? Int == 25)
            var last = markdown.startIndex
            for chart in charts {
                let path = try path(chart)
                let places = markdown.ranges(of: path)
                #expect(places.count == 1, "\(path)")
                if let place = places.first?.lowerBound {
                    #expect(last < place, "\(path)")
                    last = place
                }
                for field in ["chart_title", "chart_type", "description"] {
                    #expect((chart[field] as? String)?.isEmpty == false, "\(path)")
                }
                #expect((1...25).contains(try #require(chart["page_number"] as? Int)))
                let answer = try await client.send("GET", path)
                #expect(answer.status == 200 && answer.headers["content-type"] == "image/png")
                #expect(answer.body.starts(with: [0x89, 0x50, 0x4E, 0x47]) && answer.body.count < 10_240, "\(path)")
            }
        }
    }

    @Test func theForm10KHasAllItems() throws {
        let markdown = try #require(Fixtures.job("form-10k-fy2024")?.result?.markdown)
        let numbers = ["1", "1A", "1B", "1C", "2", "3", "4", "5", "6", "7", "7A", "8", "9", "9A", "9B"]
        for number in numbers + (10...15).map(String.init) {
            #expect(markdown.ranges(of: "\n### Item \(number). ").count == 1, "\(number)")
        }
        for note in 1...5 { #expect(markdown.ranges(of: "[^\(note)]").count == 2, "\(note)") }
    }

    @Test func theSurveyHas300PagesAndIsTheSameEachTime() async throws {
        let markdown = try #require(Fixtures.job("annual-survey-300-pages")?.result?.markdown)
        #expect((600_000...1_200_000).contains(markdown.utf8.count), "\(markdown.utf8.count)")
        #expect(markdown.ranges(of: "\n### Who answered\n").count == 59)
        for _ in 1...2 {
            try await Emulator.with { emulator in
                let client = RawClient(emulator)
                let link = try await client.send("GET", "/job/annual-survey-300-pages").json()
                #expect((link["result"] as? [String: Any])?["is_url"] as? Bool == true)
                let result = try await client.send("GET", "/large_results/annual-survey-300-pages").json()
                #expect(result["page_count"] as? Int == 300 && result["markdown"] as? String == markdown)
                for image in try images(result) {
                    #expect(try await client.send("HEAD", try path(image)).status == 200)
                    #expect(markdown.contains(try path(image)))
                }
            }
        }
    }

    @Test func theSurveysNumbersAddUp() throws {
        let markdown = try #require(Fixtures.job("annual-survey-300-pages")?.result?.markdown)
        func numbers(_ row: Substring) -> [Int] {
            row.split(separator: "|").dropFirst().dropLast().compactMap {
                Int($0.filter { $0 != "*" && $0 != "," && $0 != " " })
            }
        }
        var tables = 0
        var sums: [Int] = []
        for line in markdown.split(separator: "\n") {
            if line.hasPrefix("| **Total**") {
                #expect(numbers(line) == sums, "\(line)")
                tables += 1
            } else if line.hasPrefix("|---") {
                sums = []
            } else if line.hasPrefix("| ") {
                let row = numbers(line)
                sums = sums.isEmpty ? row : zip(sums, row).map(+)
            }
        }
        #expect(tables > 300)
    }

    @Test func theNoticeIsInManyScriptsAndItsImageHasANameInOneOfThem() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let result = try await result("multilingual-notice", client)
            let markdown = try #require(result["markdown"] as? String)
            for words in ["## إشعار", "## הודעה", "## 停水通知", "## 断水のお知らせ", "## 단수 안내", "## ประกาศ", "👨‍👩‍👧‍👦", "u\u{308}"] {
                #expect(markdown.contains(words), "\(words)")
            }
            let image = try #require(try images(result).first)
            #expect(try await client.send("GET", try path(image)).status == 200)
            #expect(markdown.contains(try path(image)))
            #expect(try path(image).removingPercentEncoding?.hasSuffix("/断水時間帯 4地区.png") == true)
        }
    }

    @Test func theMethodsPaperHasWhatLayoutModelsWrite() async throws {
        try await Emulator.with { emulator in
            let result = try await result("methods-paper-2025", RawClient(emulator))
            let markdown = try #require(result["markdown"] as? String)
            for text in [
                "<span ", "<b>", "<i>", "<u>", "<sub>", "<sup>", "<br>", "<p>", "<div ", "<h2 ", "<ol start", "<ul>",
                "<caption>",
                "<thead>", "<tbody>", "<tfoot>", "<colgroup>", "<!-- ", "$f = ", "$$\n", #"\(S_0"#, "\\[\n", #" \\"#,
                " * ", "ملخّص",
                "\u{85}", "\u{92}", "\u{FFFE}", "\u{FFFF}",
            ] {
                #expect(markdown.unicodeScalars.contains(text.unicodeScalars), "\(text)")
            }
            let lines = markdown.split(separator: "\n")
            let longest = try #require(lines.max { $0.utf8.count < $1.utf8.count })
            #expect(
                longest.hasPrefix("<table ") && longest.hasSuffix("</table>")
                    && longest.ranges(of: "<tr>").count == 2001)
            // Two are in the text as they are; the result lists one of them.
            let inline = markdown.ranges(of: #/\(data:image\/png;base64,[^)]+\)/#).map {
                markdown[$0].dropFirst().dropLast()
            }
            let listed = try images(result).compactMap { $0["image_url"] as? String }
            #expect(inline.map { listed.contains(String($0)) } == [true, false])
        }
    }

    @Test func theHostileDocumentTriesMuch() throws {
        let markdown = try #require(Fixtures.job("hostile-markup")?.result?.markdown)
        #expect(markdown.ranges(of: "pulsefsHostile=").count > 100)
        #expect(markdown.ranges(of: "http://hostile.invalid/").count > 20)
        let ids = markdown.ranges(of: #/pulsefsHostile='([a-z0-9-]+)'/#).count
        #expect(ids > 100)
    }

    @Test(arguments: [
        ("photo-01", 200, 4076), ("photo-02", 200, 710), ("photo-03", 404, nil), ("photo-04", 200, 30),
        ("photo-05", 200, 2038), ("photo-06", 200, 0), ("photo-08", 200, nil),
    ])
    func theBrokenImagesAreAnsweredAsTheirNamesSay(id: String, status: Int, size: Int?) async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let image = try #require(
                try images(try await result("broken-images", client)).first { $0["id"] as? String == id })
            for method in ["GET", "HEAD"] {
                let answer = try await client.send(method, try path(image))
                #expect(answer.status == status && (status == 404 || answer.headers["content-type"] == "image/png"))
                if let size { #expect(answer.headers["content-length"] == "\(size)") }
                if let size, method == "GET" { #expect(answer.body.count == size) }
            }
        }
    }

    @Test func threeOfTheBrokenImagesAreNowhereAtTheAPI() async throws {
        try await Emulator.with { emulator in
            let images = try images(try await result("broken-images", RawClient(emulator)))
            #expect(images.count == 10)
            #expect(images[6]["image_url"] == nil && images[6]["render_error"] != nil)
            #expect((images[8]["image_url"] as? String)?.hasPrefix("http://images.invalid/") == true)
            #expect((images[9]["image_url"] as? String)?.hasPrefix("data:image/png;base64,@") == true)
        }
    }

    @Test func aWorkbooksChartsNameTheirSheetsAndCells() async throws {
        try await Emulator.with { emulator in
            let charts = try images(try await result("workbook-q3-forecast", RawClient(emulator)))
            #expect(Set(charts.compactMap { $0["sheet_name"] as? String }).count == 4)
            #expect(charts.compactMap { $0["excel_range"] as? String }.count == 5)
        }
    }
}
