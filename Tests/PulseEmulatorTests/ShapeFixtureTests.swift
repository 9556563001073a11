import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import Testing

/// The results of unusual shapes have the members for which they are there.
@Suite struct ShapeFixtureTests {
    /// The result of a job, with null where JSON has no `NaN`.
    private func result(_ id: String, below path: String = "/job/") async throws -> [String: Any] {
        let jobs = Fixtures.jobs + Fixtures.shapes
        let answer = try await Emulator.with(EmulatorConfiguration(jobs: jobs)) { emulator in
            try await RawClient(emulator).send("GET", path + id)
        }
        #expect(answer.status == 200)
        let text = String(decoding: answer.body, as: UTF8.self).replacing(":NaN", with: ":null")
            .replacing(",NaN", with: ",null")
        let value = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        return path == "/job/" ? value["result"] as? [String: Any] ?? value : value
    }

    @Test(arguments: Fixtures.shapes.map(\.id))
    func everyAnswerIsJSON(id: String) async throws {
        #expect(try await result(id).isEmpty == false)
    }

    @Test func everyImageIsServed() async throws {
        try await Emulator.with(EmulatorConfiguration(jobs: Fixtures.shapes)) { emulator in
            let client = RawClient(emulator)
            for job in Fixtures.shapes {
                for image in job.images {
                    let answer = try await client.send("GET", "/results/\(job.id)/images/\(image.filename)")
                    #expect(answer.status == 200 && answer.body.count == image.content.count)
                }
            }
        }
    }

    @Test func aPipelineHasItsStepsInTheAnswerOrBehindALink() async throws {
        let inline = try #require(try await result("pipeline-framework-agreement")["results"] as? [String: Any])
        #expect(Set(inline.keys) == ["extract", "schema", "split", "tables"])
        let id = "pipeline-framework-agreement-linked"
        let link = try #require(try await result(id)["results"] as? [String: Any])
        #expect(link["is_url"] as? Bool == true)
        #expect((link["url"] as? String)?.hasSuffix("/large_results/\(id)") == true)
        #expect(try await Set(result(id, below: "/large_results/").keys) == Set(inline.keys))
    }

    @Test func batchesNameJobsThatThereAre() async throws {
        let items = try #require(try await result("batch-intake-2024-11")["items"] as? [[String: Any]])
        let ids = items.compactMap { $0["job_id"] as? String }
        #expect(ids.count == 4 && ids.allSatisfy { Fixtures.job($0) != nil })
    }

    @Test(arguments: ["scan-blank-0043", "scan-corrupt-0044"])
    func failuresAreToldInOtherPlaces(id: String) async throws {
        let job = try await result(id)
        #expect(job["status"] as? String == "failed")
        let error = job["error"] as? [String: Any]
        let details = error?["details"] as? [String: Any]
        #expect((job["message"] as? String != nil) != (details?["error"] as? String != nil))
    }

    @Test func cellsAreWrittenInThreeWays() async throws {
        let boxes = try #require(
            try await result("inspection-certificate-0771")["bounding_boxes"] as? [String: Any])
        let tables = try #require(boxes["Tables"] as? [[String: Any]])
        let cells = tables.compactMap { ($0["cell_data"] as? [[String: Any]])?.first }
        #expect(cells.count == 3)
        #expect((cells.first?["position"] as? [String: Any])?["row"] as? Int == 0)
        #expect((cells[1]["location"] as? [String: Any])?["coordinates"] is [String: Any])
        #expect((cells[1]["content"] as? String)?.hasPrefix("0t-") == true)
        #expect(cells.last?["original_content"] as? String == "Code")
        #expect((boxes["Words"] as? [Any])?.count ?? 0 > 50)
    }
}
