import PulseTestSupport
import Testing

/// The simulation of `scripts/fleet-simulate`, small enough for every build. It has a process to itself, as it takes over all tasks.
@Suite("A simulated fleet", .timeLimit(.minutes(5))) struct FleetSimulateTests {
    private func simulate(_ options: String...) async throws -> Shell.Outcome {
        try await Shell.run(
            #"exec "$@""#, [BuiltProducts.fleetSimulate] + options,
            environment: ["SWIFT_DETERMINISTIC_HASHING": "1"], timeout: 240)
    }

    @Test("S8.1 S8.2: 200 mounts ask once, poll as one, are told in time, and lose nothing that one of them has")
    func aims() async throws {
        let outcome = try await simulate("--mounts", "200", "--seconds", "120", "--runs", "60", "--seed", "5")
        print(outcome.text)
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
        #expect(outcome.text.contains("cold job: requests to the API"))
        #expect(!outcome.text.contains("MISSED"))
    }

    @Test("the same seed gives the same table, and another seed another")
    func seeds() async throws {
        var tables: [String] = []
        for seed in ["7", "7", "8"] {
            let outcome = try await simulate("--mounts", "20", "--seconds", "60", "--runs", "5", "--seed", seed)
            #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
            tables.append(outcome.lines.dropFirst().joined(separator: "\n"))
        }
        #expect(tables[0] == tables[1])
        #expect(tables[0] != tables[2])
    }
}
