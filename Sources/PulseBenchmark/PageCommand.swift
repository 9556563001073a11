import ArgumentParser
import Pages
import SystemPackage

/// Makes the page of a long document over and over, and prints for each round how long that took in microseconds, the most
/// memory above idle so far in MiB, and the bytes of the page.
struct PageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "page")

    @Option(help: "Bytes of Markdown.") var size = 5 << 20
    @Option var images = 500
    @Option var rounds = 5

    func run() throws {
        var page = JobPage(id: "job-1", state: .completed, status: "completed")
        page.images = (0..<images).map { number in
            PageImage(
                fileName: "fig-\(number).png", url: "https://api.example/results/job-1/images/fig-\(number).png",
                title: "Figure \(number)", kind: "bar", source: .init(sheet: "Q1", range: "B2:D9", pageNumber: number))
        }
        page.markdown = document
        let idle = memory
        for _ in 0..<rounds {
            var bytes = 0
            let time = ContinuousClock().measure { bytes = page.html().reduce(0) { $0 + $1.count } }
            let microseconds = time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000
            print("page\t\(microseconds)\t\((memory - idle) >> 20)\t\(bytes)")
        }
    }

    private var document: [UInt8] {
        var text: [UInt8] = []
        var number = 0
        while text.count < size {
            number += 1
            text += Array(
                """
                ## Section \(number)

                Revenue grew to **\(number) million** in the year, see [the annex](https://example.com/\(number)), as *costs* fell.
                Most of that came from services & support, where margins are \(number % 100) %.

                | Account | 2023 | 2024 |
                |---|--:|--:|
                | Services | \(number) | \(number * 2) |
                | Licences & other | \(number * 3) | \(number * 5) |

                ![Chart](https://api.example/results/job-1/images/fig-\(number % max(1, images)).png)


                """.utf8)
        }
        return text
    }

    /// Bytes that were ever resident at once (VmHWM in proc_pid_status(5)); 0 when it cannot be read.
    private var memory: Int {
        guard let file = try? FileDescriptor.open("/proc/self/status", .readOnly) else { return 0 }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
        let line = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("VmHWM:")
        }
        return (line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
}
