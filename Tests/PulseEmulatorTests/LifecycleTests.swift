import PulseEmulator
import PulseEmulatorFixtures
import Testing

@Suite struct LifecycleTests {
    @Test func emulatorsRunSideBySide() async throws {
        try await Emulator.with { first in
            try await Emulator.with(EmulatorConfiguration(jobs: [])) { second async throws in
                #expect(first.port != second.port)
                #expect(first.baseURL == "http://127.0.0.1:\(first.port)")
                #expect(try await RawClient(first).send("GET", "/job/queue-0815").status == 200)
                #expect(try await RawClient(second).send("GET", "/job/queue-0815").status == 404)
            }
        }
    }

    @Test func aPortThatIsTakenIsAnError() async throws {
        try await Emulator.with { emulator in
            var configuration = EmulatorConfiguration()
            configuration.port = emulator.port
            await #expect(throws: EmulatorError.self) {
                try await Emulator.start(configuration).shutDown()
            }
        }
    }

    @Test func afterShuttingDownNobodyListens() async throws {
        let emulator = try await Emulator.start()
        await emulator.shutDown()
        await #expect(throws: (any Error).self) {
            try await RawClient(emulator).send("GET", "/job/queue-0815")
        }
    }

    @Test func manyRequestsAtOnceAreAllAnswered() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let sizes = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...100 {
                    group.addTask {
                        try await client.send("GET", "/job/annual-report-fy2024").body.count
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(sizes.count == 1)
            #expect(emulator.requests().count == 100)
        }
    }
}
