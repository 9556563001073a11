import FUSE
import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import SystemPackage
import Testing

@testable import PulseFS

@Suite("The tree: files of a job")
struct JobFilesTests {
    private static let northwind = Fixtures.jobs.filter { $0.organization == .northwind }.map(\.id)
    private static let completed = Fixtures.jobs.filter { $0.organization == .northwind && $0.result != nil }
        .map(\.id).filter { !$0.hasPrefix("minutes-") }

    private static let lost = ["photo-03-lost.png", "photo-09.png"]

    @Test("S1.3 result.md holds the decoded markdown, nothing added", arguments: completed)
    func markdown(id: String) async throws {
        try await TestTree.with { (tree, _) async throws in
            // The emulator has the text of this job only in its escaped form.
            let escaped =
                "# Naïve café 📄\n\nTab\there, slash / and \\, quote \", 中文, \u{2028} and 𝄞.\n"
            let markdown = id == "unusual-json" ? escaped : Fixtures.job(id)?.result?.markdown
            let entry = try await tree.lookup("jobs/\(id)/result.md")
            guard let markdown else { return #expect(entry == nil) }
            #expect(try await tree.content("jobs/\(id)/result.md") == Array(markdown.utf8))
        }
    }

    @Test(
        "S1.3 while a job is not completed there is no result of it, listed or not",
        arguments: [
            "queue-0815", "contract-review-0311", "claim-in-review-0003", "scan-unreadable-0042", "statement-2021-03",
        ])
    func unfinished(id: String) async throws {
        try await TestTree.with { (tree, _) async throws in
            for name in ["result.md", "result.json", "result.html", "form.pdf", "images", "other"] {
                #expect(try await tree.lookup("jobs/\(id)/\(name)") == nil, "\(name)")
            }
            #expect(try await tree.names("jobs/\(id)").filter { $0 != "error.txt" } == ["status.json", "index.html"])
        }
    }

    @Test("result.json is the result byte for byte", arguments: completed)
    func json(id: String) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            guard let job = Fixtures.job(id), job.result?.isSingleUse == false else { return }
            let raw = try await RawJob.get(id, from: emulator)
            #expect(try await tree.content("jobs/\(id)/result.json") == (try #require(raw.result)))
        }
    }

    private static func object(_ json: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    @Test("status.json is every field but the result, as sent")
    func status() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let raw = try await RawJob.get("unusual-json", from: emulator)
            let text = try await tree.text("jobs/unusual-json/status.json")
            var expected = try Self.object(raw.body)
            #expect(expected.removeValue(forKey: "result") != nil)
            #expect(NSDictionary(dictionary: expected) == NSDictionary(dictionary: try Self.object(Array(text.utf8))))
            #expect(text.contains("1.0e0") && text.contains(#"\u0031\u20ac \ud83d\ude80"#))
            #expect(!text.contains("\"markdown\""))
        }
    }

    @Test("S1.5 the size of every file of every job is right before its first byte is read", arguments: northwind)
    func sizes(id: String) async throws {
        try await TestTree.with { (tree, _) async throws in
            var files = 0
            let directories = try await tree.names("jobs/\(id)").contains("images") ? ["", "/images"] : [""]
            for directory in directories {
                for entry in try await tree.entries("jobs/\(id)\(directory)") where entry.kind == .file {
                    let path = "jobs/\(id)\(directory)/\(entry.name)"
                    // The hostile names of that job are listed under others; the API refuses to serve them.
                    if entry.name.hasPrefix("hostile-") || entry.name == "passwd" { continue }
                    // Nor is everything that is listed there at the API, or anywhere.
                    if id == "hostile-markup", directory == "/images", entry.name == "image.png" { continue }
                    if id == "broken-images", Self.lost.contains(entry.name) { continue }
                    if id == "image-names-collection", entry.name == "logo.png" || entry.name.hasPrefix("named-") {
                        continue
                    }
                    let found = try #require(try await tree.lookup(path), "\(path)")
                    if let listed = entry.entry { #expect(listed.attributes.size == found.attributes.size, "\(path)") }
                    let content = try await tree.content(path)
                    #expect(found.attributes.size == UInt64(content.count), "\(path)")
                    #expect(try await tree.getattr(entry.node).size == found.attributes.size, "\(path)")
                    #expect(content.count > 0 || entry.name == "photo-06-empty.png", "\(path)")
                    files += 1
                }
            }
            #expect(files >= 1)
        }
    }

    @Test("reading beyond the end gives nothing, and across it what is left")
    func ends() async throws {
        try await TestTree.with { (tree, _) async throws in
            for path in ["README.txt", "jobs/invoice-2024-0117/status.json", "jobs/invoice-2024-0117/result.md"] {
                let size = try #require(try await tree.lookup(path)).attributes.size
                let node = try await tree.node(path)
                #expect(try await tree.read(node, at: size, count: 100).isEmpty)
                #expect(try await tree.read(node, at: .max, count: 100).isEmpty)
                #expect(try await tree.read(node, at: UInt64(Int64.max), count: .max).isEmpty)
                #expect(try await tree.read(node, at: size - 3, count: 100).count == 3)
                #expect(try await tree.read(node, at: 0, count: 0).isEmpty)
            }
        }
    }

    @Test(
        "error.txt explains why a job has no result",
        arguments: [
            ("scan-unreadable-0042", "page 3 is damaged"), ("upload-withdrawn-0007", "canceled"),
            ("upload-withdrawn-2019", "canceled"), ("statement-2021-03", "expired"),
        ])
    func explained(id: String, words: String) async throws {
        try await TestTree.with { (tree, _) async throws in
            #expect(try await tree.text("jobs/\(id)/error.txt").contains(words))
            #expect(try await tree.names("jobs/\(id)").contains("error.txt"))
        }
    }

    @Test("error.txt is absent when there is nothing to explain", arguments: ["invoice-2024-0117", "queue-0815"])
    func unexplained(id: String) async throws {
        try await TestTree.with { (tree, _) async throws in
            #expect(try await tree.lookup("jobs/\(id)/error.txt") == nil)
        }
    }

    @Test("the HTML rendering and the form are there for the jobs that have them, and for no other")
    func kinds() async throws {
        try await TestTree.with { (tree, _) async throws in
            for id in ["invoice-2024-0117", "memo-1998-archive"] {
                #expect(try await tree.text("jobs/\(id)/result.html").hasPrefix("<!DOCTYPE html>"))
            }
            let form = try #require(Fixtures.job("form-supplier-registration")?.pdf)
            let path = "jobs/form-supplier-registration/form.pdf"
            #expect(try await tree.content(path) == form.bytes(in: 0..<form.count))
            #expect(try await tree.lookup("jobs/form-supplier-registration/result.md") == nil)
            #expect(try await tree.lookup("jobs/invoice-2024-0117/form.pdf") == nil)
        }
    }

    @Test("S6.3 when a job completes, its files are there for the next who looks")
    func completes() async throws {
        let clock = TestClock()
        try await TestTree.with(EmulatorConfiguration(clock: { clock.now })) { (tree, _) async throws in
            let id = "minutes-board-meeting"
            #expect(try await tree.lookup("jobs/\(id)/result.md") == nil)
            let directory = try await tree.node("jobs/\(id)")
            clock.advance(by: 60)
            // What was said a moment ago still holds.
            guard case .now(.absent(let lifetime)) = tree.answer("result.md", in: directory) else {
                Issue.record("asked again too soon")
                return
            }
            #expect(lifetime != .forever)
            try tree.age(id)
            guard case .found(let entry) = try await tree.answer("result.md", in: directory).resolved() else {
                Issue.record("the result is absent")
                return
            }
            #expect(entry.attributesLifetime == .forever)
            #expect(try await tree.text("jobs/\(id)/status.json").contains("completed"))
        }
    }
}
