package import PulseAPI
import Synchronization

/// Who sleeps until the status of a job changes. Being woken for nothing must be harmless.
package protocol StatusPoller: AnyObject, Sendable {
    func wake()
}

/// Everybody who waits for jobs: one loop a job, however many wait for it, and none for a job that nobody waits for.
///
/// `StatusWatch` decides. The API is asked by the same way as for those who look, so that a poll serves both.
package final class JobWatches: CatalogObserver {
    fileprivate typealias Waiter = CheckedContinuation<Result<Job, Failure>, Never>

    fileprivate struct Entry {
        var watch = StatusWatch()
        var waiters: [UInt64: Waiter] = [:]
        var pollers: [any StatusPoller] = []
        var nap: Task<Void, Never>?
        /// Why the API gave no answer to use the last time.
        var trouble: Failure?
    }

    /// What the loops stand on.
    package struct Ground: Sendable {
        let now: @Sendable () -> ContinuousClock.Instant
        let sleep: @Sendable (ContinuousClock.Instant) async throws -> Void
        /// What is known of a job, from memory or the index.
        let known: @Sendable (JobID) -> Job?
        /// How much longer that may be shown; zero for a job that is not known.
        let freshness: @Sendable (JobID) -> Duration
        let ask: @Sendable (JobID) async throws(Failure) -> Job
        /// Told when a loop begins, and when it ends.
        var attend: @Sendable (JobID, _ isAttended: Bool) -> Void = { _, _ in }

        package init(
            now: @escaping @Sendable () -> ContinuousClock.Instant,
            sleep: @escaping @Sendable (ContinuousClock.Instant) async throws -> Void,
            known: @escaping @Sendable (JobID) -> Job?, freshness: @escaping @Sendable (JobID) -> Duration,
            ask: @escaping @Sendable (JobID) async throws(Failure) -> Job,
            attend: @escaping @Sendable (JobID, _ isAttended: Bool) -> Void = { _, _ in }
        ) {
            (self.now, self.sleep, self.known) = (now, sleep, known)
            (self.freshness, self.ask, self.attend) = (freshness, ask, attend)
        }
    }

    fileprivate struct State {
        var entries: [JobID: Entry] = [:]
        var loops: [JobID: Task<Void, Never>] = [:]
        var nextTicket: UInt64 = 0
        var isClosed = false
    }

    private let ground: Ground
    private let state = Mutex(State())

    package init(_ ground: Ground) { self.ground = ground }

    // MARK: Waiting

    /// The job when it has ended. `patience` is how long the API may be out of reach before the waiting ends with
    /// `Failure.Reason.timedOut`.
    ///
    /// What the API refuses, or does not know, is thrown as it is. A waiter that is cancelled leaves with
    /// `Failure.Reason.interrupted`, and the last one takes the polling along.
    package func untilEnded(_ id: JobID, patience: Duration) async throws(Failure) -> Job {
        if let known = ground.known(id), known.phase.isTerminal { return known }
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            return state.nextTicket
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in enter(id, ticket, waiter, patience) }
        } onCancel: {
            leave(id, ticket)
        }
        return try outcome.get()
    }

    private func enter(_ id: JobID, _ ticket: UInt64, _ waiter: Waiter, _ patience: Duration) {
        let now = ground.now()
        let refusal: Failure? = state.withLock { state in
            // The cancellation handler may have run before the waiter was here.
            if Task.isCancelled { return Self.left }
            if state.isClosed { return Self.closed }
            var entry = state.entries[id] ?? Entry()
            entry.waiters[ticket] = waiter
            let begins = entry.watch.waiterCame(ticket, patience: patience, at: now)
            state.entries[id] = entry
            if begins { begin(id, &state) }
            return nil
        }
        if let refusal { waiter.resume(returning: .failure(refusal)) }
    }

    private func leave(_ id: JobID, _ ticket: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.entries[id]?.waiters.removeValue(forKey: ticket) else { return nil }
            if state.entries[id]?.watch.waiterLeft(ticket) == true { state.entries[id]?.nap?.cancel() }
            return waiter
        }
        waiter?.resume(returning: .failure(Self.left))
    }

    /// Wakes `poller` once: with the next answer about the job, or when it has ended.
    package func wake(_ poller: any StatusPoller, withNextAnswerAbout id: JobID) {
        let now = ground.now()
        state.withLock { state in
            guard !state.isClosed else { return }
            var entry = state.entries[id] ?? Entry()
            entry.pollers.append(poller)
            let begins = entry.watch.pollerCame(at: now)
            state.entries[id] = entry
            if begins { begin(id, &state) }
        }
    }

    private func begin(_ id: JobID, _ state: inout State) {
        state.loops[id] = Task {
            ground.attend(id, true)
            await follow(id)
            ground.attend(id, false)
        }
    }

    /// Takes in an answer of the API, whoever asked. Call it when the job is shown as it is now, holding no lock.
    package func answered(_ job: Job) {
        let (waiters, pollers) = state.withLock { state -> ([Waiter], [any StatusPoller]) in
            guard var entry = state.entries[job.id] else { return ([], []) }
            defer { state.entries[job.id] = entry }
            entry.watch.answered()
            entry.trouble = nil
            let pollers = entry.pollers
            entry.pollers = []
            guard job.phase.isTerminal else { return ([], pollers) }
            entry.nap?.cancel()
            return (entry.take(entry.watch.ended()), pollers)
        }
        for waiter in waiters { waiter.resume(returning: .success(job)) }
        for poller in pollers { poller.wake() }
    }

    /// How many jobs are polled, and how many wait for their ends.
    package var counts: (jobs: Int, waiters: Int) {
        state.withLock { ($0.entries.count, $0.entries.values.reduce(0) { $0 + $1.waiters.count }) }
    }

    /// Why the API gave no answer to use the last time that it was asked for those who wait for a job; nil when it did.
    package func trouble(with id: JobID) -> Failure? { state.withLock { $0.entries[id]?.trouble } }

    // MARK: The loop

    private func follow(_ id: JobID) async {
        while true {
            let freshFor = ground.freshness(id)
            let now = ground.now()
            var trouble: Failure?
            let (step, lost) = state.withLock { state -> (StatusWatch.Step, [Waiter]) in
                guard var entry = state.entries[id], !state.isClosed else { return (.stop, state.forget(id)) }
                let step = entry.watch.next(at: now, freshFor: freshFor)
                var lost: [Waiter] = []
                if case .giveUp(let tickets) = step { lost = entry.take(tickets) }
                trouble = entry.trouble
                state.entries[id] = entry
                if step == .stop { _ = state.forget(id) }
                return (step, lost)
            }
            switch step {
            case .stop:
                for waiter in lost { waiter.resume(returning: .failure(Self.closed)) }
                return
            case .rest(let until): await rest(id, until)
            case .giveUp:
                let failure = Failure(
                    .timedOut,
                    "the API could not be asked about job \(id) for as long as it may be waited for: "
                        + (trouble?.words ?? "it did not answer"))
                for waiter in lost { waiter.resume(returning: .failure(failure)) }
            case .ask: await ask(id)
            }
        }
    }

    /// Sleeps until then, or until nobody waits for it.
    private func rest(_ id: JobID, _ until: ContinuousClock.Instant) async {
        let nap = Task { [ground] in _ = try? await ground.sleep(until) }
        let isOver = state.withLock { state in
            state.entries[id]?.nap = nap
            // It may have become pointless since it was decided.
            return state.isClosed || state.entries[id]?.isDeserted ?? true
        }
        if isOver { nap.cancel() }
        await nap.value
        state.withLock { $0.entries[id]?.nap = nil }
    }

    private func ask(_ id: JobID) async {
        do throws(Failure) {
            let job = try await ground.ask(id)
            // Known already: then nobody has told of it.
            if job.phase.isTerminal { answered(job) } else { looked(id) }
        } catch {
            let isHopeless = !error.mayPass(isKnown: ground.known(id) != nil)
            let now = ground.now()
            let (waiters, pollers) = state.withLock { state -> ([Waiter], [any StatusPoller]) in
                guard var entry = state.entries[id] else { return ([], []) }
                defer { state.entries[id] = entry }
                let pollers = entry.pollers
                entry.pollers = []
                if isHopeless { return (entry.take(entry.watch.ended()), pollers) }
                entry.watch.failed(retryAfter: error.retryAfter, at: now)
                entry.trouble = error
                return ([], pollers)
            }
            for waiter in waiters { waiter.resume(returning: .failure(error)) }
            for poller in pollers { poller.wake() }
        }
    }

    /// There was no other answer to be had: who polls is told, and comes again for more.
    private func looked(_ id: JobID) {
        let pollers = state.withLock { state -> [any StatusPoller] in
            guard var entry = state.entries[id] else { return [] }
            defer { state.entries[id] = entry }
            entry.watch.looked()
            let pollers = entry.pollers
            entry.pollers = []
            return pollers
        }
        for poller in pollers { poller.wake() }
    }

    /// Ends all waiting.
    func close() async {
        let (loops, waiters) = state.withLock { state in
            state.isClosed = true
            let waiters = state.entries.values.flatMap(\.waiters.values)
            for entry in state.entries.values { entry.nap?.cancel() }
            state.entries = [:]
            return (Array(state.loops.values), waiters)
        }
        for waiter in waiters { waiter.resume(returning: .failure(Self.closed)) }
        for loop in loops {
            loop.cancel()
            await loop.value
        }
    }

    private static let left = Failure(.interrupted, "the reader left")
    private static let closed = Failure(.shuttingDown, "the mount is ending")
}

extension JobWatches.Entry {
    var isDeserted: Bool { waiters.isEmpty && pollers.isEmpty }

    mutating func take(_ tickets: Set<UInt64>) -> [JobWatches.Waiter] {
        tickets.compactMap { waiters.removeValue(forKey: $0) }
    }
}

extension JobWatches.State {
    /// Returns who still waits.
    mutating func forget(_ id: JobID) -> [JobWatches.Waiter] {
        loops[id] = nil
        return (entries.removeValue(forKey: id)?.waiters.values).map(Array.init) ?? []
    }
}
