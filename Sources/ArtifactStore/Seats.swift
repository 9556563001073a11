import Synchronization

/// A counting semaphore for tasks, first come, first served.
package final class Seats: Sendable {
    /// One seat, which is free again when this is released.
    package final class Seat: Sendable {
        private let seats: Seats

        fileprivate init(of seats: Seats) { self.seats = seats }

        deinit { seats.free() }
    }

    private struct State {
        var free: Int
        /// By ticket.
        var waiters: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        /// Tickets in the order in which they came to wait, those of waiters who have left since among them.
        var queue: [UInt64] = []
        /// Where the queue begins.
        var head = 0
        var last: UInt64 = 0

        mutating func next() -> CheckedContinuation<Bool, Never>? {
            while head < queue.count {
                let ticket = queue[head]
                head += 1
                if head > 1024, head > queue.count / 2 {
                    queue.removeFirst(head)
                    head = 0
                }
                if let waiter = waiters.removeValue(forKey: ticket) { return waiter }
            }
            (queue, head) = ([], 0)
            return nil
        }
    }

    private let state: Mutex<State>

    package init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

    /// Waits for a seat; leaves when cancelled, with nil.
    package func take() async -> Seat? {
        let ticket = ticket()
        let isTaken = await withTaskCancellationHandler {
            await withCheckedContinuation { enter(ticket, $0, isCancelled: { Task.isCancelled }) }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(returning: false)
        }
        return isTaken ? Seat(of: self) : nil
    }

    /// Waits for a seat, cancelled or not.
    func takeInAnyCase() async -> Seat {
        let ticket = ticket()
        _ = await withCheckedContinuation { enter(ticket, $0, isCancelled: { false }) }
        return Seat(of: self)
    }

    private func ticket() -> UInt64 {
        state.withLock { state in
            state.last &+= 1
            return state.last
        }
    }

    private func enter(_ ticket: UInt64, _ waiter: CheckedContinuation<Bool, Never>, isCancelled: () -> Bool) {
        let outcome = state.withLock { state -> Bool? in
            // The cancellation handler may have run before the waiter was here.
            if isCancelled() { return false }
            if state.free > 0 {
                state.free -= 1
                return true
            }
            state.waiters[ticket] = waiter
            state.queue.append(ticket)
            return nil
        }
        if let outcome { waiter.resume(returning: outcome) }
    }

    private func free() {
        let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            if let waiter = state.next() { return waiter }
            state.free += 1
            return nil
        }
        waiter?.resume(returning: true)
    }
}
