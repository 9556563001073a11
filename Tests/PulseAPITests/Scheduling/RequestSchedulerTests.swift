import PulseTestSupport
import Synchronization
import Testing
import Transfer

@testable import PulseAPI

@Suite("Request scheduler", .timeLimit(.minutes(1)))
struct RequestSchedulerTests {
    /// A request that is under way until it is told to end.
    private final class Request: Sendable {
        private struct State {
            var place: RequestScheduler.Place?
            var end: CheckedContinuation<Int, Never>?
            var status: Int?
        }

        private let state = Mutex(State())

        var hasStarted: Bool { state.withLock { $0.place != nil } }

        func send(_ place: RequestScheduler.Place) async throws(TransferError) -> TransferResponse {
            state.withLock { $0.place = place }
            let status = await withCheckedContinuation { continuation in
                let status = state.withLock { state in
                    if state.status == nil { state.end = continuation }
                    return state.status
                }
                if let status { continuation.resume(returning: status) }
            }
            return TransferResponse(
                head: ResponseHead(status: status, httpVersion: .http11, fields: [:]), errorBody: [])
        }

        func move() { state.withLock { $0.place }?.noteProgress() }

        /// Does nothing to one that was told already.
        func end(_ status: Int = 200) {
            let end = state.withLock { state in
                if state.status == nil { state.status = status }
                defer { state.end = nil }
                return state.end
            }
            end?.resume(returning: status)
        }
    }

    private struct Sent {
        let request: Request
        let task: Task<Int, any Error>
    }

    private let clock = ManualClock()

    private func until(_ isTrue: () -> Bool) async {
        while !isTrue(), !Task.isCancelled { await Task.yield() }
    }

    /// Returns when it has started or waits.
    private func send(_ scheduler: RequestScheduler, _ urgency: Urgency = .foreground) async -> Sent {
        let before = scheduler.snapshot
        let request = Request()
        let task = Task { try await scheduler.schedule(urgency, request.send).head.status }
        await until {
            let now = scheduler.snapshot
            return request.hasStarted
                || now.queuedForeground + now.queuedPrefetch > before.queuedForeground + before.queuedPrefetch
        }
        return Sent(request: request, task: task)
    }

