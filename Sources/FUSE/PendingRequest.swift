import CFuse
import Synchronization
import SystemPackage

/// A request whose answer is not known yet: it is answered exactly once, by its work or because its caller is dying.
///
/// `@unchecked Sendable`: the only unsendable part is libfuse's request handle. libfuse allows a reply from any thread,
/// the handle is touched only by whoever moved `state` out of `.waiting`, and no one does after that.
final class PendingRequest: @unchecked Sendable {
    private enum State {
        case waiting(Task<Void, Never>?)
        case answered
    }

    private let handle: fuse_req_t
    private let caller: Caller
    private let counters: OperationCounters
    private let state = Mutex<State>(.waiting(nil))
    private let finished: @Sendable (PendingRequest) -> Void

    /// `finished` is called once, after the reply.
    init(
        _ handle: fuse_req_t, caller: Caller, counters: OperationCounters,
        finished: @escaping @Sendable (PendingRequest) -> Void
    ) {
        self.handle = handle
        self.caller = caller
        self.counters = counters
        self.finished = finished
    }

    /// Runs the work as a task of this request and replies with what it finds.
    ///
    /// libfuse keeps an unowned pointer to this object until the reply, and the task owns the object until then.
    func start<Value: Sendable>(
        _ work: @escaping @Sendable () async throws(Errno) -> Value,
        reply: @escaping @Sendable (Replier, Value) -> Void
    ) {
        fuse_req_interrupt_func(handle, interruptCallback, Unmanaged.passUnretained(self).toOpaque())
        let task = Task {
            do throws(Errno) {
                let value = try await work()
                answer { reply($0, value) }
            } catch {
                answer { $0.fail(error) }
            }
        }
        let answered = state.withLock { state in
            guard case .waiting = state else { return true }
            state = .waiting(task)
            return false
        }
        // An interrupt was quicker than this line: nobody waits for the work any more.
        if answered { task.cancel() }
    }

    /// Replies if nobody has: later answers are dropped.
    private func answer(_ reply: (Replier) -> Void) {
        let mine = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .answered
            return true
        }
        guard mine else { return }
        // After this libfuse no longer knows the object; a callback under way has ended, as both take the request's lock.
        fuse_req_interrupt_func(handle, nil, nil)
        reply(Replier(handle))
        finished(self)
    }

    /// The session ends: the work is cancelled and its failure answers.
    func cancel() {
        let task = state.withLock { state -> Task<Void, Never>? in
            if case .waiting(let task) = state { return task }
            return nil
        }
        task?.cancel()
    }

    /// The caller got a signal (FUSE_INTERRUPT). Called under libfuse's lock of the request, so nothing is answered here.
    ///
    /// The kernel sends this once for a request: after a signal that does not end the caller, a later kill arrives only
    /// as a mask in /proc. So from the first interrupt on the caller is watched until the request is answered.
    fileprivate func interrupted() {
        counters.count(.interrupt)
        // A caller in a pid namespace that this process does not see: nobody can tell what its signal is, and most are not fatal.
        guard caller.thread != 0 else { return }
        Task {
            var unknownFor = Duration.zero
            while isWaiting {
                switch PendingSignals(thread: caller.thread) {
                case .some(let signals) where signals.isFatal: return leave()
                case .some: unknownFor = .zero
                // Gone, or about to be: after a grace the caller is taken to be dying.
                case .none: unknownFor += Self.watchInterval
                }
                if unknownFor >= Self.grace { return leave() }
                try? await Task.sleep(for: Self.watchInterval)
            }
        }
    }

    private var isWaiting: Bool {
        state.withLock { if case .waiting = $0 { true } else { false } }
    }

    private func leave() {
        cancel()
        answer { $0.fail(.interrupted) }
    }

    private static let watchInterval = Duration.milliseconds(40)
    private static let grace = Duration.milliseconds(120)
}

private func interruptCallback(_: fuse_req_t?, _ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<PendingRequest>.fromOpaque(context).takeUnretainedValue().interrupted()
}
