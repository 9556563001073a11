import ArtifactStore
import PulseAPI
import PulseTestSupport
import Testing

@testable import JobCache

/// What asks about jobs needs to know nothing of who answers.
@Suite("Jobs from any service", .timeLimit(.minutes(1)))
struct JobServiceTests {
    private static func with(
        _ documents: [String: String], _ body: (JobFetcher, ServedJobs) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let origin = try #require(APIOrigin("https://jobs.example.com"))
            let service = ServedJobs(at: origin, documents)
            let keyring = Keyring(try #require(APIKey("a-key")), store: store, origin: origin)
            keyring.ask(service)
            let catalog = JobCatalog(store: store, origin: origin, keyring: keyring)
            let ground = JobFetcher.Ground(client: service, store: store, keyring: keyring, actor: "a test")
            try await body(
                JobFetcher(ground, catalog, onExpiry: .keep, now: { APITime.now }), service)
            await store.close()
        }
    }

    @Test("a job is taken apart, kept, and known by its origin")
    func finished() async throws {
        let document = ##"{"job_id":"a","status":"completed","result":{"markdown":"# Title\nText"}}"##
        try await Self.with(["a": document]) { (fetcher, service) async throws in
            let id = try #require(JobID("a"))
            let job = try await fetcher.fetch(id, Urgency(.foreground))
            #expect(job.phase == .completed && job.facts.origin == "https://jobs.example.com")
            #expect(job.facts.title == "Title" && job.artifact(.markdown)?.size == 12)
            #expect(try await fetcher.fetch(id, Urgency(.foreground)).ordinal == job.ordinal)
            #expect(service.asked == ["a"])
        }
    }

    @Test("what it says next is what is shown, and what it does not know is not there")
    func next() async throws {
        try await Self.with(["a": #"{"job_id":"a","status":"processing"}"#]) { (fetcher, service) async throws in
            let id = try #require(JobID("a"))
            #expect(try await fetcher.fetch(id, Urgency(.foreground)).phase == .running)
            service.serve(#"{"job_id":"a","status":"failed","error":"page 3 is damaged"}"#, as: "a")
            let failed = try await fetcher.fetch(id, Urgency(.foreground))
            #expect(failed.phase == .failed && failed.explanation != nil)
            await #expect { try await fetcher.fetch(try #require(JobID("b")), Urgency(.foreground)) } throws: {
                ($0 as? Failure)?.reason == .notFound
            }
        }
    }

    @Test("an answer about another job is none")
    func otherJob() async throws {
        try await Self.with(["a": #"{"job_id":"b","status":"completed"}"#]) { (fetcher, _) async throws in
            let id = try #require(JobID("a"))
            await #expect { try await fetcher.fetch(id, Urgency(.foreground)) } throws: {
                ($0 as? Failure)?.reason == .notAJob
            }
            #expect(try fetcher.catalog.job(id) == nil)
        }
    }

    @Test("the key is what the service calls good")
    func key() async throws {
        try await Self.with([:]) { (fetcher, _) async throws in
            #expect(await fetcher.keyring.confirm(within: .seconds(10)) == .good && fetcher.keyring.isOpen)
        }
    }
}