    /// Ends them all; each must have come to its own end exactly once.
    private func finish(_ scheduler: RequestScheduler, _ requests: [Sent]) async throws {
        for sent in requests { sent.request.end() }
        for sent in requests { #expect(try await sent.task.value == 200) }
        await until { scheduler.snapshot.inFlight == 0 }
        #expect(scheduler.snapshot.queuedForeground + scheduler.snapshot.queuedPrefetch == 0)
        await until { clock.sleepers == 0 }
    }

    @Test("a request waits for its turn, and its urgency may be raised meanwhile, before it waits too")
    func raising() async throws {
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        let running = await send(scheduler)
        let first = await send(scheduler, Urgency(.prefetch))
        let urgency = Urgency(.prefetch)
        let second = await send(scheduler, urgency)
        #expect(scheduler.snapshot.queuedPrefetch == 2)
        urgency.raise()
        #expect(scheduler.snapshot.queuedForeground == 1)
        // Raised already.
        let third = await send(scheduler, urgency)
        #expect(scheduler.snapshot.queuedForeground == 2)
        running.request.end()
        await until { second.request.hasStarted }
        #expect(!first.request.hasStarted)
        second.request.end()
        await until { third.request.hasStarted }
        third.request.end()
        await until { first.request.hasStarted }
        try await finish(scheduler, [running, first, second, third])
    }

    @Test("a shared urgency raises all that wait with it, and is of no more interest to those that have ended")
    func shared() async throws {
        let scheduler = RequestScheduler(ceiling: 2, clock: clock)
        let urgency = Urgency(.prefetch)
        let running = await send(scheduler, urgency)
        let waiting = [await send(scheduler, urgency), await send(scheduler, urgency)]
        #expect(scheduler.snapshot.queuedPrefetch == 2)
        running.request.end()
        _ = try await running.task.value
        await until { waiting[0].request.hasStarted }
        urgency.raise()
        await until { waiting[1].request.hasStarted }
        try await finish(scheduler, [running] + waiting)
    }

    @Test("the statuses of answers steer the limit", arguments: [(429, 4), (503, 4), (200, 8), (404, 8), (500, 8)])
    func statuses(status: Int, limit: Int) async throws {
        let scheduler = RequestScheduler(ceiling: 8, clock: clock)
        let requests = [await send(scheduler), await send(scheduler)]
        for sent in requests { sent.request.end(status) }
        for sent in requests { #expect(try await sent.task.value == status) }
        await until { scheduler.snapshot.inFlight == 0 }
        #expect(scheduler.snapshot.limit == limit)
        #expect(scheduler.snapshot.cuts == (limit == 8 ? 0 : 1))
    }

    @Test("a success brings places back, and no other end does")
    func growth() async throws {
        let scheduler = RequestScheduler(ceiling: 2, clock: clock)
        for (status, limit) in [(429, 1), (500, 1), (200, 2)] {
            let sent = await send(scheduler)
            sent.request.end(status)
            _ = try await sent.task.value
            #expect(scheduler.snapshot.limit == limit)
        }
    }

    @Test("a timer exists while something waits, and lends the place of a silent request when a second is over")
    func timer() async throws {
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        let stuck = await send(scheduler)
        clock.advance(by: .milliseconds(500))
        #expect(clock.sleepers == 0)
        let next = await send(scheduler)
        await until { clock.sleepers == 1 }
        // It moves: the timer goes off for nothing, and is set anew.
        stuck.request.move()
        clock.advance(by: .milliseconds(500))
        await until { clock.sleepers == 1 }
        #expect(!next.request.hasStarted)
        clock.advance(by: .milliseconds(500))
        await until { next.request.hasStarted }
        await until { clock.sleepers == 0 }
        #expect(scheduler.snapshot.silent == 1)
        let last = await send(scheduler)
        await until { clock.sleepers == 1 }
        // The place that it lent is not there to be given again.
        stuck.request.end()
        #expect(try await stuck.task.value == 200)
        #expect(!last.request.hasStarted)
        next.request.end()
        await until { last.request.hasStarted }
        try await finish(scheduler, [stuck, next, last])
    }

    @Test("a place of a request that has been silent for long is there at once")
    func atOnce() async throws {
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        let stuck = await send(scheduler)
        clock.advance(by: .seconds(1))
        let next = await send(scheduler)
        await until { next.request.hasStarted }
        #expect(clock.sleepers == 0)
        try await finish(scheduler, [stuck, next])
    }

    @Test("a task that is cancelled leaves the queue at once, and its turn goes to the next")
    func cancelled() async throws {
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        let running = await send(scheduler)
        let leaving = await send(scheduler)
        let prefetch = await send(scheduler, Urgency(.prefetch))
        let staying = await send(scheduler)
        for sent in [leaving, prefetch] {
            sent.task.cancel()
            do {
                _ = try await sent.task.value
                Issue.record("it was sent")
            } catch let error as TransferError {
                #expect(error.code == .cancelled)
            }
            #expect(!sent.request.hasStarted)
        }
        #expect(scheduler.snapshot.queuedForeground == 1)
        #expect(scheduler.snapshot.queuedPrefetch == 0)
        staying.task.cancel()
        await #expect(throws: TransferError.self) { try await staying.task.value }
        await until { clock.sleepers == 0 }
        try await finish(scheduler, [running])
    }

    @Test("a task that is cancelled from the outset is never sent")
    func cancelledBefore() async throws {
        let scheduler = RequestScheduler(ceiling: 1, clock: clock)
        let request = Request()
        request.end()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await scheduler.schedule(.foreground, request.send).head.status
        }
        task.cancel()
        await #expect(throws: TransferError.self) { try await task.value }
        #expect(!request.hasStarted)
        #expect(scheduler.snapshot == RequestScheduler.Snapshot(limit: 1))
    }

    @Test("under random coming, leaving, raising and ending each request ends once and no place is lost")
    func storm() async throws {
        let scheduler = RequestScheduler(ceiling: 4, clock: clock)
        var random = SeededGenerator(seed: 7)
        var all: [(sent: Sent, urgency: Urgency)] = []
        for _ in 0..<400 {
            let urgency = Urgency(Bool.random(using: &random) ? .prefetch : .foreground)
            let request = Request()
            let task = Task { try await scheduler.schedule(urgency, request.send).head.status }
            all.append((Sent(request: request, task: task), urgency))
            let other = all[Int.random(in: 0..<all.count, using: &random)]
            switch Int.random(in: 0..<5, using: &random) {
            case 0: other.sent.task.cancel()
            case 1: other.urgency.raise()
            case 2: other.sent.request.end([200, 429, 500].randomElement(using: &random) ?? 200)
            case 3: other.sent.request.move()
            default: clock.advance(by: .milliseconds(300))
            }
            await Task.yield()
        }
        for one in all { one.sent.request.end() }
        for one in all { _ = try? await one.sent.task.value }
        await until { scheduler.snapshot.inFlight == 0 && clock.sleepers == 0 }
        #expect(scheduler.snapshot.silent == 0)
        // As many start at once as there are places.
        let limit = scheduler.snapshot.limit
        var last: [Sent] = []
        for _ in 0..<(limit + 1) { last.append(await send(scheduler)) }
        #expect(scheduler.snapshot.inFlight == limit)
        #expect(scheduler.snapshot.queuedForeground == 1)
        try await finish(scheduler, last)
    }
}
