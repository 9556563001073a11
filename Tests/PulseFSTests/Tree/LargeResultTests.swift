import ArtifactStore
import FUSE
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import JobCache

@Suite("The tree: results that can be fetched only once")
struct LargeResultTests {
    private static let id = "loan-schedule-2024"
    private static let link = RequestPattern.path("/large_results/\(id)")

    private func markdown() throws -> [UInt8] {
        Array(try #require(Fixtures.job(Self.id)?.result?.markdown).utf8)
    }

    @Test("S3.1 it is fetched when its files are first looked up, not before, and once for 32 who look")
    func once() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            for path in ["", "/status.json", "/images", "/error.txt"] {
                _ = try await tree.lookup("jobs/\(Self.id)\(path)")
            }
            #expect(Set(try await tree.names("jobs/\(Self.id)")).isSuperset(of: ["result.md", "result.json"]))
            #expect(emulator.count(Self.link) == 0)
            try await withThrowingTaskGroup { group in
                for number in 0..<32 {
                    let name = number % 2 == 0 ? "result.md" : "result.json"
                    group.addTask { try await tree.lookup("jobs/\(Self.id)/\(name)") != nil }
                }
                for try await found in group { #expect(found) }
            }
            #expect(emulator.count(Self.link) == 1)
            #expect(emulator.isDelivered(job: Self.id))
            #expect(try await tree.content("jobs/\(Self.id)/result.md") == markdown())
            #expect(emulator.count(Self.link) == 1)
        }
    }

    @Test("S3.1 it is read again by every later library on this cache, and gone for any other cache")
    func later() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let markdown = try markdown()
                for _ in 1...2 {
                    try await TestTree.with(emulator.baseURL, cache: scratch.appending("one")) { (tree) async throws in
                        #expect(try await tree.content("jobs/\(Self.id)/result.md") == markdown)
                    }
                }
                #expect(emulator.requestCounts == ["/job/\(Self.id)": 1, "/large_results/\(Self.id)": 1])

                for _ in 1...2 {
                    try await TestTree.with(emulator.baseURL, cache: scratch.appending("two")) { (tree) async throws in
                        // S3.4: the other files stay, and error.txt says what happened.
                        #expect(try await tree.lookup("jobs/\(Self.id)/result.md") == nil)
                        #expect(try await tree.lookup("jobs/\(Self.id)/result.json") == nil)
                        #expect(try await tree.text("jobs/\(Self.id)/error.txt").contains("410"))
                        #expect(try await tree.text("jobs/\(Self.id)/status.json").contains("completed"))
                        #expect(try await tree.names("jobs/\(Self.id)").contains("error.txt"))
                    }
                }
                #expect(emulator.count(Self.link) == 2)
            }
        }
    }

    @Test("S3.4 while the result waits, that there is no error.txt is not kept by the kernel")
    func noLastingAbsence() async throws {
        try await TestTree.with { (tree, _) async throws in
            let job = try await tree.node("jobs/\(Self.id)")
            for name in ["error.txt"] {
                guard case .now(.absent(let lifetime)) = tree.answer(name, in: job) else {
                    Issue.record("\(name) is there")
                    continue
                }
                #expect(lifetime == .none, "\(name)")
            }
        }
    }

    @Test(
        "S3.2 what arrives in pieces or is no result is not seen by anyone, and the next look fetches it whole",
        arguments: [
            (Fault.Effect.cutBody(afterBytes: 5000), Errno.ioError),
            (.cutBody(afterBytes: 5000, chunked: true), .ioError),
            (.resetBody(afterBytes: 5000), .ioError), (.html, .badMessage), (.json("[]"), .badMessage),
            (.json("{\"markdown\": \"cut"), .badMessage), (.status(503), .resourceBusy), (.status(500), .ioError),
        ])
    func damaged(effect: Fault.Effect, errno: Errno) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(effect, on: Self.link)
            #expect(await tree.failure("jobs/\(Self.id)/result.md") == errno)
            #expect(try await tree.cachedFiles.isEmpty)
            emulator.clearFaults()
            #expect(try await tree.content("jobs/\(Self.id)/result.md") == markdown())
        }
    }

    @Test("S4.1 a new key of the same organisation reads a single-use result that is cached")
    func secondKey() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let cache = scratch.appending("cache")
                let markdown = try markdown()
                for key in [TestTree.northwind, TestTree.secondNorthwind, TestTree.northwind] {
                    try await TestTree.with(emulator.baseURL, cache: cache, key: key) { (tree) async throws in
                        #expect(try await tree.content("jobs/\(Self.id)/result.md") == markdown, "\(key)")
                        #expect(try await tree.lookup("jobs/\(Self.id)/error.txt") == nil)
                    }
                }
                #expect(emulator.requestCounts == ["/job/\(Self.id)": 2, "/large_results/\(Self.id)": 1])
            }
        }
    }

    @Test("S3.1 a link with a blank in it is followed as it is meant, and one that cannot be followed is not claimed")
    func oddLinks() async throws {
        let store = try await Emulator.start()
        for (link, isFollowed) in [
            ("\(store.baseURL)/large_results/\(Self.id)?who=J\u{fc}rgen M", true), ("ftp://x.net/a", false),
            ("http://u:p@x.net/a", false), ("no link", false),
        ] {
            let job = EmulatedJob(
                id: "far", timetable: .running(processingAfter: .zero, endsAfter: .zero),
                result: .singleUse(["markdown": "far"], link: .elsewhere(link)))
            try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, _) async throws in
                if isFollowed {
                    #expect(try await tree.content("jobs/far/result.md") == markdown())
                    #expect(store.requests().map(\.path) == ["/large_results/\(Self.id)?who=J%C3%BCrgen%20M"])
                } else {
                    #expect(await tree.failure("jobs/far/result.md") == .ioError, "\(link)")
                    let origin = "\(tree.library.fetcher.origin)"
                    #expect(try tree.library.store.ledger(origin: origin, id: "far").isEmpty, "\(link)")
                }
            }
        }
        #expect(store.requests().count == 1)
        await store.shutDown()
    }

    @Test("S4.3 a link to another host is followed without the key")
    func elsewhere() async throws {
        let store = try await Emulator.start()
        let job = EmulatedJob(
            id: "far", timetable: .running(processingAfter: .zero, endsAfter: .zero),
            result: .singleUse(
                ["markdown": "far"], link: .elsewhere("\(store.baseURL)/large_results/\(Self.id)?sig=s3")))
        try await TestTree.with(EmulatorConfiguration(jobs: [job])) { (tree, emulator) async throws in
            #expect(try await tree.content("jobs/far/result.md") == markdown())
            #expect(store.requests().map(\.path) == ["/large_results/\(Self.id)?sig=s3"])
            #expect(store.requests().allSatisfy { $0.keyAlias == nil })
            #expect(emulator.requests().map(\.keyAlias) == ["northwind-1"])
        }
        await store.shutDown()
    }
}
