import ArgumentParser
import ArtifactStore
import SystemPackage

/// Fills a cache's index with finished jobs, each with a result and images, as if all had been fetched by one key.
struct FillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "fill")

    @Argument var directory: String
    @Option var origin: String
    @Option var key: String
    @Option var jobs = 100_000
    @Option(help: "Files of each job.") var files = 10

    func run() async throws {
        let store = try ArtifactStore(at: FilePath(directory), limits: StoreLimits(size: .max, freeFraction: 0))
        let grantee = store.fingerprint(ofKey: key)
        for start in stride(from: 0, to: jobs, by: 1000) {
            try await store.restore(
                (start..<min(start + 1000, jobs)).map { number in
                    LabelledTree(job: SyntheticJob.job(number, origin), artifacts: artifacts, grantee: grantee)
                })
        }
        await store.close()
    }

    private var artifacts: [StoredArtifact] {
        let result = StoredArtifact(
            slot: ArtifactSlot(4), name: "result.json", size: 12_345, source: nil, isListed: true, isStored: true,
            allocatedSize: 16_384, sha256: SyntheticJob.sha256)
        return [result]
            + (1..<max(1, files)).map { number in
                StoredArtifact(
                    slot: ArtifactSlot(63 + number), name: SyntheticJob.image(number), size: 20_000,
                    source: "image:\(SyntheticJob.image(number))", isListed: true, isStored: true,
                    allocatedSize: 24_576, sha256: SyntheticJob.sha256)
            }
    }
}

enum SyntheticJob {
    static let sha256 = String(repeating: "0123456789abcdef", count: 4)

    static func id(_ number: Int) -> String { "job-\(number)" }
    static func image(_ number: Int) -> String { "fig-\(number).png" }

    static func job(_ number: Int, _ origin: String) -> StoredJob {
        let time = Timestamp(seconds: 1_700_000_000 + Int64(number))
        let document = """
            {
              "job_id": "\(id(number))",
              "status": "completed",
              "created_at": "2024-01-22T08:00:52Z"
            }

            """
        return StoredJob(
            origin: origin, id: id(number), status: "completed", isTerminal: true, createdAt: time, updatedAt: time,
            checkedAt: time, statusDocument: Array(document.utf8), explanation: nil, largeResultURL: nil)
    }
}
