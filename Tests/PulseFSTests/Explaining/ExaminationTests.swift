import FUSE
import PulseEmulator
import PulseTestSupport
import Testing

@testable import PulseFS

@Suite("Examination", .timeLimit(.minutes(2)))
struct ExaminationTests {
    private static let job = "invoice-2024-0117"

    private func explain(_ path: String, _ tree: TestTree) async throws -> Diagnosis {
        let file = try await tree.content(".pulsefs/explain/\(ExplainedPaths.name(of: path))")
        return try #require(Diagnosis(json: file))
    }

    @Test("S5.5 a lookup explains what is so then, makes no request, and is read as it was looked up")
    func lookups() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            #expect(try await explain("jobs/\(Self.job)", tree).finding == "never_asked")
            let node = try await tree.node(".pulsefs/explain/jobs%2F\(Self.job)")
            #expect(emulator.count() == 0)
            _ = try await tree.lookup("jobs/\(Self.job)")
            #expect(try await explain("jobs/\(Self.job)", tree).finding == "fine")
            let old = try await tree.read(node, at: 0, count: 10_000)
            #expect(Diagnosis(json: old)?.finding == "never_asked")
            #expect(try await tree.names(".pulsefs/explain").isEmpty)
            #expect(try await !tree.names(".pulsefs").contains("explain"))
            #expect(emulator.count() == 1)
        }
    }

    @Test("S5.5 failures are counted until one succeeds")
    func tries() async throws {
        try await TestTree.with { (tree, emulator) async throws in
            emulator.set(.status(500), on: .path("/job/\(Self.job)"), count: 3)
            for _ in 1...3 { _ = await tree.failure("jobs/\(Self.job)") }
            let found = try await explain("jobs/\(Self.job)/result.md", tree)
            #expect(found.finding == "server_error" && found.problem?.tries == 3 && found.problem?.status == 500)
            _ = try await tree.lookup("jobs/\(Self.job)")
            let healed = try await explain("jobs/\(Self.job)/result.md", tree)
            #expect(healed.finding == "fine" && healed.problem == nil && healed.isCached == true)
            #expect(healed.size == UInt64(emulator.job(Self.job)?.result?.markdown?.utf8.count ?? 0))
        }
    }

    @Test("S4.2 a key that was refused when last seen is told nothing of a job, also before the API was asked")
    func unconfirmedKey() async throws {
        try await KeyRig.with { (rig) async throws in
            try await rig.tree { (tree) async throws in
                _ = try await tree.lookup("jobs/\(Self.job)")
                rig.emulator.revoke(key: TestTree.northwind)
                await rig.passTTL(tree)
            }
            try await rig.tree { (tree) async throws in
                let found = try await explain("jobs/\(Self.job)/result.md", tree)
                #expect(found.finding == "key_unconfirmed" && found.known.isEmpty && found.size == nil, "\(found)")
            }
        }
    }
}
