import CCurl
import Glibc

/// Starts a thread of its own for work that blocks, so that no cooperative thread has to.
enum DedicatedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs `body` on a new, detached thread. Returns 0, or the error of pthread_create(3).
    ///
    /// Every signal is blocked there: signals are for the threads that expect them, and the SIGPIPE that a TLS library
    /// raises on a closed socket then goes nowhere.
    /// - Parameter name: at most 15 bytes, as shown by top(1) and gdb(1).
    static func start(named name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let retained = Unmanaged.passRetained(Body(body))
        var blocked = sigset_t()
        var previous = sigset_t()
        sigfillset(&blocked)
        pthread_sigmask(SIG_SETMASK, &blocked, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

        var thread = pthread_t()
        let result = pthread_create(&thread, nil, entry, retained.toOpaque())
        if result == 0 {
            pulse_name_thread(thread, name)
            pthread_detach(thread)
        } else {
            retained.release()
        }
        return result
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        if let context {
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        }
        return nil
    }
}
