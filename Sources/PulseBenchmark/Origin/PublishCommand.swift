import ArgumentParser
import Foundation

/// Writes finished jobs as files that any HTTP server can serve in place of the API: `job/<id>` and
/// `results/<id>/images/<file>`, and for peers that take a plain tree `results/<id>/result.md`.
struct PublishCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "publish")

    @Argument(help: "The server's root.") var root: String
    @Option(help: "What image_url begins with.") var origin: String

    func run() throws {
        let shelf = PublishedShelf(root: root, origin: origin)
        try shelf.add(PublishedJob(id: "many", imageSizes: mixed(2000)))
        try shelf.add(PublishedJob(id: "hundred", imageSizes: mixed(100)))
        try shelf.add(PublishedJob(id: "big", imageSizes: [512 << 20]))
        // What the server is told to send at a crawl.
        try shelf.add(PublishedJob(id: "crawl", imageSizes: Array(repeating: 100_000, count: 40)))
        for number in 0..<40 { try shelf.add(PublishedJob(id: "crawl-\(number)", markdownSize: 20_000)) }
        for number in 0..<200 {
            try shelf.add(PublishedJob(id: "text-\(number)", markdownSize: 20_000, hasWord: number % 10 == 0))
        }
    }

    /// 20 to 400 KB, in no order.
    private func mixed(_ count: Int) -> [Int] {
        (0..<count).map { 20_000 + $0 &* 48_271 % 997 * 381_000 / 997 }
    }
}
