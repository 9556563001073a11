import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Synchronization
import Testing
import Transfer

@testable import PulseAPI

/// The loop around a request, over a real connection; the time between two attempts is the test's.
@Suite("Retrying", .timeLimit(.minutes(1)))
struct RetryingTests {
    private static let job = JobID("invoice-2024-0117")
    private static let path = RequestPattern.path("/job/invoice-2024-0117")

    private final class Document: RestartableSink {
        private struct Refused: Error {}

        private let bytes = Mutex<[UInt8]>([])
        private let restarts = Mutex(0)

        var content: [UInt8] { bytes.withLock { $0 } }
        var restarted: Int { restarts.withLock { $0 } }

        func restart() {
            bytes.withLock { $0 = [] }
            restarts.withLock { $0 += 1 }
        }

        func receive(head: ResponseHead, flow: TransferFlow) throws {
            // One that was not begun again would hold two answers.
            guard content.isEmpty else { throw Refused() }
        }

        func receive(body: RawSpan) -> BodyDemand {
            bytes.withLock { bytes in body.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            return .more
        }
    }

    /// `chance` 1 makes each pause as long as its bound.
    private func with(
        budget: Duration = .seconds(30), clock: ManualClock = ManualClock(),
        scheduler: RequestScheduler = RequestScheduler(),
        _ body: @escaping @Sendable (PulseClient, Emulator, ManualClock) async throws -> Void
    ) async throws {
        try await Emulator.with { (emulator) async throws in
            let engine = TransferEngine(.init(userAgent: "tests"))
            let client = PulseClient(
                origin: try #require(APIOrigin(emulator.baseURL)), engine: engine, scheduler: scheduler,
                persistence: Persistence(RetryPolicy(budget: budget), clock: clock, chance: { 1 }),
                key: { APIKey("pulse-demo-northwind-1") })
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(client, emulator, clock)) } catch { outcome = .failure(error) }
            await engine.shutDown()
            try outcome.get()
        }
    }

    private func untilAsleep(_ clock: ManualClock) async { while clock.sleepers == 0 { await Task.yield() } }

    @Test("S5.1 a request that fails is sent again after a pause, and its answer counts")
    func again() async throws {
        let id = try #require(Self.job)
        try await with { (client, emulator, clock) async throws in
            emulator.set(.status(503), on: Self.path, count: 1)
            emulator.set(.status(504), on: Self.path, count: 1)
            let document = Document()
            let asking = Task { try await client.getJob(id, into: document) }
            for pause in [0.25, 0.5] {
                await untilAsleep(clock)
                clock.advance(by: .seconds(pause))
            }
            #expect(try await asking.value.status == 200)
            #expect(emulator.requests(matching: Self.path).count == 3)
            #expect(!document.content.isEmpty && document.restarted == 0)
            #expect(client.repeatedRequests == 2)
        }
    }

    @Test("S5.1 an attempt for which little time was left does not hide what the server did before")
    func lateAttempt() async throws {
        let id = try #require(Self.job)
        try await with(budget: .seconds(2.5)) { (client, emulator, clock) async throws in
            emulator.set(.resetBeforeHeaders, on: Self.path, count: 1)
            emulator.set(.stallBeforeHeaders, on: Self.path, count: 1)
            let asking = Task { try await client.getJob(id, into: Document()) }
            await untilAsleep(clock)
            clock.advance(by: .seconds(2))
            let error = await #expect(throws: APIError.self) { try await asking.value }
            #expect(error?.cause == .transport(.connectionReset))
            #expect(error?.attempts == 2)
        }
    }

    @Test("S5.1 a server that falls silent while there is time is told as silent")
    func silentLater() async throws {
        let id = try #require(Self.job)
        try await with(budget: .seconds(1)) { (client, emulator, clock) async throws in
            emulator.set(.resetBeforeHeaders, on: Self.path, count: 1)
            emulator.set(.stallBeforeHeaders, on: Self.path, count: 1)
            let asking = Task { try await client.getJob(id, into: Document()) }
            await untilAsleep(clock)
            clock.advance(by: .seconds(1))
            let error = await #expect(throws: APIError.self) { try await asking.value }
            #expect(error?.cause == .transport(.stalled))
        }
    }

    @Test(
        "S5.1 a sink that was fed begins again before it is fed again",
        arguments: [
            Fault.Effect.cutBody(afterBytes: 100), .resetBody(afterBytes: 100),
            .cutBody(afterBytes: 100, chunked: true),
        ])
    func cut(_ effect: Fault.Effect) async throws {
        let id = try #require(Self.job)
        try await with { (client, emulator, clock) async throws in
            let whole = Document()
            _ = try await client.getJob(id, into: whole)
            emulator.set(effect, on: Self.path, count: 1)
            let document = Document()
            let asking = Task { try await client.getJob(id, into: document) }
            await untilAsleep(clock)
            clock.advance(by: .seconds(1))
            _ = try await asking.value
            #expect(document.content == whole.content)
            #expect(document.restarted == 1)
        }
    }

    @Test("3.1 a sink that cannot begin again is never fed twice: the request is not repeated once an answer has begun")
    func single() async throws {
        let id = try #require(Self.job)
        try await with { (client, emulator, _) async throws in
            emulator.set(.cutBody(afterBytes: 100), on: .any)
            let error = await #expect(throws: APIError.self) {
                try await client.getJob(id, into: MemorySink(limit: 1 << 24))
            }
            #expect(error?.attempts == 1)
            #expect(emulator.requests().count == 1)
        }
    }

    @Test("S5.1 Retry-After past the budget is the end at once")
    func busy() async throws {
        let id = try #require(Self.job)
        try await with { (client, emulator, _) async throws in
            emulator.set(.status(429, headers: [("Retry-After", "60")]), on: .any)
            let error = await #expect(throws: APIError.self) { try await client.getJob(id, into: Document()) }
            #expect(error?.cause == .status(429))
            #expect(emulator.requests().count == 1)
        }
    }

    @Test("S5.1 when the budget is spent the last error is the outcome, and says how often it was tried")
    func budget() async throws {
        let id = try #require(Self.job)
        try await with(budget: .seconds(1)) { (client, emulator, clock) async throws in
            emulator.set(.status(500), on: .any)
            let asking = Task { try await client.getJob(id, into: Document()) }
            for pause in [0.25, 0.5] {
                await untilAsleep(clock)
                clock.advance(by: .seconds(pause))
            }
            let error = await #expect(throws: APIError.self) { try await asking.value }
            #expect(error?.cause == .status(500))
            #expect(error?.description.hasSuffix("after 3 attempts") == true)
            #expect(emulator.requests().count == 3)
        }
    }

    @Test("a request that waits to be repeated holds no place, and cancelling ends it at once")
    func rests() async throws {
        let id = try #require(Self.job)
        let scheduler = RequestScheduler(ceiling: 1)
        try await with(scheduler: scheduler) { (client, emulator, clock) async throws in
            emulator.set(.status(504), on: Self.path)
            let asking = Task { try await client.getJob(id, into: Document()) }
            await untilAsleep(clock)
            #expect(scheduler.snapshot.inFlight == 0)
            let other = try #require(JobID("workbook-q3-forecast"))
            #expect(try await client.getJob(other, into: Document()).status == 200)
            asking.cancel()
            let error = await #expect(throws: APIError.self) { try await asking.value }
            #expect(error?.cause == .transport(.cancelled))
            #expect(emulator.requests(matching: Self.path).count == 1)
        }
    }

    /// A client of a port at which a server may listen or not.
    private func withPort(
        _ body: @escaping @Sendable (PulseClient, ReservedPort, ManualClock) async throws -> Void
    ) async throws {
        let (port, clock) = (try ReservedPort(), ManualClock())
        let engine = TransferEngine(.init(userAgent: "tests"))
        let client = PulseClient(
            origin: try #require(APIOrigin("http://127.0.0.1:\(port.number)")), engine: engine,
            scheduler: RequestScheduler(),
            persistence: Persistence(RetryPolicy(budget: .seconds(30)), clock: clock, chance: { 1 }),
            key: { APIKey("pulse-demo-northwind-1") })
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(client, port, clock)) } catch { outcome = .failure(error) }
        await engine.shutDown()
        try outcome.get()
    }

    private static let jobs = ["invoice-2024-0117", "workbook-q3-forecast", "annual-report-fy2024"]

    @Test(
        "S5.4 after five requests that did not reach it others are not sent, with the same reason, and then one finds out"
    )
    func breaker() async throws {
        let ids = try Self.jobs.map { try #require(JobID($0)) }
        try await withPort { (client, port, clock) async throws in
            for number in 0..<5 {
                #expect(!client.isAPIKeptBack)
                await #expect(throws: APIError.self) {
                    try await client.getJob(ids[number % 3], into: Document(), isAskedOnce: true)
                }
            }
            #expect(client.isAPIKeptBack)
            let kept = await #expect(throws: APIError.self) { try await client.getJob(ids[0], into: Document()) }
            #expect(kept?.cause == .transport(.refused))
            #expect(kept?.description.contains("was not sent: 5 requests in a row got no answer") == true)
            var configuration = EmulatorConfiguration()
            configuration.port = port.number
            try await Emulator.with(configuration) { (emulator) async throws in
                clock.advance(by: .seconds(5))
                // A key check is one that finds out.
                let key = try #require(APIKey("pulse-demo-northwind-1"))
                #expect(await client.check(key) == .good)
                #expect(!client.isAPIKeptBack)
                #expect(try await client.getJob(ids[0], into: Document()).status == 200)
            }
        }
    }

    @Test("S5.4 one URL that breaks its connection off again and again keeps nothing else back")
    func oneURL() async throws {
        let id = try #require(Self.job)
        let other = try #require(JobID("workbook-q3-forecast"))
        try await with { (client, emulator, _) async throws in
            for effect in [Fault.Effect.resetBeforeHeaders, .resetInHeaders, .garbage("?\r\n\r\n")] {
                emulator.set(Fault(effect, on: Self.path))
                for _ in 1...8 {
                    await #expect(throws: APIError.self) {
                        try await client.getJob(id, into: Document(), isAskedOnce: true)
                    }
                    #expect(try await client.getJob(other, into: Document()).status == 200)
                    #expect(!client.isAPIKeptBack)
                }
                emulator.clearFaults()
            }
        }
    }

    @Test("a request that was begun before the server was given up goes on within its budget, and survives")
    func outage() async throws {
        let ids = try Self.jobs.map { try #require(JobID($0)) }
        try await withPort { (client, port, clock) async throws in
            let asking = Task { try await client.getJob(ids[0], into: Document()) }
            for pause in [0.25, 0.5] {
                await untilAsleep(clock)
                clock.advance(by: .seconds(pause))
            }
            await untilAsleep(clock)
            for id in ids[1...] {
                await #expect(throws: APIError.self) {
                    try await client.getJob(id, into: Document(), isAskedOnce: true)
                }
            }
            #expect(client.isAPIKeptBack)
            let other = await #expect(throws: APIError.self) { try await client.getJob(ids[1], into: Document()) }
            #expect(other?.cause == .transport(.refused))
            var configuration = EmulatorConfiguration()
            configuration.port = port.number
            try await Emulator.with(configuration) { (emulator) async throws in
                clock.advance(by: .seconds(5))
                while try await !Self.isAnswered(asking, clock) { clock.advance(by: .seconds(1)) }
                #expect(try await asking.value.status == 200)
                #expect(!client.isAPIKeptBack)
            }
        }
    }

    /// Whether a task has ended, or sleeps once more.
    private static func isAnswered(_ task: Task<ResponseHead, any Error>, _ clock: ManualClock) async throws -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = await task.result
                return true
            }
            group.addTask {
                while clock.sleepers == 0, !Task.isCancelled { await Task.yield() }
                return Task.isCancelled
            }
            let first = await group.next() ?? true
            group.cancelAll()
            return first
        }
    }

    @Test("whoever polls asks once")
    func poll() async throws {
        let id = try #require(Self.job)
        try await with { (client, emulator, _) async throws in
            emulator.set(.status(503), on: .any)
            await #expect(throws: APIError.self) { try await client.getJob(id, into: Document(), isAskedOnce: true) }
            #expect(emulator.requests().count == 1)
        }
    }

    @Test("S5.1 a server that says nothing is given up when the budget is spent")
    func silent() async throws {
        let id = try #require(Self.job)
        try await with(budget: .milliseconds(300)) { (client, emulator, clock) async throws in
            emulator.set(.stallBeforeHeaders, on: .any)
            // The time of the attempt is the engine's own; a server may else be silent for 15 s.
            let begin = ContinuousClock.now
            let asking = Task { try await client.getJob(id, into: Document(), isAskedOnce: true) }
            let error = await #expect(throws: APIError.self) { try await asking.value }
            #expect(error?.cause == .transport(.stalled))
            #expect(begin.duration(to: .now) < .seconds(10))
            emulator.clearFaults()
        }
    }
}
