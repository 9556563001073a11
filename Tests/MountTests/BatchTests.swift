import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Batches", .takingTurns, .timeLimit(.minutes(10)))
struct BatchTests {
    private static let batch: EmulatedJob = {
        let items: [JSONNode] = [
            ["job_id": .string(JobName.invoice), "status": "completed", "file_name": "bill <1>.pdf"],
            ["job_id": .string(JobName.processing), "status": "processing"], ["job_id": "no-such-job"],
        ]
        return EmulatedJob(id: "batch", result: .inline(["batch_id": "b1", "items": .array(items)]))
    }()

    @Test("S1.13 a batch lists its jobs in contents.md and index.html, with links, and asks for nothing before")
    func listed() async throws {
        try await Rig.mounted(adding: [Self.batch]) { (rig, mount) async throws in
            try await mount.shell("cat \"$M\"/jobs/batch/status.json \"$M\"/jobs/batch/result.json")
            #expect(try await mount.shell("ls \"$M\"/jobs").lines == ["batch"])
            let contents = try await mount.shell("cat \"$M\"/jobs/batch/contents.md").text
            #expect(
                contents.contains("](../\(JobName.invoice)/contents.md) (job \(JobName.invoice), completed)"),
                "\(contents)")
            let page = try await mount.shell("cat \"$M\"/jobs/batch/index.html").text
            #expect(page.contains("<a href=\"../\(JobName.invoice)/index.html\">bill &lt;1&gt;.pdf</a>"), "\(page)")
            #expect(page.contains("<a href=\"contents.md\">"))
            // Those that the API has are known from then on, as if they had been added.
            try await rig.eventually {
                try await mount.shell("ls \"$M\"/jobs").lines.sorted()
                    == ["batch", JobName.invoice, JobName.processing].sorted()
            }
            let kinds = try await rig.pulsefs("jobs", "list").cells.filter { $0[0] == "batch" }.map { $0[7] }
            #expect(kinds == ["batch"])
            for id in [JobName.invoice, "no-such-job"] {
                #expect(rig.emulator.requests(matching: .path("/job/\(id)")).count == 1)
            }
        }
    }
}
