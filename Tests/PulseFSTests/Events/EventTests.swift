import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import SystemPackage
import Testing

@testable import PulseFS

/// What becomes an event when a tree is used.
@Suite("Events of a tree", .timeLimit(.minutes(2)))
struct EventTests {
    private func lines(_ tree: TestTree) async throws -> [[String: Any]] {
        try await tree.text(".pulsefs/log").split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test("S7.5 an unknown job, another organisation's and a server error are each one failed request in the log")
    func requests() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(.status(500, message: "out of order"), on: .path("/job/broken"))
            _ = await tree.failure("jobs/no-such-job")
            _ = await tree.failure("jobs/payroll-summary-2024-06")
            _ = await tree.failure("jobs/broken")
            emulator.clearRequests()
            let failed = try await lines(tree).filter { $0["event"] as? String == "request_failed" }
            #expect(failed.map { $0["status"] as? Int } == [404, 403, 500])
            #expect(failed.map { $0["request"] as? String }.first == "GET /job/no-such-job")
            #expect(failed.last?["message"] as? String == "out of order")
            // Absence is no error of an operation.
            let operations = try await lines(tree).filter { $0["event"] as? String == "operation_failed" }
            #expect(operations.map { $0["errno"] as? String } == ["EACCES", "EIO"])
            #expect(emulator.count() == 0)
        }
    }

    @Test("S4.3 a service that repeats the key puts it into no event, by its body or by its request id")
    func echo() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            let words = "The key \(TestTree.northwind) may not do this."
            emulator.set(
                .status(402, message: words, headers: [("x-request-id", "for-\(TestTree.northwind)")]),
                on: .path("/job/echo"))
            emulator.set(.status(500, shape: .html, message: words), on: .path("/job/echo-page"))
            #expect(await tree.failure("jobs/echo") == .diskQuotaExceeded)
            #expect(await tree.failure("jobs/echo-page") == .ioError)
            let text = try await tree.text(".pulsefs/log")
            #expect(text.contains("may not do this") && !text.contains(TestTree.northwind))
            #expect(text.contains("\"status\":402") && text.contains("\"status\":500"))
        }
    }

    @Test("S7.5 a result that can be fetched only once is an event when it is claimed and when it is delivered")
    func singleUse() async throws {
        let configuration = EmulatorConfiguration(
            jobs: Fixtures.jobs + [.syntheticSingleUse(id: "once", markdownSize: 100)])
        try await TestTree.with(configuration) { (tree, _) async throws in
            _ = try await tree.content("jobs/once/result.md")
            #expect(try await lines(tree).map { $0["event"] as? String } == ["result_claimed", "result_delivered"])
        }
    }

    @Test("S6.4 S7.5 the API letting go of a job is an event, once")
    func expiry() async throws {
        let clock = TestClock()
        let configuration = EmulatorConfiguration(clock: { clock.now })
        try await TestTree.with(configuration) { (tree, emulator) async throws in
            _ = try await tree.lookup("jobs/invoice-2024-0117")
            emulator.set(.status(404), on: .path("/job/invoice-2024-0117"))
            emulator.set(.status(404), on: .prefix("/results/invoice-2024-0117/"))
            _ = await tree.failure("jobs/invoice-2024-0117/images/logo.png")
            _ = await tree.failure("jobs/invoice-2024-0117/images/logo.png")
            let expired = try await lines(tree).filter { $0["event"] as? String == "job_expired" }
            #expect(expired.map { $0["job"] as? String } == ["invoice-2024-0117"])
        }
    }
}
