import ArtifactStore
import PulseAPI
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Testing

@testable import JobCache

/// Asking the API about a job, and what is kept of its answer.
@Suite("Asking about a job", .timeLimit(.minutes(2)))
struct JobFetcherTests {
    private static let running = "running-1"
    private static let finished = "pictures"

    private static var configuration: EmulatorConfiguration {
        EmulatorConfiguration(jobs: [
            EmulatedJob(id: running, timetable: .always(.processing)),
            .syntheticImages(id: finished, count: 3, size: 2_000),
        ])
    }

    private static func with(_ body: (JobFetcher, Emulator) async throws -> Void) async throws {
        try await TestTree.with(configuration) { (tree, emulator) async throws in
            try await body(tree.library.fetcher, emulator)
        }
    }

    private static func id(_ text: String) throws -> JobID { try #require(JobID(text)) }

    private static func fetch(
        _ id: String, for purpose: JobFetcher.Purpose = .status, by fetcher: JobFetcher
    ) async throws -> Job {
        try await fetcher.fetch(try Self.id(id), Urgency(.foreground), for: purpose)
    }

    private static func requests(_ id: String, _ emulator: Emulator) -> Int { emulator.count(.path("/job/\(id)")) }

    @Test("a job that runs is shown to the key that asked, and has no files")
    func runningJob() async throws {
        try await Self.with { (fetcher, emulator) async throws in
            let job = try await Self.fetch(Self.running, by: fetcher)
            #expect(job.phase == .running && job.artifacts.isEmpty && job.explanation == nil)
            #expect(try fetcher.catalog.job(job.id) === job)
            #expect(try fetcher.store.isGranted(job.ordinal, to: fetcher.keyring.inUse.fingerprint))
            #expect(Self.requests(Self.running, emulator) == 1)
            // It may have gone on: each time is a request.
            _ = try await Self.fetch(Self.running, by: fetcher)
            #expect(Self.requests(Self.running, emulator) == 2)
        }
    }

    @Test("a job that has ended is asked about once; its files are listed, and those that are in the answer are here")
    func finishedJob() async throws {
        try await Self.with { (fetcher, emulator) async throws in
            let job = try await Self.fetch(Self.finished, by: fetcher)
            #expect(job.phase == .completed && job.listedImages.count == 3)
            for artifact in job.artifacts {
                let isHere = fetcher.store.open(job.blobKey(artifact.slot)) != nil
                #expect(isHere == !artifact.slot.isImage && artifact.isStored == isHere, "\(artifact.name)")
            }
            let again = try await Self.fetch(Self.finished, by: fetcher)
            #expect(again.ordinal == job.ordinal && again.facts == job.facts)
            #expect(Self.requests(Self.finished, emulator) == 1)
        }
    }

    @Test("status.json is the answer without its result")
    func statusDocument() async throws {
        try await Self.with { (fetcher, emulator) async throws in
            let job = try await Self.fetch(Self.finished, by: fetcher)
            let document = String(decoding: job.facts.statusDocument, as: UTF8.self)
            #expect(document.contains(#""status""#) && !document.contains(#""result""#))
            let result = try #require(try await RawJob.get(Self.finished, from: emulator).result)
            #expect(job.artifact(.result)?.size == UInt64(result.count))
        }
    }

    @Test("files that are gone are fetched again, though the job has ended")
    func files() async throws {
        try await Self.with { (fetcher, emulator) async throws in
            let job = try await Self.fetch(Self.finished, by: fetcher)
            let again = try await Self.fetch(Self.finished, for: .files, by: fetcher)
            #expect(again.ordinal == job.ordinal && Self.requests(Self.finished, emulator) == 2)
        }
    }

    @Test("whether the API still has a job is asked, and an answer that says so changes nothing")
    func doubt() async throws {
        try await Self.with { (fetcher, emulator) async throws in
            let job = try await Self.fetch(Self.finished, by: fetcher)
            #expect(try await Self.fetch(Self.finished, for: .doubt, by: fetcher) === job)
            #expect(Self.requests(Self.finished, emulator) == 2)
        }
    }

    @Test("what the API does not show is a refusal, and no job is known by it")
    func refused() async throws {
        try await Self.with { (fetcher, emulator) async throws in
            let id = try Self.id("nobodys")
            await #expect { try await Self.fetch("nobodys", by: fetcher) } throws: {
                ($0 as? Failure)?.reason == .notFound
            }
            #expect(fetcher.catalog.refusal(of: id)?.reason == .notFound)
            #expect(try fetcher.catalog.job(id) == nil)
        }
    }

    @Test("a failure to ask is none of the job's: nothing is kept of it", arguments: [500, 503])
    func failed(status: Int) async throws {
        try await Self.with { (fetcher, emulator) async throws in
            emulator.set(.status(status), on: .path("/job/\(Self.running)"))
            await #expect(throws: Failure.self) { try await Self.fetch(Self.running, by: fetcher) }
            #expect(fetcher.catalog.refusal(of: try Self.id(Self.running)) == nil)
            emulator.clearFaults()
            #expect(try await Self.fetch(Self.running, by: fetcher).phase == .running)
        }
    }
}
