import ArgumentParser
import JSONStream
import Parts
import PulseAPI

/// Makes the parts of a long result over and over, and prints for each round how long that took in microseconds, and how many
/// parts and bytes there are.
struct PartsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "parts")

    @Option(help: "Pages of text.") var pages = 300
    @Option var tables = 80
    @Option var images = 500
    @Option(help: "Bytes of text a page.") var page = 7_000
    @Option var rounds = 5

    func run() throws {
        let json = Array(document.utf8)
        let source = MemoryByteSource(json)
        let listed = (0..<images).map { number in
            var facts = ImageFacts()
            facts.id = "fig-\(number)"
            facts.chartTitle = "Figure \(number)"
            facts.pageNumber = number % pages + 1
            return PartImage(fileName: "fig-\(number).png", facts: facts)
        }
        for _ in 0..<rounds {
            var bytes = 0
            var count = 0
            let time = try ContinuousClock().measure {
                let result = PartsSource(source, 0..<UInt64(json.count), images: listed)
                count = try PartsMaker.make(of: result) { bytes += $0.count }.parts.count
            }
            let microseconds = time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000
            print("parts\t\(microseconds)\t\(count)\t\(bytes)\t\(json.count)")
        }
    }

    private var document: String {
        let text = String(
            repeating: "Revenue grew in the year, as costs fell; see the annex. ", count: max(1, page / 56))
        let chunk = (0..<pages).map { "{\"content\":\"## Page \($0)\\n\\n\(text)\"}" }.joined(separator: ",")
        let markdown = (0..<pages).map { "## Page \($0)\\n\\n\(text)\\n\\n" }.joined()
        let cells = (0..<tables).map { table in
            let cells = (0..<20).flatMap { row in
                (0..<8).map {
                    "{\"position\":{\"row\":\(row),\"column\":\($0)},\"text\":\"\(row * $0)\",\"properties\":{\"type\":\"body\"}}"
                }
            }
            return "{\"id\":\"tbl-\(table)\",\"page_number\":\(table),\"cell_data\":[\(cells.joined(separator: ","))]}"
        }.joined(separator: ",")
        let figures = (0..<images).map { "{\"id\":\"fig-\($0)\",\"image_url\":\"https://api.example/\($0).png\"}" }
        return """
            {"markdown":"\(markdown)","page_count":\(pages),"extensions":{"chunking":{"page":[\(chunk)]}},
            "bounding_boxes":{"Tables":[\(cells)],"Images":[\(figures.joined(separator: ","))]}}
            """
    }
}
