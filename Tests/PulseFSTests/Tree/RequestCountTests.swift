import ArtifactStore
import FUSE
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: how often the API is asked")
struct RequestCountTests {
    private static let id = "invoice-2024-0117"
    private static let paths = [
        "status.json", "result.md", "result.json", "result.html", "images/logo.png", "images/invoice_page_1.jpg",
    ]
    private static let once = [
        "/job/\(id)": 1, "/results/\(id)/images/logo.png": 1, "/results/\(id)/images/invoice_page_1.jpg": 1,
    ]

    @Test("S2.1 listings, df and control files make no request")
    func listings() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            _ = try await tree.lookup("jobs/\(Self.id)")
            emulator.clearRequests()
            for path in ["", "jobs", "jobs/\(Self.id)", "jobs/\(Self.id)/images", ".pulsefs"] {
                #expect(try await !tree.entries(path).isEmpty, "\(path)")
            }
            for file in ControlFile.allCases { _ = try await tree.text(".pulsefs/\(file.name)") }
            #expect(tree.files.statfs().capacity > 0)
            #expect(try await !tree.content("README.txt").isEmpty)
            #expect(emulator.count() == 0)
        }
    }

    @Test("S2.2 a job and an image cost one GET, ever: over repeated reads and over a second library on the cache")
    func once() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                for _ in 1...2 {
                    try await TestTree.with(emulator.baseURL, cache: scratch.appending("cache")) {
                        (tree) async throws in
                        for path in Self.paths + Self.paths { _ = try await tree.content("jobs/\(Self.id)/\(path)") }
                    }
                    #expect(emulator.fetchCounts == Self.once)
                }
            }
        }
    }

    @Test("S2.2 32 readers of a cold file cause one request for the job and one for the file")
    func together() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            try await withThrowingTaskGroup { group in
                for number in 0..<32 {
                    group.addTask { try await tree.content("jobs/\(Self.id)/\(Self.paths[number % Self.paths.count])") }
                }
                for try await content in group { #expect(!content.isEmpty) }
            }
            #expect(emulator.fetchCounts == Self.once)
        }
    }

    @Test("S5.4 a look at a job that nothing is known of reads the index twice before its request")
    func indexReads() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            func reads(_ path: String) async throws -> UInt64 {
                let before = tree.library.store.indexReads
                _ = try await tree.lookup(path)
                return tree.library.store.indexReads - before
            }
            #expect(try await reads("jobs/no-such-job") == 2)
            #expect(emulator.count(.path("/job/no-such-job")) == 1)
            // With what its answer is written by; however many files the job has.
            for id in [Self.id, "annual-report-fy2024"] {
                let unknown = try await reads("jobs/\(id)")
                #expect(unknown <= 6, "\(unknown)")
            }
            // What is known is in memory.
            #expect(try await reads("jobs/\(Self.id)") == 0)
        }
    }

    @Test("S2.2 whoever was sent to ask finds the answer that has come meanwhile")
    func late() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    let job = tree.answer(Self.id, in: .jobs)
                    let images = try await tree.node("jobs/\(Self.id)/images")
                    let image = tree.answer("logo.png", in: images)
                    let content = try await tree.content("jobs/\(Self.id)/images/logo.png")
                    let node = try await tree.node("jobs/\(Self.id)/images/logo.png")
                    let read = tree.answer(read: node, at: 0, count: 1 << 20)
                    guard case .found = try await job.resolved() else {
                        Issue.record("absent")
                        return
                    }
                    // Once closed, all is published, and nothing new can be asked for.
                    await tree.library.close(grace: .seconds(5))
                    guard case .found = try await image.resolved() else {
                        Issue.record("absent")
                        return
                    }
                    #expect(try await TestTree.bytes(of: try await read.resolved()) == content)
                }
                #expect(emulator.fetchCounts == Self.once.filter { !$0.key.hasSuffix("jpg") })
            }
        }
    }

    @Test("S6.1 a running job is asked about again only when the last answer is old, and once for all who look")
    func running() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let path = RequestPattern.path("/job/queue-0815")
            let directory = try await tree.node("jobs/queue-0815")
            for _ in 1...5 { _ = try await tree.text("jobs/queue-0815/status.json") }
            #expect(emulator.count(path) == 1)
            try tree.age("queue-0815")
            try await withThrowingTaskGroup { group in
                for _ in 1...16 { group.addTask { try await tree.answer("status.json", in: directory).resolved() } }
                for try await reply in group {
                    guard case .found = reply else {
                        Issue.record("absent")
                        continue
                    }
                }
            }
            #expect(emulator.count(path) == 2)
        }
    }

    @Test("S2.2 an unlisted image costs one request, over a second library too")
    func unlisted() async throws {
        var job = EmulatedJob.syntheticImages(id: "pictures", count: 1, size: 10)
        job.images.append(EmulatedImage(filename: "extra.png", content: ByteSource(text: "extra")))
        let configuration = EmulatorConfiguration(jobs: [job])
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(configuration) { (emulator) async throws in
                var nodes: Set<NodeID> = []
                for _ in 1...2 {
                    nodes.insert(
                        try await TestTree.with(emulator.baseURL, cache: scratch.appending("cache")) {
                            (tree) async throws in
                            #expect(try await tree.text("jobs/pictures/images/extra.png") == "extra")
                            return try await tree.node("jobs/pictures/images/extra.png")
                        })
                }
                #expect(nodes.count == 1)
                #expect(emulator.count(.path("/results/pictures/images/extra.png"), method: "GET") == 1)
            }
        }
    }
}
