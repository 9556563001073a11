import PulseEmulator
import PulseEmulatorFixtures
import SystemPackage
import Testing

@testable import PulseFS

@Suite("The tree: answers that are no job and no image")
struct RefusalTests {
    private static let cases: [(Fault.Effect, Errno)] = [
        (.status(400), .noSuchFileOrDirectory), (.status(401), .permissionDenied), (.status(402), .diskQuotaExceeded),
        (.status(403), .permissionDenied), (.status(404), .noSuchFileOrDirectory),
        (.status(410), .noSuchFileOrDirectory),
        (.status(429, headers: [("Retry-After", "7")]), .resourceBusy), (.status(500), .ioError),
        (.status(502), .ioError),
        (.status(503), .resourceBusy), (.status(500, shape: .html), .ioError), (.status(418), .ioError),
        (.status(302), .ioError), (.redirect(to: "http://127.0.0.1:1/"), .connectionRefused),
        (.resetBeforeHeaders, .ioError),
    ]

    private static let bodies: [Fault.Effect] = [
        .html, .json(#"["no","job"]"#), .json("{}"), .json("null"), .json(""), .json(#"{"status": 5}"#),
        .json(#"{"job_id": "invoice-2024-0117", "status": "completed""#),
        .json(#"{"job_id": "another", "status": "completed", "result": {"markdown": "x"}}"#),
    ]

    private static let id = "invoice-2024-0117"

    @Test("S5 a refused job has the errno of the table, and leaves no byte in the cache", arguments: cases)
    func job(effect: Fault.Effect, errno: Errno) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(effect, on: .path("/job/\(Self.id)"))
            #expect(await tree.failure("jobs/\(Self.id)") == errno)
            #expect(await tree.failure("jobs/\(Self.id)/result.md") == errno)
            #expect(try await tree.cachedFiles.isEmpty)
            #expect(try await tree.names("jobs").isEmpty)
        }
    }

    @Test("S5 JSON that is not a job, or no JSON, is EBADMSG, and leaves no byte in the cache", arguments: bodies)
    func notAJob(effect: Fault.Effect) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(effect, on: .path("/job/\(Self.id)"))
            #expect(await tree.failure("jobs/\(Self.id)") == .badMessage)
            #expect(try await tree.cachedFiles.isEmpty)
            #expect(try await tree.names("jobs").isEmpty)
            emulator.clearFaults()
            #expect(try await tree.lookup("jobs/\(Self.id)/result.md") != nil)
        }
    }

    @Test("S5.1 a refused image has the errno of the table, and leaves no byte in the cache", arguments: cases)
    func image(effect: Fault.Effect, errno: Errno) async throws {
        try await TestTree.with { (tree, emulator) async throws in
            _ = try await tree.lookup("jobs/\(Self.id)/images")
            let before = try await tree.cachedFiles
            emulator.set(effect, on: .prefix("/results/"))
            for name in ["logo.png", "unlisted.png"] {
                #expect(await tree.failure("jobs/\(Self.id)/images/\(name)") == errno, "\(name)")
            }
            try await emulator.waitUntilIdle()
            #expect(try await tree.cachedFiles.filter { $0.contains("/blobs/") } == before)
            emulator.clearFaults()
            #expect(try await !tree.content("jobs/\(Self.id)/images/logo.png").isEmpty)
        }
    }

    @Test("S5.1 a page of a proxy in place of an image is never file data")
    func page() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            _ = try await tree.lookup("jobs/\(Self.id)/images")
            emulator.set(.html, on: .prefix("/results/"))
            #expect(await tree.failure("jobs/\(Self.id)/images/logo.png") == .ioError)
            emulator.clearFaults()
            let logo = try #require(Fixtures.job(Self.id)?.image(named: "logo.png")).content
            #expect(try await tree.content("jobs/\(Self.id)/images/logo.png") == logo.bytes(in: 0..<logo.count))
        }
    }

    @Test("a refusal is not asked for again at once, and never hides a job once the API has said yes")
    func remembered() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            for _ in 1...3 { #expect(await tree.failure("jobs/no-such-job") == .noSuchFileOrDirectory) }
            for _ in 1...3 { #expect(await tree.failure("jobs/payroll-summary-2024-06") == .permissionDenied) }
            #expect(emulator.count() == 2)
        }
    }
}
