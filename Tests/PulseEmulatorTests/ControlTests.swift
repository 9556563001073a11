import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// The emulator's own endpoints, as a shell script uses them.
@Suite struct ControlTests {
    private static let configuration = EmulatorConfiguration(servesControl: true)

    @Test func faultsAreSetAndCleared() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let order = """
                {"effect": "status", "status": 503, "shape": "text", "prefix": "/job/", \
                "headers": {"Retry-After": "3"}}
                """
            let set = try await client.send("POST", "/_emulator/faults", key: nil, body: order)
            #expect(set.status == 200)
            let hit = try await client.send("GET", "/job/queue-0815")
            #expect(hit.status == 503)
            #expect(hit.headers["retry-after"] == "3")
            _ = try await client.send("DELETE", "/_emulator/faults", key: nil)
            #expect(try await client.send("GET", "/job/queue-0815").status == 200)
        }
    }

    @Test(arguments: [
        #"{"effect": "no-such"}"#, #"{"effect": "cut-body"}"#, "not json", #"{"effect": "status"}"#,
    ])
    func anOrderThatCannotBeReadIs400(order: String) async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let answer = try await client.send("POST", "/_emulator/faults", key: nil, body: order)
            #expect(answer.status == 400)
        }
    }

    @Test(arguments: [
        #"{"effect": "stall-before-headers"}"#, #"{"effect": "stall-body", "after_bytes": 1}"#,
        #"{"effect": "cut-body", "after_bytes": 1, "chunked": true}"#,
        #"{"effect": "reset-before-headers", "path": "/x"}"#, #"{"effect": "reset-in-headers"}"#,
        #"{"effect": "garbage", "text": "?"}"#,
        #"{"effect": "reset-body", "after_bytes": 1, "regex": "x$"}"#,
        #"{"effect": "drip", "bytes_per_second": 9, "method": "GET"}"#,
        #"{"effect": "wrong-length", "by": -1, "count": 3, "skipping": 1}"#,
        #"{"effect": "chunked"}"#, #"{"effect": "html"}"#, #"{"effect": "json", "json": "[]"}"#,
        #"{"effect": "redirect", "to": "http://x/"}"#, #"{"effect": "delay", "milliseconds": 1}"#,
    ])
    func everyEffectHasAName(order: String) async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let answer = try await client.send("POST", "/_emulator/faults", key: nil, body: order)
            #expect(answer.status == 200)
        }
    }

    @Test func theLogIsReadAndClearedWithoutBeingInIt() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            _ = try await client.send("GET", "/job/queue-0815")
            _ = try await client.send("GET", "/results/x/pdf")
            let log = try await client.send("GET", "/_emulator/requests?prefix=%2Fjob%2F", key: nil)
            let report = try log.json()
            #expect(report["total"] as? Int == 1)
            #expect((report["counts"] as? [String: Int]) == ["/job/queue-0815": 1])
            #expect(!log.text.contains("pulse-demo"))
            #expect(emulator.requests().count == 2)
            _ = try await client.send("DELETE", "/_emulator/requests", key: nil)
            #expect(emulator.requests().isEmpty)
        }
    }

    @Test func featuresKeysAndLatencyAreChanged() async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let image = "/results/invoice-2024-0117/images/logo.png"
            _ = try await client.send("PUT", "/_emulator/features", body: #"{"head": false}"#)
            #expect(try await client.send("HEAD", image).status == 405)
            #expect(
                try await client.send("GET", image, headers: ["Range": "bytes=0-0"]).status == 206)
            let key = #"{"value": "k", "alias": "extra", "organization": "northwind"}"#
            _ = try await client.send("POST", "/_emulator/keys", body: key)
            #expect(try await client.send("GET", image, key: "k").status == 200)
            _ = try await client.send("DELETE", "/_emulator/keys/extra")
            #expect(try await client.send("GET", image, key: "k").status == 401)
            let latency = try await client.send(
                "PUT", "/_emulator/latency", body: #"{"milliseconds": 1, "prefix": "/job/"}"#)
            #expect(latency.status == 200)
        }
    }

    @Test(arguments: ["inline", "single-use", "images", "table"])
    func jobsOfAnySizeAreAdded(kind: String) async throws {
        try await Emulator.with(Self.configuration) { emulator in
            let client = RawClient(emulator)
            let order = "{\"kind\": \"\(kind)\", \"id\": \"made\", \"bytes\": 5000, \"count\": 2, \"columns\": 3}"
            let added = try await client.send("POST", "/_emulator/jobs", key: nil, body: order)
            #expect(added.status == 200)
            #expect(try await client.send("GET", "/job/made").status == 200)
            #expect(emulator.job("made")?.images.count == (kind == "images" ? 2 : 0))
        }
    }
}
