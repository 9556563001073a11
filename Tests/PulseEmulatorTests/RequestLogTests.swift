import PulseEmulator
import PulseEmulatorFixtures
import Testing

@Suite struct RequestLogTests {
    @Test func requestsAreRecordedWithTheAliasOfTheirKey() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let keys: [String?] = ["pulse-demo-northwind-2", nil, "secret-of-somebody"]
            for key in keys { _ = try await client.send("GET", "/job/queue-0815?x=1", key: key) }
            let requests = emulator.requests(matching: .prefix("/job/"))
            #expect(requests.map(\.keyAlias) == ["northwind-2", nil, "unknown"])
            #expect(requests.map(\.status) == [200, 401, 401])
            #expect(requests.map(\.number) == [1, 2, 3])
            #expect(requests.allSatisfy { $0.progress == .complete && $0.host == "pulse.test:1234" })
            let dump = String(describing: requests)
            #expect(!dump.contains("secret-of-somebody") && !dump.contains("pulse-demo"))
            #expect(emulator.requestCounts == ["/job/queue-0815?x=1": 3])
        }
    }

    @Test func waitingEndsWhenTheRequestsHaveCome() async throws {
        try await Emulator.with { emulator in
            async let waiting: Void = emulator.waitForRequests(2, matching: .path("/job/b"))
            for path in ["/job/b", "/job/a", "/job/b"] {
                _ = try await RawClient(emulator).send("GET", path)
            }
            try await waiting
            #expect(emulator.requests(matching: .path("/job/b")).count == 2)
        }
    }

    @Test func waitingEndsWhenItsTaskIsCancelled() async throws {
        try await Emulator.with { emulator in
            let task = Task { try await emulator.waitForRequests(1) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func theRequestsOfOnePatternAreForgottenAlone() async throws {
        try await Emulator.with { (emulator) async throws in
            for path in ["/job/a", "/job/b", "/job/a"] { _ = try await RawClient(emulator).send("GET", path) }
            emulator.clearRequests(matching: .path("/job/a"))
            #expect(emulator.requests().map(\.path) == ["/job/b"])
            _ = try await RawClient(emulator).send("GET", "/job/a")
            #expect(emulator.requests().map(\.path) == ["/job/b", "/job/a"])
            #expect(emulator.requests().map(\.number) == [2, 4])
            emulator.clearRequests()
            #expect(emulator.requests().isEmpty)
        }
    }

    @Test func clearingForgetsButKeepsCounting() async throws {
        try await Emulator.with { emulator in
            _ = try await RawClient(emulator).send("GET", "/job/a")
            emulator.clearRequests()
            #expect(emulator.requests().isEmpty)
            _ = try await RawClient(emulator).send("GET", "/job/b")
            #expect(emulator.requests().map(\.number) == [2])
        }
    }
}
