import ArtifactStore
import FUSE
import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: pages", .timeLimit(.minutes(10)))
struct PageTests {
    private static let report = "annual-report-fy2024"
    private static let path = "jobs/\(report)/index.html"

    @Test("S1.5 a page has its right size before its first byte, and every image of the result in its place")
    func whole() async throws {
        try await TestTree.with { (tree, _) async throws in
            let entry = try #require(try await tree.lookup(Self.path))
            let html = try await tree.text(Self.path)
            #expect(entry.attributes.size == UInt64(html.utf8.count) && html.hasSuffix("</html>\n"))
            #expect(try await tree.getattr(entry.attributes.node).size == entry.attributes.size)
            for name in try await tree.names("jobs/\(Self.report)/images") {
                #expect(html.components(separatedBy: "<img src=\"images/\(name)\"").count == 3, "\(name)")
            }
            for file in ["status.json", "result.md", "result.json"] { #expect(html.contains("<a href=\"\(file)\">")) }
            #expect(!html.contains("<a href=\"error.txt\">") && html.contains("<dt>Pages</dt><dd>5</dd>"))
        }
    }

    @Test("S2.1 a page asks the API for nothing but the job, and a listing does not make it")
    func requests() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let listed = try await tree.entries("jobs/\(Self.report)")
            let own = try #require(listed.first { $0.name == "index.html" })
            #expect(own.entry == nil && listed.filter { $0.entry == nil }.count == 1)
            #expect(try await tree.job(Self.report)?.artifact(.page) == nil)
            _ = try await tree.text(Self.path)
            #expect(emulator.fetchCounts == ["/job/\(Self.report)": 1])
            let known = try await tree.entries("jobs/\(Self.report)").first { $0.name == "index.html" }
            #expect(known?.entry?.attributes.size == (try await tree.lookup(Self.path))?.attributes.size)
        }
    }

    @Test("a page is made once however many look, and after a restart not again")
    func once() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(EmulatorConfiguration()) { (emulator) async throws in
                let cache = scratch.appending("cache")
                let first = try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    let directory = try await tree.node("jobs/\(Self.report)")
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<20 {
                            group.addTask { _ = try await tree.answer("index.html", in: directory).resolved() }
                        }
                        try await group.waitForAll()
                    }
                    let job = try #require(try await tree.job(Self.report))
                    let blob = try #require(tree.library.store.open(job.blobKey(.page)))
                    // Whoever comes just when it is made finds it there.
                    _ = try await tree.library.page(of: job)
                    let later = try #require(tree.library.store.open(job.blobKey(.page)))
                    #expect(FileIdentity(later) == FileIdentity(blob))
                    return (inode: FileIdentity(blob), text: try await tree.text(Self.path))
                }
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    _ = try await tree.lookup("jobs/\(Self.report)")
                    guard case .now = tree.answer("index.html", in: try await tree.node("jobs/\(Self.report)")) else {
                        Issue.record("it is made again")
                        return
                    }
                    #expect(try await tree.text(Self.path) == first.text)
                    let job = try #require(try await tree.job(Self.report))
                    let blob = try #require(tree.library.store.open(job.blobKey(.page)))
                    #expect(FileIdentity(blob) == first.inode)
                }
            }
        }
    }

    private struct FileIdentity: Equatable {
        let inode: UInt64
        init(_ blob: BlobFile) {
            var facts = stat()
            fstat(blob.descriptor.rawValue, &facts)
            inode = UInt64(facts.st_ino)
        }
    }

    @Test("a page that was evicted or damaged is made again from what is here, without a request, and is the same")
    func again() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let text = try await tree.text(Self.path)
            let node = try await tree.node(Self.path)
            emulator.clearRequests()
            let store = tree.library.store
            for damage in [
                "rm \"$1\"",
                "cp \"$1\" \"$1.new\" && printf x | dd of=\"$1.new\" bs=1 seek=100 conv=notrunc && mv \"$1.new\" \"$1\"",
            ] {
                let blobs = try await Shell.run("find \"$1\"/blobs -name 9", [store.directory.path.string]).lines
                try #require(blobs.count == 1)
                try await Shell.run(damage, [blobs[0]])
                // As the timer of a mount does.
                tree.library.releaseOrphans()
                #expect(try await tree.getattr(node).size == UInt64(text.utf8.count), "\(damage)")
                #expect(try await tree.text(Self.path) == text, "\(damage)")
            }
            #expect(emulator.count() == 0)
        }
    }

    @Test("a page of another version of the program is made again")
    func version() async throws {
        try await TestTree.with { (tree, _) async throws in
            let text = try await tree.text(Self.path)
            let job = try #require(try await tree.job(Self.report))
            var old = try #require(job.artifact(.page))
            old.source = "page:0 completed"
            old.size = 5
            tree.library.catalog.put(old, of: job.ordinal)
            #expect(try await tree.lookup(Self.path)?.attributes.size == UInt64(text.utf8.count))
            #expect(try await tree.text(Self.path) == text)
        }
    }

    @Test(
        "a job without a result has a page that says why, from memory",
        arguments: [
            ("contract-review-0311", "still being processed"), ("queue-0815", "http-equiv=\"refresh\""),
            ("scan-unreadable-0042", "page 3 is damaged"), ("upload-withdrawn-0007", "canceled"),
            ("statement-2021-03", "expired"),
        ])
    func states(id: String, words: String) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let entry = try #require(try await tree.lookup("jobs/\(id)/index.html"))
            let html = try await tree.text("jobs/\(id)/index.html")
            #expect(html.contains(words) && entry.attributes.size == UInt64(html.utf8.count))
            #expect(try await tree.names("jobs/\(id)").contains("index.html"))
            #expect(try await tree.job(id)?.artifact(.page) == nil)
            #expect(emulator.fetchCounts == ["/job/\(id)": 1])
        }
    }

    @Test(
        "S6.3 when a job completes, its page is the document, and whoever holds the old one reads all of that until they look"
    )
    func completes() async throws {
        let clock = TestClock()
        try await TestTree.with(EmulatorConfiguration(clock: { clock.now })) { (tree, _) async throws in
            let id = "minutes-board-meeting"
            let path = "jobs/\(id)/index.html"
            let before = try await tree.text(path)
            let node = try await tree.node(path)
            #expect(before.contains("still being processed"))
            clock.advance(by: 60)
            try tree.age(id)
            _ = try await tree.lookup("jobs/\(id)/result.md")
            let held = try await tree.read(node, at: 0, count: 1 << 20)
            #expect(held == Array(before.utf8))
            let attributes = try await tree.getattr(node, isOpen: true)
            let after = try await tree.read(node, at: 0, count: 1 << 20)
            #expect(
                attributes.size == UInt64(after.count) && String(decoding: after, as: UTF8.self).contains("<article"))
            #expect(try await tree.lookup(path)?.attributesLifetime == .forever)
        }
    }

    @Test("S3.1 a large result is fetched for its page as for result.md, once")
    func large() async throws {
        let configuration = EmulatorConfiguration(jobs: [.syntheticSingleUse(id: "once", markdownSize: 300_000)])
        try await TestTree.with(configuration) { (tree, emulator) async throws in
            _ = try await tree.names("jobs/once")
            #expect(emulator.count(.path("/large_results/once")) == 0)
            #expect(try await tree.text("jobs/once/index.html").contains("<article"))
            _ = try await tree.content("jobs/once/result.md")
            #expect(emulator.count(.path("/large_results/once")) == 1)
        }
    }

    @Test("S7.7 a crawler is shown a page that is made, and has none made")
    func crawlers() async throws {
        let crawlers = Crawlers(["updatedb"], find: { $0 == 7 ? ["updatedb"] : ["cat"] })
        try await TestTree.with(crawlers: crawlers) { (tree, emulator) async throws in
            _ = try await tree.lookup("jobs/\(Self.report)")
            emulator.clearRequests()
            await #expect(throws: Errno.permissionDenied) { try await tree.lookup(Self.path, by: 7) }
            #expect(try await tree.job(Self.report)?.artifact(.page) == nil)
            let bytes = try await tree.content(Self.path)
            #expect(try await tree.content(Self.path, by: 7) == bytes)
            #expect(emulator.count() == 0)
        }
    }

    @Test("every job of the fixtures has a page")
    func all() async throws {
        try await TestTree.with { (tree, _) async throws in
            for job in Fixtures.jobs where job.organization == .northwind {
                let html = try await tree.text("jobs/\(job.id)/index.html")
                #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"), "\(job.id)")
            }
        }
    }
}
