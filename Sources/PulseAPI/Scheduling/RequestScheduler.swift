import Synchronization
import Transfer

/// Decides when each request of a client is sent, so that no request waits for one that is less wanted, or stuck, and the
/// API is asked no more than it takes.
///
/// `RequestQueue` has the rules; here are those who wait, and the clock.
package final class RequestScheduler: Sendable {
    /// What goes on at one moment, in requests.
    package struct Snapshot: Sendable, Hashable {
        /// Sent and not yet answered whole.
        package let inFlight: Int
        /// Of these, those that were silent for so long that others go on in their place.
        package let silent: Int
        /// How many may be in flight without the silent ones.
        package let limit: Int
        /// How often the API has asked for fewer.
        package let cuts: Int
        package let queuedForeground: Int
        package let queuedPrefetch: Int

        package init(
            inFlight: Int = 0, silent: Int = 0, limit: Int = 0, cuts: Int = 0, queuedForeground: Int = 0,
            queuedPrefetch: Int = 0
        ) {
            self.inFlight = inFlight
            self.silent = silent
            self.limit = limit
            self.cuts = cuts
            self.queuedForeground = queuedForeground
            self.queuedPrefetch = queuedPrefetch
        }
    }

    private struct State {
        var queue: RequestQueue
        /// Resumed with true when the request may be sent, with false when its task was cancelled before that.
        var waiters: [RequestQueue.Ticket: CheckedContinuation<Bool, Never>] = [:]
        var lastTicket: UInt64 = 0
        /// There is one only while something waits.
        var timer: Task<Void, Never>?
        /// Tells a timer from those before it.
        var lastTimer: UInt64 = 0
    }

    /// Requests in flight at most, and at first. Over a round trip of 50 ms these are 1,280 requests a second, more than a copy
    /// of many small files asks for; and they fit into the 100 streams that an HTTP/2 connection should allow at least
    /// (RFC 9113, section 6.5.2).
    package static let ceiling = 64

    private let now: @Sendable () -> RequestQueue.Instant
    private let sleep: @Sendable (_ until: RequestQueue.Instant) async throws -> Void
    private let state: Mutex<State>
    private let received = Atomic<UInt64>(0)

    /// `clock` is what silence is measured by. One that stands still while the machine is suspended does not take that for
    /// the server's silence.
    package init<C: Clock<Duration>>(ceiling: Int = RequestScheduler.ceiling, clock: C = SuspendingClock()) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
        state = Mutex(State(queue: RequestQueue(ceiling: ceiling)))
    }

    /// Bytes of the bodies that have come so far, whatever became of them.
    package var receivedBytes: UInt64 { received.load(ordering: .relaxed) }

    package var snapshot: Snapshot { state.withLock { $0.queue.snapshot } }

    /// Waits for a place and holds it while `send` runs; the wait for the turn counts towards none of the request's time
    /// limits.
    ///
    /// Cancelling the task takes a request that waits out of the queue at once, and throws `.cancelled` as it does to one that
    /// is under way.
    func schedule(
        _ urgency: Urgency, _ send: (Place) async throws(TransferError) -> TransferResponse
    ) async throws(TransferError) -> TransferResponse {
        let ticket = nextTicket()
        urgency.observe(as: ticket.number) { [self] in update { $0.queue.raise(ticket) } }
        defer { urgency.forget(ticket.number) }
        guard await isAdmitted(ticket, urgency) else {
            throw TransferError(.cancelled, "The request was cancelled before it was sent.")
        }
        var outcome = RequestQueue.Outcome.other
        defer { update { $0.queue.end(ticket, outcome) } }
        let response = try await send(Place(scheduler: self, ticket: ticket))
        outcome = RequestQueue.Outcome(status: response.head.status)
        return response
    }

    private func nextTicket() -> RequestQueue.Ticket {
        state.withLock { state in
            state.lastTicket &+= 1
            return RequestQueue.Ticket(number: state.lastTicket)
        }
    }

    // MARK: Waiting

    private func isAdmitted(_ ticket: RequestQueue.Ticket, _ urgency: Urgency) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                // The cancellation handler may have run before the waiter was here.
                let isCancelled = update { state in
                    if Task.isCancelled { return true }
                    state.waiters[ticket] = waiter
                    state.queue.enter(ticket, urgency.level)
                    return false
                }
                if isCancelled { waiter.resume(returning: false) }
            }
        } onCancel: {
            let waiter = update { state in
                state.queue.withdraw(ticket) ? state.waiters.removeValue(forKey: ticket) : nil
            }
            waiter?.resume(returning: false)
        }
    }

    /// Takes in what has happened, and lets those go on that may now.
    @discardableResult
    private func update<Value: Sendable>(_ change: (inout State) -> Value) -> Value {
        let (value, admitted) = state.withLock { state in
            let value = change(&state)
            let admitted = state.queue.start(at: now()).compactMap { state.waiters.removeValue(forKey: $0) }
            setTimer(&state)
            return (value, admitted)
        }
        for waiter in admitted { waiter.resume(returning: true) }
        return value
    }

    // MARK: Time

    /// A timer that is set is never too late: what began or moved since then may lend its place only after it.
    private func setTimer(_ state: inout State) {
        guard let due = state.queue.nextLoan else {
            state.timer?.cancel()
            state.timer = nil
            return
        }
        guard state.timer == nil else { return }
        state.lastTimer &+= 1
        let number = state.lastTimer
        state.timer = Task {
            do { try await sleep(due) } catch { return }
            update { state in
                // It may have been replaced while it woke up.
                if state.lastTimer == number { state.timer = nil }
            }
        }
    }

    fileprivate func note(progressOf ticket: RequestQueue.Ticket) {
        state.withLock { $0.queue.move(ticket, at: now()) }
    }
}

extension RequestScheduler {
    /// What a request under way holds.
    struct Place: Sendable {
        fileprivate let scheduler: RequestScheduler
        fileprivate let ticket: RequestQueue.Ticket

        /// To be called whenever something of the answer has come: its head, or so many bytes of its body.
        func noteProgress(_ bytes: UInt64 = 0) {
            scheduler.received.add(bytes, ordering: .relaxed)
            scheduler.note(progressOf: ticket)
        }
    }
}

extension RequestQueue.Outcome {
    fileprivate init(status: Int) {
        let meaning = StatusMeaning(status)
        self = meaning.isOverload ? .overloaded : meaning.isKeepingUp ? .answered : .other
    }
}
