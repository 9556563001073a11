import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import Testing

@Suite struct JobEndpointTests {
    @Test func aCompletedJobHasItsResult() async throws {
        try await Emulator.with { emulator in
            let answer = try await RawClient(emulator).send("GET", "/job/invoice-2024-0117")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["content-length"] == String(answer.body.count))
            #expect(answer.headers["x-request-id"] != nil)
            let job = try answer.json()
            #expect(job["status"] as? String == "completed")
            #expect(job["created_at"] as? String == "2024-01-22T08:00:52Z")
            #expect(job["updated_at"] as? String == "2024-01-22T08:01:01Z")
            let result = try #require(job["result"] as? [String: Any])
            #expect(result["markdown"] as? String == emulator.job("invoice-2024-0117")?.result?.markdown)
        }
    }

    @Test func urlsCarryTheHostOfTheRequest() async throws {
        try await Emulator.with { emulator in
            let answer = try await RawClient(emulator).send("GET", "/job/annual-report-fy2024")
            let url = "http://pulse.test:1234/results/annual-report-fy2024/images/fig-3-margins.png"
            #expect(answer.text.contains("\"\(url)\""))
            #expect(!answer.text.contains("127.0.0.1"))
        }
    }

    @Test(arguments: [
        ("scan-unreadable-0042", "failed"), ("upload-withdrawn-0007", "canceled"),
        ("upload-withdrawn-2019", "cancelled"), ("statement-2021-03", "expired"),
        ("queue-0815", "pending"), ("contract-review-0311", "processing"),
        ("claim-in-review-0003", "awaiting_review"),
    ])
    func aJobThatIsNotCompletedHasNoExtraction(id: String, status: String) async throws {
        try await Emulator.with { emulator in
            let job = try await RawClient(emulator).send("GET", "/job/\(id)").json()
            #expect(job["status"] as? String == status)
            #expect((job["error"] != nil) == (status == "failed"))
            let result = job["result"] as? [String: Any]
            #expect((result != nil) == (status == "expired"))
            #expect(result?["markdown"] == nil)
        }
    }

    @Test func aJobFollowsItsTimetable() async throws {
        let clock = ManualClock()
        try await Emulator.with(EmulatorConfiguration { clock.now }) { emulator in
            let client = RawClient(emulator)
            var seen: [String] = []
            for wait in [0.0, 4, 8, 0] {
                clock.advance(by: wait)
                let job = try await client.send("GET", "/job/minutes-board-meeting").json()
                seen.append(job["status"] as? String ?? "")
                #expect((job["result"] != nil) == (clock.now >= Date(timeIntervalSince1970: 1_700_000_012)))
            }
            #expect(seen == ["pending", "processing", "completed", "completed"])
        }
    }

    @Test func aJobThatIsAddedLaterIsLaunchedThen() async throws {
        let clock = ManualClock()
        try await Emulator.with(EmulatorConfiguration(jobs: []) { clock.now }) { emulator in
            clock.advance(by: 3600)
            emulator.add(
                job: EmulatedJob(
                    id: "late", timetable: .running(processingAfter: .seconds(1), endsAfter: .seconds(2))))
            let job = try await RawClient(emulator).send("GET", "/job/late").json()
            #expect(job["status"] as? String == "pending")
            #expect(job["created_at"] as? String == "2023-11-14T23:13:20Z")
            emulator.remove(job: "late")
            #expect(try await RawClient(emulator).send("GET", "/job/late").status == 404)
        }
    }

    @Test func cancelingEndsAJobThatRunsAndNoOther() async throws {
        try await Emulator.with { emulator in
            let client = RawClient(emulator)
            for (id, status) in [("queue-0815", "canceled"), ("invoice-2024-0117", "completed")] {
                let answer = try await client.send("DELETE", "/job/\(id)")
                #expect(answer.status == 200)
                #expect(try answer.json()["job_id"] as? String == id)
                let job = try await client.send("GET", "/job/\(id)").json()
                #expect(job["status"] as? String == status)
            }
        }
    }

    @Test func membersThatAreNotDocumentedAreSentAsTheyStand() async throws {
        try await Emulator.with { emulator in
            let answer = try await RawClient(emulator).send("GET", "/job/unusual-json")
            #expect(answer.text.contains(#""credits_used": 1.0e3, "ratio": -0.0"#))
            #expect(answer.text.contains(#"\ud83d\udcc4"#))
            #expect(answer.text.hasSuffix(#""größe":"\u0031\u20ac \ud83d\ude80"}"#))
            #expect(try answer.json()["queue"] as? String == "priority")
        }
    }

    @Test func aSyntheticResultHasTheSizeItAnnouncesAndIsJSON() async throws {
        let size = 1_500_007
        let job = EmulatedJob.syntheticInline(id: "big", markdownSize: size)
        try await Emulator.with(EmulatorConfiguration(jobs: [job])) { emulator in
            let answer = try await RawClient(emulator).send("GET", "/job/big")
            #expect(answer.headers["content-length"] == String(answer.body.count))
            let result = try #require(try answer.json()["result"] as? [String: Any])
            let markdown = try #require(result["markdown"] as? String)
            #expect(
                Array(markdown.utf8) == SyntheticMarkdown(size: size).decodedBytes(in: 0..<size))
        }
    }
}
