import FUSE
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@testable import PulseFS

@Suite("The tree: when the API cannot be asked")
struct UnreachableTests {
    @Test("S5.2 a known running job stays readable, a known completed one needs nobody, an unknown one is refused")
    func shutDown() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let status = try await tree.content("jobs/queue-0815/status.json")
            let result = try await tree.content("jobs/invoice-2024-0117/result.md")
            await emulator.shutDown()
            try tree.age("queue-0815")
            #expect(try await tree.content("jobs/queue-0815/status.json") == status)
            #expect(try await tree.names("jobs/queue-0815") == ["status.json", "index.html"])
            #expect(try await tree.content("jobs/invoice-2024-0117/result.md") == result)
            #expect(await tree.failure("jobs/workbook-q3-forecast") == .connectionRefused)
            #expect(await tree.failure("jobs/invoice-2024-0117/images/logo.png") == .connectionRefused)
            #expect(try await tree.names("jobs").count == 2)
        }
    }

    @Test("S5.2 a library that is opened while nobody answers shows what the cache has")
    func opened() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            let emulator = try await Emulator.start()
            try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                _ = try await tree.content("jobs/invoice-2024-0117/images/logo.png")
                _ = try await tree.lookup("jobs/queue-0815")
            }
            await emulator.shutDown()
            try await TestTree.with(emulator.baseURL, cache: cache) { (tree) async throws in
                #expect(try await tree.names("jobs").count == 2)
                #expect(try await !tree.content("jobs/invoice-2024-0117/images/logo.png").isEmpty)
                #expect(try await tree.text("jobs/queue-0815/status.json").contains("pending"))
            }
        }
    }

    @Test("S6.4 a running job that the API no longer has stays as it was last seen")
    func removed() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let status = try await tree.content("jobs/queue-0815/status.json")
            emulator.remove(job: "queue-0815")
            try tree.age("queue-0815")
            for _ in 1...3 { #expect(try await tree.content("jobs/queue-0815/status.json") == status) }
            #expect(emulator.count(.path("/job/queue-0815")) == 2)
        }
    }

    @Test("S5.2 a job that answers with an error for a while stays readable", arguments: [429, 500, 503])
    func troubled(status: Int) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let before = try await tree.content("jobs/queue-0815/status.json")
            emulator.set(.status(status), on: .any)
            try tree.age("queue-0815")
            #expect(try await tree.content("jobs/queue-0815/status.json") == before)
        }
    }

    @Test("a running job whose key is no longer good is closed")
    func revoked() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            _ = try await tree.lookup("jobs/queue-0815")
            emulator.revoke(key: TestTree.northwind)
            try tree.age("queue-0815")
            #expect(await tree.failure("jobs/queue-0815/status.json") == .permissionDenied)
        }
    }
}
