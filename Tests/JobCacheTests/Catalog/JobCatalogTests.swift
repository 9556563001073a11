import ArtifactStore
import JobCacheTestSupport
import PulseAPI
import PulseTestSupport
import Synchronization
import Testing

@testable import JobCache

/// What a mount may answer for, without anyone who asks the API.
@Suite("The known jobs", .timeLimit(.minutes(1)))
struct JobCatalogTests {
    private static let origin = "https://api.example.com"

    private struct Rig {
        let store: ArtifactStore
        let keyring: Keyring
        let catalog: JobCatalog
        let clock: StillClock

        var reader: KeyInUse { keyring.inUse }

        static func with(_ body: (Rig) async throws -> Void) async throws {
            try await ScratchDirectory.with { (scratch) async throws in
                let store = try ArtifactStore(at: scratch.appending("cache"))
                let origin = try #require(APIOrigin(JobCatalogTests.origin))
                let clock = StillClock()
                let keyring = Keyring(try #require(APIKey("a-key")), store: store, origin: origin)
                let catalog = JobCatalog(store: store, origin: origin, keyring: keyring, clock: { clock.now })
                try await body(Rig(store: store, keyring: keyring, catalog: catalog, clock: clock))
                await store.close()
            }
        }

        /// A job as the index has it, granted to this key or, if `isOthers`, to another.
        func recorded(
            _ id: String, _ status: String = "processing", at origin: String = JobCatalogTests.origin,
            isOthers: Bool = false
        ) async throws -> Job {
            let facts = StoredJob(
                origin: origin, id: id, status: status, isTerminal: JobPhase(status: status).isTerminal,
                createdAt: nil, updatedAt: nil, checkedAt: APITime.now,
                statusDocument: Array(#"{"job_id":"\#(id)","status":"\#(status)"}"#.utf8), explanation: nil,
                largeResultURL: nil)
            let other = try #require(APIKey("another-key")).withSecret { store.fingerprint(ofKey: $0) }
            let ordinal = try await store.record(
                facts, artifacts: [], grantedTo: isOthers ? other : reader.fingerprint)
            return try #require(try store.tree(ordinal).flatMap { Job($0) })
        }
    }

    private static func id(_ text: String) throws -> JobID { try #require(JobID(text)) }

    @Test("a job is found by its id and its number if the API has shown it to this key, and belongs to this API")
    func shown() async throws {
        try await Rig.with { (rig) async throws in
            let own = try await rig.recorded("own")
            let others = try await rig.recorded("others", isOthers: true)
            let elsewhere = try await rig.recorded("elsewhere", at: "https://other.example.com")
            #expect(try rig.catalog.job(own.id)?.ordinal == own.ordinal)
            #expect(try rig.catalog.job(own.ordinal)?.id == own.id)
            for job in [others, elsewhere] {
                #expect(try rig.catalog.job(job.id) == nil, "\(job.id)")
                #expect(try rig.catalog.job(job.ordinal) == nil, "\(job.id)")
            }
            // That there is such a node is no secret of the job's.
            #expect(try rig.catalog.id(of: others.ordinal) == others.id)
            #expect(try rig.catalog.id(of: elsewhere.ordinal) == nil)
            let look = try rig.catalog.look(others.id, for: rig.reader)
            #expect(look.shown == nil && look.stored?.ordinal == others.ordinal && !look.isGranted)
        }
    }

    @Test("what was found once is in memory: the index is not read again")
    func memory() async throws {
        try await Rig.with { (rig) async throws in
            let job = try await rig.recorded("job")
            #expect(rig.catalog.held(job.id) == nil)
            let found = try rig.catalog.job(job.id)
            let reads = rig.store.indexReads
            #expect(try rig.catalog.job(job.id) === found)
            #expect(try rig.catalog.job(job.ordinal) === found)
            #expect(rig.catalog.held(job.id) === found)
            #expect(rig.store.indexReads == reads)
        }
    }

    @Test("what a key was told that is no longer in use is not taken in")
    func otherGeneration() async throws {
        try await Rig.with { (rig) async throws in
            let job = try await rig.recorded("job", isOthers: true)
            var before = rig.reader
            before.generation &+= 1
            rig.catalog.put(job, for: before, changed: true)
            let other = try Self.id("other")
            rig.catalog.refuse(other, Failure(.notFound, "none"), for: before)
            #expect(rig.catalog.held(job.id) == nil && rig.catalog.refusal(of: other) == nil)
            rig.catalog.put(job, for: rig.reader, changed: true)
            #expect(rig.catalog.held(job.id) === job)
        }
    }

    @Test("a refusal is good for a second, or until the API has shown the job")
    func refusals() async throws {
        try await Rig.with { (rig) async throws in
            let job = try await rig.recorded("job")
            rig.catalog.refuse(job.id, Failure(.notFound, "none"), for: rig.reader)
            #expect(rig.catalog.refusal(of: job.id)?.words == "none")
            rig.clock.advance(by: .milliseconds(999))
            #expect(rig.catalog.refusal(of: job.id) != nil)
            rig.clock.advance(by: .milliseconds(1))
            #expect(rig.catalog.refusal(of: job.id) == nil)
            rig.catalog.refuse(job.id, Failure(.forbidden, "no"), for: rig.reader)
            rig.catalog.put(job, for: rig.reader, changed: true)
            #expect(rig.catalog.refusal(of: job.id) == nil)
        }
    }

    @Test("only what the API says of the job or the key is a refusal", arguments: Failure.Reason.allCases)
    func reasons(reason: Failure.Reason) async throws {
        try await Rig.with { (rig) async throws in
            rig.catalog.refuse(try Self.id("job"), Failure(reason, "words"), for: rig.reader)
            let isKept = rig.catalog.refusal(of: try Self.id("job")) != nil
            #expect(isKept == [.notFound, .forbidden, .keyRefused, .badName].contains(reason))
        }
    }

    @Test("an answer about a running job is good for a second, half as long again each time that it says the same")
    func freshness() async throws {
        try await Rig.with { (rig) async throws in
            let job = try await rig.recorded("job")
            // Nobody has asked in this process.
            #expect(rig.catalog.freshness(of: job) == .zero && rig.catalog.interval(of: job) == nil)
            rig.catalog.put(job, for: rig.reader, changed: true)
            #expect(rig.catalog.freshness(of: job) == .seconds(1))
            rig.clock.advance(by: .milliseconds(400))
            #expect(rig.catalog.freshness(of: job) == .milliseconds(600))
            rig.catalog.put(job, for: rig.reader, changed: false)
            #expect(rig.catalog.freshness(of: job) == .milliseconds(1_500))
            rig.catalog.put(job, for: rig.reader, changed: true, age: .milliseconds(300))
            #expect(rig.catalog.freshness(of: job) == .milliseconds(700))
            rig.catalog.postpone(job, for: .seconds(7))
            #expect(rig.catalog.freshness(of: job) == .seconds(7))
            let ended = try await rig.recorded("job", "completed")
            rig.catalog.put(ended, for: rig.reader, changed: true)
            #expect(rig.catalog.freshness(of: ended) == nil && rig.catalog.interval(of: ended) == nil)
        }
    }

    private final class Observer: CatalogObserver {
        let told = Mutex<[String]>([])
        let whenChanged: @Sendable () -> Void

        init(whenChanged: @escaping @Sendable () -> Void = {}) { self.whenChanged = whenChanged }

        func changed(_ job: Job, from previous: Job?) {
            told.withLock { $0.append("\(job.id) from \(previous?.status ?? "nothing") to \(job.status)") }
            whenChanged()
        }
        func answered(_ job: Job) { told.withLock { $0.append("\(job.id) answered") } }
        func hasExpired(_ job: JobOrdinal, _ slots: Set<ArtifactSlot>) { told.withLock { $0.append("expired") } }
    }

    @Test("who observes is told of each change, and after it of each answer, for as long as it is held")
    func observers() async throws {
        try await Rig.with { (rig) async throws in
            let observer = Observer()
            rig.catalog.observe(observer)
            do {
                let gone = Observer()
                rig.catalog.observe(gone)
            }
            let running = try await rig.recorded("job")
            rig.catalog.put(running, for: rig.reader, changed: true)
            rig.catalog.put(try await rig.recorded("job"), for: rig.reader, changed: false)
            rig.catalog.put(try await rig.recorded("job", "completed"), for: rig.reader, changed: true)
            rig.catalog.put(try await rig.recorded("job", "expired"), for: rig.reader, changed: true)
            #expect(
                observer.told.withLock { $0 } == [
                    "job from nothing to processing", "job answered", "job answered",
                    "job from processing to completed", "job answered", "expired", "job from completed to expired",
                    "job answered",
                ])
        }
    }

    @Test("a change is not announced before all observers have been told of it")
    func announced() async throws {
        try await Rig.with { (rig) async throws in
            let job = try await rig.recorded("job")
            let seen = Mutex<[Bool]>([])
            let observer = Observer { seen.withLock { $0.append(rig.catalog.isAnnounced(job.ordinal)) } }
            rig.catalog.observe(observer)
            rig.catalog.put(job, for: rig.reader, changed: true)
            #expect(seen.withLock { $0 } == [false] && rig.catalog.isAnnounced(job.ordinal))
            await rig.catalog.announced(job.ordinal)
            withExtendedLifetime(observer) {}
        }
    }

    @Test("jobs that the index does not take have numbers of their own, the same for as long as they are known here")
    func inMemory() async throws {
        try await Rig.with { (rig) async throws in
            let ids = try ["a", "b", "c"].map(Self.id)
            let numbers = ids.map(rig.catalog.ordinalInMemory(for:))
            #expect(Set(numbers).count == 3 && numbers == ids.map(rig.catalog.ordinalInMemory(for:)))
            #expect(try ids == numbers.map { try rig.catalog.id(of: $0) })
            #expect(try await rig.recorded("a").ordinal < numbers[0])
        }
    }

    @Test("the listing has the jobs of this key and this API alone, in the order in which they became known")
    func listing() async throws {
        try await Rig.with { (rig) async throws in
            for id in ["c", "a", "b"] { _ = try await rig.recorded(id) }
            _ = try await rig.recorded("others", isOthers: true)
            _ = try await rig.recorded("elsewhere", at: "https://other.example.com")
            let all = try rig.catalog.known(after: JobOrdinal(0), limit: 10)
            #expect(all.map(\.id) == ["c", "a", "b"])
            #expect(try rig.catalog.known(after: all[0].ordinal, limit: 1).map(\.id) == ["a"])
        }
    }
}
