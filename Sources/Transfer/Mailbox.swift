import Dispatch
import Synchronization

/// Hands commands from any thread to the engine's thread, and tells when that thread has ended.
///
/// The lock is held for a few instructions and for curl_multi_wakeup(3), which does not block.
final class Mailbox: Sendable {
    enum Command: Sendable {
        case start(TransferOrder)
        case resume(TransferID)
        case cancel(TransferID)
        case shutDown
    }

    private struct State {
        var commands: [Command] = []
        /// Nil before the engine's thread has made it, and once closed. Dropped under the lock, so that no wake-up can reach a handle
        /// that is being freed.
        var multi: MultiHandle?
        /// Why nothing is taken any more; nil while it is.
        var ending: TransferError?
        var exitWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// Signalled for a command that finds no handle to wake.
    private let arrival = DispatchSemaphore(value: 0)

    /// From now on a command wakes whoever polls `multi`. What was left before is there to be collected.
    func attach(_ multi: MultiHandle) { state.withLock { $0.multi = multi } }

    /// Leaves a command and wakes the engine. Returns false, and drops the command, once the mailbox is closed.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard state.ending == nil else { return false }
            state.commands.append(command)
            // One wake-up lasts until the engine collects.
            if state.commands.count == 1 { wake(state) }
            return true
        }
    }

    private func wake(_ state: borrowing State) {
        if let multi = state.multi { multi.wakeUp() } else { arrival.signal() }
    }

    /// For a thread that has no handle to poll, for this reason: fails what has been left. True when it is to end; else there may be
    /// something anew when this returns, for which it is worth to try again.
    func refuse(_ error: TransferError) -> Bool {
        for command in collect() {
            switch command {
            case .start(let order): order.continuation.resume(returning: .failure(error))
            case .shutDown:
                close(.shutDown)
                return true
            case .resume, .cancel: break
            }
        }
        arrival.wait()
        return false
    }

    /// Takes what has been left, in order.
    func collect() -> [Command] {
        state.withLock { state in
            guard !state.commands.isEmpty else { return [] }
            defer { state.commands.removeAll() }
            return state.commands
        }
    }

    /// Why commands are refused; nil while they are not.
    var ending: TransferError? { state.withLock { $0.ending } }

    /// Refuses commands from now on, and orders fail as `ending` says: those that were left since the last collection, too.
    func close(_ ending: TransferError) {
        for case .start(let order) in closed(ending) { order.continuation.resume(returning: .failure(ending)) }
    }

    private func closed(_ ending: TransferError) -> [Command] {
        state.withLock { state in
            state.multi = nil
            state.ending = ending
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Lets everyone go on who waits for the end. To be called last, after `close`.
    func reportExit() {
        let waiters = state.withLock { state in
            defer { state.exitWaiters = [] }
            return state.exitWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Asks the engine to end and returns when it has.
    func shutDown() async {
        await withCheckedContinuation { continuation in
            let isWaiting = state.withLock { state in
                guard state.ending == nil else { return false }
                state.commands.append(.shutDown)
                state.exitWaiters.append(continuation)
                wake(state)
                return true
            }
            if !isWaiting { continuation.resume() }
        }
    }
}
