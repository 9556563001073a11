import PulseAPI
import Synchronization
import Testing

@testable import JobCache

@Suite("Flights")
struct FlightsTests {
    /// Opened once; waiting ends early when the task that waits is cancelled.
    private final class Gate: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func open() { continuation.finish() }
        func wait() async { for await _ in stream {} }
    }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        @discardableResult func next() -> Int { value.add(1, ordering: .relaxed).newValue }
    }

    private static func outcome(
        _ flights: Flights<String, Int>, _ key: String,
        _ work: @escaping @Sendable (Urgency) async throws(Failure) -> Int
    ) async -> Result<Int, Failure> {
        do throws(Failure) { return .success(try await flights.join(key, .foreground, work)) } catch {
            return .failure(error)
        }
    }

    @Test("whoever asks while work is under way joins it, and later work is new")
    func joined() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let started = Counter()
        // An immediate task runs up to its first wait before it is handed out, so all have joined before the gate opens.
        let readers = (0..<32).map { _ in
            Task.immediate {
                await Self.outcome(flights, "a") { _ throws(Failure) in
                    await gate.wait()
                    return started.next()
                }
            }
        }
        gate.open()
        for reader in readers { #expect(try await reader.value.get() == 1) }
        #expect(started.count == 1)
        #expect(try await flights.join("a") { _ throws(Failure) in started.next() } == 2)
    }

    @Test("work for different keys does not wait for each other")
    func keys() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let stuck = Task.immediate {
            await Self.outcome(flights, "stuck") { _ throws(Failure) in
                await gate.wait()
                return 1
            }
        }
        #expect(try await flights.join("free") { _ throws(Failure) in 2 } == 2)
        gate.open()
        #expect(try await stuck.value.get() == 1)
    }

    @Test("S5.3 a cancelled waiter leaves at once, and the work goes on for the others")
    func cancelled() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let started = Counter()
        let work: @Sendable (Urgency) async throws(Failure) -> Int = { _ throws(Failure) in
            started.next()
            await gate.wait()
            return 7
        }
        let leaving = Task.immediate { await Self.outcome(flights, "a", work) }
        let staying = Task.immediate { await Self.outcome(flights, "a", work) }
        leaving.cancel()
        let left = await leaving.value
        #expect(throws: Failure.self) { try left.get() }
        guard case .failure(let failure) = left else { return }
        #expect(failure.reason == .interrupted)
        gate.open()
        #expect(try await staying.value.get() == 7)
        #expect(started.count == 1)
    }

    @Test("S5.3 work goes on when its last waiter has left, and is joined by the next")
    func abandoned() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let started = Counter()
        let work: @Sendable (Urgency) async throws(Failure) -> Int = { _ throws(Failure) in
            started.next()
            await gate.wait()
            return 7
        }
        let leaving = Task.immediate { await Self.outcome(flights, "a", work) }
        leaving.cancel()
        _ = await leaving.value
        let next = Task.immediate { await Self.outcome(flights, "a", work) }
        gate.open()
        #expect(try await next.value.get() == 7)
        #expect(started.count == 1)
    }

    @Test("work that nobody waits for is a prefetch, until a reader joins it")
    func urgency() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let seen = Mutex<Urgency?>(nil)
        let work: @Sendable (Urgency) async throws(Failure) -> Int = { urgency throws(Failure) in
            seen.withLock { $0 = urgency }
            await gate.wait()
            return 7
        }
        let ahead = Task { try await flights.join("a", .prefetch, work) }
        while seen.withLock({ $0 }) == nil { await Task.yield() }
        #expect(seen.withLock { $0?.level } == .prefetch)
        let also = Task.immediate { try await flights.join("a", .prefetch, work) }
        #expect(seen.withLock { $0?.level } == .prefetch)
        let reader = Task.immediate { try await flights.join("a", .foreground, work) }
        #expect(seen.withLock { $0?.level } == .foreground)
        gate.open()
        for task in [ahead, also, reader] { #expect(try await task.value == 7) }
        #expect(try await flights.join("a") { urgency throws(Failure) in urgency.level == .foreground ? 1 : 0 } == 1)
    }

    @Test("a failure reaches everyone who waits, and the next one tries again")
    func failed() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let readers = (0..<4).map { _ in
            Task.immediate {
                await Self.outcome(flights, "a") { _ throws(Failure) in
                    await gate.wait()
                    throw Failure(.busy, "busy")
                }
            }
        }
        gate.open()
        for reader in readers {
            guard case .failure(let failure) = await reader.value else {
                Issue.record("no failure")
                continue
            }
            #expect(failure.reason == .busy)
        }
        #expect(try await flights.join("a") { _ throws(Failure) in 1 } == 1)
    }

    @Test("closing cancels what does not end within the grace, and begins nothing new")
    func closed() async throws {
        let flights = Flights<String, Int>()
        let gate = Gate()
        let reader = Task.immediate {
            await Self.outcome(flights, "a") { _ throws(Failure) in
                await gate.wait()
                throw Failure(.interrupted, "cancelled: \(Task.isCancelled)")
            }
        }
        await flights.close(grace: .zero)
        guard case .failure(let failure) = await reader.value else {
            Issue.record("no failure")
            return
        }
        #expect(failure.words == "cancelled: true")
        guard case .failure(let refusal) = await Self.outcome(flights, "b", { _ throws(Failure) in 1 }) else {
            Issue.record("work was begun")
            return
        }
        #expect(refusal.reason == .shuttingDown)
    }
}
