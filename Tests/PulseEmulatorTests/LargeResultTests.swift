import Foundation
import PulseEmulator
import Testing

/// Results behind a link that works once.
@Suite struct LargeResultTests {
    private static let id = "big"
    private static let path = "/large_results/big"

    private static func configuration(
        _ clock: ManualClock = ManualClock(), link: EmulatedResult.Link = .own
    ) -> EmulatorConfiguration {
        EmulatorConfiguration(jobs: [
            .syntheticSingleUse(id: id, markdownSize: 4_000_000, link: link)
        ]) { clock.now }
    }

    @Test func theJobHasALinkToIt() async throws {
        try await Emulator.with(Self.configuration()) { emulator in
            let job = try await RawClient(emulator).send("GET", "/job/big").json()
            let result = try #require(job["result"] as? [String: Any])
            #expect(result["is_url"] as? Bool == true)
            #expect(result["url"] as? String == "http://pulse.test:1234/large_results/big")
        }
    }

    @Test func theLinkMayPointElsewhere() async throws {
        let url = "https://store.example.net/big?signature=abc"
        try await Emulator.with(Self.configuration(link: .elsewhere(url))) { emulator in
            let job = try await RawClient(emulator).send("GET", "/job/big").json()
            #expect((job["result"] as? [String: Any])?["url"] as? String == url)
        }
    }

    @Test func itIsServedOnceAndGoneAfterwards() async throws {
        try await Emulator.with(Self.configuration()) { emulator in
            let client = RawClient(emulator)
            #expect(!emulator.isDelivered(job: Self.id))
            let answer = try await client.send("GET", Self.path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-length"] == String(answer.body.count))
            let markdown = try #require(try answer.json()["markdown"] as? String)
            #expect(markdown.utf8.count == 4_000_000)
            #expect(emulator.isDelivered(job: Self.id))
            let second = try await client.send("GET", Self.path)
            #expect(second.status == 410)
            #expect(try second.errorCode() == "GONE")
        }
    }

    @Test func nobodyNeedsAKeyForIt() async throws {
        try await Emulator.with(Self.configuration()) { emulator async throws in
            #expect(try await RawClient(emulator).send("GET", Self.path, key: nil).status == 200)
            #expect(try await RawClient(emulator).send("GET", Self.path, key: nil).status == 410)
        }
    }

    @Test func aDownloadCutByTheServerLeavesIt() async throws {
        try await Emulator.with(Self.configuration()) { emulator in
            let client = RawClient(emulator)
            emulator.set(.cutBody(afterBytes: 1000), on: .path(Self.path), count: 1)
            emulator.set(.resetBody(afterBytes: 0), on: .path(Self.path), count: 1)
            emulator.set(.wrongLength(by: 5), on: .path(Self.path), count: 1)
            for _ in 1...3 { _ = try await client.send("GET", Self.path) }
            #expect(!emulator.isDelivered(job: Self.id))
            #expect(try await client.send("GET", Self.path).status == 200)
            #expect(emulator.isDelivered(job: Self.id))
        }
    }

    @Test func aDownloadGivenUpByTheClientLeavesIt() async throws {
        try await Emulator.with(Self.configuration()) { emulator in
            let client = RawClient(emulator)
            emulator.set(.stallBody(afterBytes: 5000), on: .path(Self.path), count: 1)
            try await client.withConnection { connection in
                try await connection.send("GET", Self.path)
                let part = try await connection.read(bodyBytes: 5000)
                #expect(part.body.count == 5000)
            }
            try await emulator.waitUntilIdle()
            #expect(emulator.requests().first?.progress == .broken)
            #expect(!emulator.isDelivered(job: Self.id))
            #expect(try await client.send("GET", Self.path).status == 200)
        }
    }

    @Test func theLinkEndsAnHourAfterCompletion() async throws {
        let clock = ManualClock()
        try await Emulator.with(Self.configuration(clock)) { emulator in
            clock.advance(by: 3600)
            let answer = try await RawClient(emulator).send("GET", Self.path)
            #expect(answer.status == 410)
            #expect(answer.text.contains("expired"))
        }
        let early = ManualClock()
        try await Emulator.with(Self.configuration(early)) { emulator async throws in
            early.advance(by: 3599)
            #expect(try await RawClient(emulator).send("GET", Self.path).status == 200)
        }
    }

    @Test func itDoesNotExistBeforeCompletion() async throws {
        var job = EmulatedJob.syntheticSingleUse(id: Self.id, markdownSize: 10)
        job.timetable = .always(.processing)
        try await Emulator.with(EmulatorConfiguration(jobs: [job])) { emulator async throws in
            #expect(try await RawClient(emulator).send("GET", Self.path).status == 404)
        }
    }
}
