import ArtifactStore
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache
@testable import PulseFS

@Suite("The tree: who may read")
struct AccessTests {
    private static let id = "invoice-2024-0117"
    private static let image = "jobs/\(id)/images/logo.png"

    @Test("S4.1 a key of another organisation gets EACCES although the job is cached, and does not see it listed")
    func otherOrganization() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                let nodes = try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    _ = try await tree.content(Self.image)
                    return [
                        try await tree.node("jobs/\(Self.id)"), try await tree.node("jobs/\(Self.id)/result.md"),
                        try await tree.node(Self.image),
                    ]
                }
                try await TestTree.with(emulator.baseURL, cache: cache, key: TestTree.contoso) { (tree) async throws in
                    #expect(await tree.failure("jobs/\(Self.id)") == .permissionDenied)
                    #expect(await tree.failure(Self.image) == .permissionDenied)
                    #expect(try await tree.names("jobs").isEmpty)
                    #expect(try await tree.text(".pulsefs/jobs").isEmpty)
                    // Nor by number.
                    for node in nodes {
                        await #expect(throws: Errno.self) { try await tree.getattr(node) }
                        await #expect(throws: Errno.self) { try await tree.read(node, at: 0, count: 10) }
                        await #expect(throws: Errno.self) { try await tree.answer("result.md", in: node).resolved() }
                    }
                }
            }
        }
    }

    @Test("S4.1 a job that the API keeps from its key from now on is closed to it, without the API too")
    func withdrawn() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    _ = try await tree.content("jobs/queue-0815/status.json")
                    var job = try #require(emulator.job("queue-0815"))
                    job.organization = .contoso
                    emulator.add(job: job)
                    try tree.age("queue-0815")
                    #expect(await tree.failure("jobs/queue-0815/status.json") == .permissionDenied)
                    #expect(try await tree.names("jobs").isEmpty)
                }
                await emulator.shutDown()
                try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    #expect(await tree.failure("jobs/queue-0815") == .connectionRefused)
                }
            }
        }
    }

    @Test("S4.1 a new key of the same organisation reads what is cached after one request for the job")
    func sameOrganization() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                let content = try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                    try await tree.content(Self.image)
                }
                emulator.clearRequests()
                try await TestTree.with(emulator.baseURL, cache: cache, key: TestTree.secondNorthwind) {
                    (tree) async throws in
                    #expect(try await tree.names("jobs").isEmpty)
                    #expect(try await tree.content(Self.image) == content)
                    #expect(try await tree.names("jobs") == [Self.id])
                }
                #expect(emulator.requestCounts == ["/job/\(Self.id)": 1])
                #expect(emulator.requests().map(\.keyAlias) == ["northwind-2"])
            }
        }
    }

    @Test("S4.1 a key that the API does not know reads nothing")
    func unknownKey() async throws {
        try await TestTree.with(key: "not-a-key") { (tree, _) async throws in
            #expect(await tree.failure("jobs/\(Self.id)") == .permissionDenied)
            #expect(try await tree.cachedFiles.isEmpty)
        }
    }

    @Test(
        "S4.3 S4.6 an image of another host is asked for without the key, and so is one that the API redirects to there"
    )
    func foreignImage() async throws {
        let other = try await Emulator.start()
        other.set(.json("picture"), on: .prefix("/store/"))
        let job = EmulatedJob(
            id: "far",
            result: .inline([
                "bounding_boxes": [
                    "Images": [
                        ["id": "a", "image_url": .string("\(other.baseURL)/store/a.png?sig=1")],
                        ["id": "b", "image_url": .hosted("/elsewhere/b.png")],
                    ]
                ]
            ]))
        try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
            #expect(try await tree.text("jobs/far/images/a.png") == "picture")
            #expect(
                other.requests().map { "\($0.method) \($0.path)" } == ["GET /store/a.png?sig=1"])
            #expect(other.requests().allSatisfy { $0.keyAlias == nil })
            emulator.set(.redirect(to: "\(other.baseURL)/store/b.png"), on: .path("/elsewhere/b.png"))
            _ = try await tree.names("jobs/far/images")
            #expect(try await tree.text("jobs/far/images/b.png") == "picture")
            #expect(
                other.requests().suffix(2).map { "\($0.method) \($0.path)" } == [
                    "HEAD /store/b.png", "GET /store/b.png",
                ])
            #expect(other.requests().allSatisfy { $0.keyAlias == nil })
            #expect(emulator.requests().allSatisfy { $0.keyAlias == "northwind-1" })
        }
        await other.shutDown()
    }

    @Test("S4.4 what the cache holds is its owner's alone")
    func modes() async throws {
        try await TestTree.with { (tree, _) async throws in
            _ = try await tree.content(Self.image)
            let open = try await Shell.run("find \"$1\" -perm /077", [tree.library.store.directory.path.string])
            #expect(open.lines == [])
            let key = try await Shell.run("grep -rl pulse-demo \"$1\"", [tree.library.store.directory.path.string])
            #expect(key.lines == [])
        }
    }
}
