import ArtifactStore
import JobCacheTestSupport
import PulseAPI
import Synchronization
import Testing

@testable import JobCache

/// Watches over an API that says what the test wants, by a clock that stands still.
private final class WatchRig: Sendable {
    let clock = StillClock()
    let id = JobID("a") ?? { preconditionFailure("an id") }()
    private let answer = Mutex<Result<String, Failure>>(.success("pending"))
    private let state = Mutex((asked: 0, status: StatusClock?.none, job: Job?.none))
    private let held = Mutex<JobWatches?>(nil)

    var asked: Int { state.withLock { $0.asked } }

    func say(_ status: String) { answer.withLock { $0 = .success(status) } }
    func fail(_ failure: Failure) { answer.withLock { $0 = .failure(failure) } }
    /// The job has been shown before.
    func know() { state.withLock { $0.job = job("pending") } }

    private func job(_ status: String) -> Job {
        let facts = StoredJob(
            origin: "http://127.0.0.1", id: id.text, status: status, isTerminal: JobPhase(status: status).isTerminal,
            createdAt: nil, updatedAt: nil, checkedAt: APITime.now,
            statusDocument: Array(#"{"status":"\#(status)"}"#.utf8), explanation: nil, largeResultURL: nil)
        return Job(ordinal: JobOrdinal(1), id: id, facts: facts, artifacts: [])
    }

    private func ask() throws(Failure) -> Job {
        let outcome = answer.withLock { $0 }
        let now = clock.now
        state.withLock { $0.asked += 1 }
        let answered = job(try outcome.get())
        state.withLock { state in
            let hasChanged = state.job?.status != answered.status
            state.job = answered
            state.status = state.status ?? StatusClock(checkedAt: now)
            state.status?.answered(changed: hasChanged, at: now)
        }
        held.withLock { $0 }?.answered(answered)
        return answered
    }

    func with(_ body: (JobWatches) async throws -> Void) async throws {
        let watches = JobWatches(
            JobWatches.Ground(
                now: { self.clock.now }, sleep: { try await self.clock.sleep(until: $0) },
                known: { _ in self.state.withLock { $0.job } },
                freshness: { _ in self.state.withLock { $0.status?.remaining(at: self.clock.now) ?? .zero } },
                ask: { _ throws(Failure) in try self.ask() }))
        held.withLock { $0 = watches }
        try await body(watches)
        held.withLock { $0 = nil }
        await watches.close()
    }

    /// The clock goes on by each of these in turn, as soon as someone sleeps for so long; before the last time the API comes
    /// to say something else.
    func pass(_ intervals: [Double], thenSay status: String? = nil) async {
        for (number, interval) in intervals.enumerated() {
            await clock.waitForSleeper(of: .seconds(interval))
            if let status, number == intervals.count - 1 { say(status) }
            clock.advance(by: .seconds(interval))
        }
    }
}

private final class CountingPoller: StatusPoller {
    private let woken = Mutex((count: 0, waiter: CheckedContinuation<Void, Never>?.none))

    func wake() {
        woken.withLock { woken -> CheckedContinuation<Void, Never>? in
            woken.count += 1
            defer { woken.waiter = nil }
            return woken.waiter
        }?.resume()
    }

    var count: Int { woken.withLock { $0.count } }

    func waitUntilWoken() async {
        await withCheckedContinuation { waiter in
            let isWoken = woken.withLock { woken in
                if woken.count > 0 { return true }
                woken.waiter = waiter
                return false
            }
            if isWoken { waiter.resume() }
        }
    }
}

@Suite("Job watches", .timeLimit(.minutes(2)))
struct JobWatchesTests {
    private let rig = WatchRig()
    private let patience = Duration.seconds(3600)

    private func outcome(_ watches: JobWatches, patience: Duration? = nil) async -> Result<Job, Failure> {
        do throws(Failure) {
            return .success(try await watches.untilEnded(rig.id, patience: patience ?? self.patience))
        } catch {
            return .failure(error)
        }
    }

    /// Waits until so many wait.
    private func waiters(_ count: Int, _ watches: JobWatches) async {
        while watches.counts.waiters != count { await Task.yield() }
    }

    @Test("S6.1, S6.2: a thousand who wait for one job cause the polls of one, and all are told how it ended")
    func thousand() async throws {
        try await rig.with { (watches) async throws in
            try await withThrowingTaskGroup(of: Result<Job, Failure>.self) { group in
                for _ in 1...1000 { group.addTask { await outcome(watches) } }
                await waiters(1000, watches)
                await rig.pass([1, 1.5, 2.25, 3.375], thenSay: "completed")
                for try await result in group { #expect(try result.get().phase == .completed) }
            }
            #expect(rig.asked == 5)
            #expect(watches.counts == (0, 0))
        }
    }

    @Test("S6.1 nobody waits any more: nobody is asked any more")
    func deserted() async throws {
        try await rig.with { (watches) async throws in
            let waiting = Task { await outcome(watches) }
            await rig.pass([1])
            await rig.clock.waitForSleeper(of: .seconds(1.5))
            waiting.cancel()
            guard case .failure(let failure) = await waiting.value, failure.reason == .interrupted else {
                Issue.record("not interrupted")
                return
            }
            while watches.counts.jobs != 0 { await Task.yield() }
            #expect(rig.clock.sleepers == 0)
            #expect(rig.asked == 2)
        }
    }

    @Test("one who leaves takes nothing from the others")
    func oneLeaves() async throws {
        try await rig.with { (watches) async throws in
            let leaving = Task { await outcome(watches) }
            let staying = Task { await outcome(watches) }
            await waiters(2, watches)
            leaving.cancel()
            _ = await leaving.value
            await rig.pass([1], thenSay: "failed")
            #expect(try await staying.value.get().phase == .failed)
        }
    }

    @Test("a job that has ended already is not asked about")
    func endedBefore() async throws {
        rig.say("canceled")
        try await rig.with { (watches) async throws in
            #expect(try await outcome(watches).get().phase == .canceled)
            #expect(try await outcome(watches).get().phase == .canceled)
            #expect(rig.asked == 1)
        }
    }

    @Test("S6.2 an API out of reach is asked again until patience ends: then it is a timeout")
    func outOfReach() async throws {
        rig.fail(Failure(.refused, "no server"))
        try await rig.with { (watches) async throws in
            let waiting = Task { await outcome(watches, patience: .seconds(4)) }
            // 1 and 1.5 by the clock, then the rest of the four seconds.
            await rig.pass([1, 1.5, 1.5])
            guard case .failure(let failure) = await waiting.value, failure.reason == .timedOut else {
                Issue.record("not timed out")
                return
            }
            #expect(rig.asked == 3)
        }
    }

    @Test("an API that comes back in time is as if it had never been away")
    func backInTime() async throws {
        rig.fail(Failure(.timedOut, "no answer"))
        try await rig.with { (watches) async throws in
            let waiting = Task { await outcome(watches, patience: .seconds(4)) }
            await rig.pass([1, 1.5], thenSay: "processing")
            await rig.pass([1, 1.5, 2.25, 3.375, 5.0625], thenSay: "completed")
            #expect(try await waiting.value.get().phase == .completed)
        }
    }

    @Test(
        "what the API refuses, or does not know, is said at once",
        arguments: [Failure.Reason.forbidden, .keyRefused, .noKey, .badName, .notFound, .gone, .paymentRequired])
    func hopeless(reason: Failure.Reason) async throws {
        rig.fail(Failure(reason, "no"))
        try await rig.with { (watches) async throws in
            guard case .failure(let failure) = await outcome(watches) else {
                Issue.record("no failure")
                return
            }
            #expect(failure.reason == reason)
            #expect(rig.asked == 1)
        }
    }

    @Test("S5.2 a job that was there and is not found may be found again")
    func missing() async throws {
        rig.know()
        rig.fail(Failure(.notFound, "404"))
        try await rig.with { (watches) async throws in
            let waiting = Task { await outcome(watches) }
            await rig.pass([1, 1.5], thenSay: "completed")
            #expect(try await waiting.value.get().phase == .completed)
        }
    }

    @Test("S6.2 whoever polls is woken by every answer, changed or not, and once for each time they came")
    func pollers() async throws {
        try await rig.with { (watches) async throws in
            let first = CountingPoller()
            watches.wake(first, withNextAnswerAbout: rig.id)
            await first.waitUntilWoken()
            #expect(first.count == 1)
            // Nobody came again: nobody is asked again.
            while watches.counts.jobs != 0 { await Task.yield() }
            #expect(rig.asked == 1)
            let second = CountingPoller()
            watches.wake(second, withNextAnswerAbout: rig.id)
            await rig.pass([1], thenSay: "failed")
            await second.waitUntilWoken()
            #expect((first.count, second.count) == (1, 1))
            #expect(rig.asked == 2)
        }
    }

    @Test("S6.2 whoever polls is woken when the API cannot be asked, so that one who has gone is not kept")
    func pollerInTrouble() async throws {
        rig.know()
        rig.fail(Failure(.refused, "no server"))
        try await rig.with { (watches) async throws in
            let poller = CountingPoller()
            watches.wake(poller, withNextAnswerAbout: rig.id)
            await poller.waitUntilWoken()
            while watches.counts.jobs != 0 { await Task.yield() }
            #expect(rig.asked == 1)
        }
    }

    @Test("who waits when everything ends is told so")
    func closing() async throws {
        try await rig.with { (watches) async throws in
            let waiting = Task { await outcome(watches) }
            await waiters(1, watches)
            await watches.close()
            guard case .failure(let failure) = await waiting.value else {
                Issue.record("no failure")
                return
            }
            #expect(failure.reason == .shuttingDown)
            guard case .failure(let late) = await outcome(watches) else {
                Issue.record("no failure")
                return
            }
            #expect(late.reason == .shuttingDown)
        }
    }
}
