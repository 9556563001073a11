import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// Results that a client has put behind a link.
@Suite struct ForcedLinkTests {
    private static let id = "invoice-2024-0117"
    private static let order = #"{"force_url": true}"#

    @Test func aSmallResultBecomesALinkThatWorksOnce() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let before = try #require(
                try await client.send("GET", "/job/\(Self.id)").json()["result"] as? [String: Any])
            let told = try await client.send("POST", "/job/\(Self.id)", body: Self.order)
            let stub = try #require(try told.json()["result"] as? [String: Any])
            #expect(told.status == 200 && stub["is_url"] as? Bool == true)
            #expect(stub["url"] as? String == "http://pulse.test:1234/large_results/\(Self.id)")
            #expect(stub["extraction_id"] as? String == before["extraction_id"] as? String)
            let later = try await client.send("GET", "/job/\(Self.id)").json()["result"] as? [String: Any]
            #expect(later?["is_url"] as? Bool == true)
            let whole = try await client.send("GET", "/large_results/\(Self.id)")
            #expect(try whole.json()["markdown"] as? String == before["markdown"] as? String)
            #expect(try await client.send("GET", "/large_results/\(Self.id)").status == 410)
            // Asking again gives a new link.
            _ = try await client.send("POST", "/job/\(Self.id)", body: Self.order)
            #expect(try await client.send("GET", "/large_results/\(Self.id)").status == 200)
        }
    }

    @Test(arguments: ["", "{}", #"{"force_url": false}"#, "[true]"])
    func otherBodiesAreRefused(body: String) async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let refused = try await client.send("POST", "/job/\(Self.id)", body: body)
            #expect(refused.status == 405)
            #expect(try await client.send("GET", "/large_results/\(Self.id)").status == 404)
        }
    }

    @Test func jobsWithoutAResultStayAsTheyAre() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            for id in ["contract-review-0311", "scan-unreadable-0042"] {
                let answer = try await client.send("POST", "/job/\(id)", body: Self.order)
                let document = try answer.json()
                #expect(answer.status == 200 && document["result"] == nil)
            }
            #expect(try await client.send("POST", "/job/payroll-summary-2024-06", body: Self.order).status == 403)
        }
    }

    @Test func theLinkLastsAnHourFromThen() async throws {
        let clock = ManualClock(Date(timeIntervalSince1970: 1_750_000_000))
        try await Emulator.with(EmulatorConfiguration { clock.now }) { emulator in
            let client = RawClient(emulator)
            _ = try await client.send("POST", "/job/\(Self.id)", body: Self.order)
            clock.advance(by: 3599)
            #expect(try await client.send("GET", "/large_results/\(Self.id)").status == 200)
            _ = try await client.send("POST", "/job/\(Self.id)", body: Self.order)
            clock.advance(by: 3600)
            #expect(try await client.send("GET", "/large_results/\(Self.id)").status == 410)
        }
    }

    @Test func pagesAreCountedByOrganisation() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            let own = try await client.send("GET", "/pages").json()["total_pages_processed"] as? Int
            let other =
                try await client.send("GET", "/pages", key: "pulse-demo-contoso-1").json()["total_pages_processed"]
                as? Int
            #expect(own ?? 0 > 300 && other == 2)
            #expect(try await client.send("DELETE", "/pages").status == 405)
        }
    }
}
