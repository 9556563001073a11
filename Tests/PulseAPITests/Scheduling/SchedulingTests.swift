import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Testing
import Transfer

@testable import PulseAPI

@Suite("Scheduling of a client's requests", .timeLimit(.minutes(5)))
struct SchedulingTests {
    private func with(
        _ scheduler: RequestScheduler, _ body: (PulseClient, Emulator) async throws -> Void
    ) async throws {
        try await Emulator.with { (emulator) async throws in
            // What is stuck is given up long after this test has failed.
            let limits = TransferLimits(stallTimeout: .seconds(600))
            let persistence = Persistence(RetryPolicy(budget: .seconds(600), asksOnce: true))
            let engine = TransferEngine(
                .init(userAgent: "tests", maximumConnectionsPerHost: 256, maximumConnections: 256))
            let client = PulseClient(
                origin: try #require(APIOrigin(emulator.baseURL)), engine: engine, limits: limits, scheduler: scheduler,
                persistence: persistence, key: { APIKey("pulse-demo-northwind-1") })
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(client, emulator)) } catch { outcome = .failure(error) }
            await engine.shutDown()
            try outcome.get()
        }
    }

    private func get(_ client: PulseClient, _ name: String) -> Task<Int?, Never> {
        Task {
            guard let job = JobID(name) else { return nil }
            do throws(APIError) {
                return try await client.getJob(job, into: MemorySink(limit: 1 << 24)).status
            } catch {
                guard case .status(let status) = error.cause else { return nil }
                return status
            }
        }
    }

    @Test("S5.4 five times as many requests are stuck as the limit allows, and the next one is answered")
    func stuck() async throws {
        let clock = ManualClock()
        let scheduler = RequestScheduler(ceiling: 8, clock: clock)
        try await with(scheduler) { (client, emulator) async throws in
            emulator.set(.stallBeforeHeaders, on: .prefix("/job/stuck"))
            let stuck = (1...40).map { get(client, "stuck-\($0)") }
            for round in 1...4 {
                try await emulator.waitForStalled(8 * round)
                while clock.sleepers == 0 { await Task.yield() }
                #expect(scheduler.snapshot.inFlight == 8 * round)
                clock.advance(by: .seconds(1))
            }
            try await emulator.waitForStalled(40)
            let next = get(client, "invoice-2024-0117")
            while clock.sleepers == 0 { await Task.yield() }
            clock.advance(by: .seconds(1))
            #expect(await next.value == 200)
            #expect(scheduler.snapshot.inFlight == 40)
            #expect(scheduler.snapshot.silent == 40)
            emulator.clearFaults()
            for task in stuck { #expect(await task.value == 404) }
            #expect(scheduler.snapshot == RequestScheduler.Snapshot(limit: 8))
        }
    }

    @Test("a body that stops lends its place")
    func stoppedBody() async throws {
        let clock = ManualClock()
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        try await with(scheduler) { (client, emulator) async throws in
            emulator.set(.stallBody(afterBytes: 10), on: .path("/job/invoice-2024-0117"))
            let job = try #require(JobID("invoice-2024-0117"))
            let sink = MemorySink(limit: 1 << 24)
            let first = Task { try await client.getJob(job, into: sink).status }
            while sink.bytes.count < 10 { await Task.yield() }
            let second = get(client, "annual-report-fy2024")
            while clock.sleepers == 0 { await Task.yield() }
            clock.advance(by: .seconds(1))
            #expect(await second.value == 200)
            #expect(scheduler.snapshot.silent == 1)
            emulator.clearFaults()
            #expect(try await first.value == 200)
            #expect(scheduler.snapshot == RequestScheduler.Snapshot(limit: 1))
        }
    }

    @Test("a body that comes slowly keeps its place")
    func slowBody() async throws {
        let clock = ManualClock()
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        try await with(scheduler) { (client, emulator) async throws in
            emulator.set(.drip(bytesPerSecond: 100), on: .path("/job/invoice-2024-0117"))
            let job = try #require(JobID("invoice-2024-0117"))
            let sink = MemorySink(limit: 1 << 24)
            let first = Task { try await client.getJob(job, into: sink) }
            while sink.bytes.isEmpty { await Task.yield() }
            let second = get(client, "annual-report-fy2024")
            while clock.sleepers == 0 { await Task.yield() }
            clock.advance(by: .milliseconds(999))
            let arrived = sink.bytes.count
            while sink.bytes.count == arrived { await Task.yield() }
            // The timer goes off, finds that bytes have come, and is set anew.
            clock.advance(by: .milliseconds(1))
            while clock.sleepers == 0, scheduler.snapshot.silent == 0 { await Task.yield() }
            #expect(scheduler.snapshot.silent == 0)
            #expect(scheduler.snapshot.queuedForeground == 1)
            first.cancel()
            #expect(await second.value == 200)
        }
    }

    @Test("a 429 halves the limit of the client's requests")
    func overload() async throws {
        let scheduler = RequestScheduler()
        try await with(scheduler) { (client, emulator) async throws in
            #expect(scheduler.snapshot.limit == 64)
            emulator.set(.status(429), on: .any)
            #expect(await get(client, "a").value == 429)
            #expect(scheduler.snapshot.limit == 32)
            emulator.clearFaults()
            #expect(await get(client, "invoice-2024-0117").value == 200)
            #expect(scheduler.snapshot.cuts == 1)
        }
    }

    @Test("a request that is cancelled while it waits fails as one that is cancelled under way")
    func cancelled() async throws {
        let scheduler = RequestScheduler(ceiling: 1, clock: ManualClock())
        try await with(scheduler) { (client, emulator) async throws in
            emulator.set(.stallBeforeHeaders, on: .any)
            let job = try #require(JobID("a"))
            let tasks = (1...2).map { _ in Task { try await client.get(.formPDF(job), into: MemorySink(limit: 1)) } }
            try await emulator.waitForStalled(1)
            while scheduler.snapshot.queuedForeground == 0 { await Task.yield() }
            for task in tasks { task.cancel() }
            for task in tasks {
                do {
                    _ = try await task.value
                    Issue.record("there was an answer")
                } catch let error as APIError {
                    #expect(error.cause == .transport(.cancelled))
                    #expect(error.request == "GET /results/a/pdf")
                }
            }
            #expect(emulator.requests().count == 1)
        }
    }
}
