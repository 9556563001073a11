import PulseAPI
import PulseEmulator
import SystemPackage
import Testing

@testable import PulseFS

/// What fails once and then does not, with pauses of no length.
@Suite("The tree: faults that pass", .timeLimit(.minutes(2)))
struct RetryTests {
    private static let id = "invoice-2024-0117"
    private static let path = RequestPattern.path("/job/\(id)")
    private static let persistent = Persistence(RetryPolicy(), chance: { 0 })

    @Test(
        "S5.1 a job whose answer fails or breaks off once is whole, and nobody sees the fault",
        arguments: [
            Fault.Effect.status(503), .status(429, headers: [("Retry-After", "0")]), .status(500), .status(408),
            .cutBody(afterBytes: 700), .cutBody(afterBytes: 700, chunked: true), .resetBody(afterBytes: 700),
            .wrongLength(by: 3),
        ])
    func job(effect: Fault.Effect) async throws {
        try await TestTree.with(persistence: Self.persistent) { (tree, emulator) async throws in
            let markdown = try #require(emulator.job(Self.id)?.result?.markdown)
            emulator.set(effect, on: Self.path, count: 1)
            #expect(try await tree.text("jobs/\(Self.id)/result.md") == markdown)
            #expect(emulator.count(Self.path) == 2)
        }
    }

    @Test("S6.1 a poll of a job that is known is sent once: its clock has the next one sent")
    func poll() async throws {
        try await TestTree.with(persistence: Self.persistent) { (tree, emulator) async throws in
            let status = try await tree.content("jobs/queue-0815/status.json")
            emulator.set(.status(503), on: .any)
            try tree.age("queue-0815")
            #expect(try await tree.content("jobs/queue-0815/status.json") == status)
            #expect(emulator.count() == 2)
        }
    }

    @Test("S3.5 a link that works once is followed again when its answer was cut, a few times, and when there was none")
    func singleUse() async throws {
        let configuration = EmulatorConfiguration(jobs: [.syntheticSingleUse(id: "once", markdownSize: 5000)])
        try await TestTree.with(configuration, persistence: Self.persistent) { (tree, emulator) async throws in
            emulator.set(.cutBody(afterBytes: 1000), on: .path("/large_results/once"))
            #expect(await tree.failure("jobs/once/result.md") == .ioError)
            #expect(emulator.count(.path("/large_results/once")) == 4)
            emulator.clearFaults()
            emulator.clearRequests()
            emulator.set(.status(503), on: .path("/large_results/once"), count: 2)
            #expect(try await tree.content("jobs/once/result.md").count == 5000)
            #expect(emulator.count(.path("/large_results/once")) == 3)
        }
    }
}
