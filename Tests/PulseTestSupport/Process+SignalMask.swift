import Foundation

extension Process {
    /// `run()`, with no signal blocked in the child.
    ///
    /// A child inherits the mask of the thread that starts it, and the threads that run tasks block nearly every signal:
    /// the child could not be interrupted or terminated.
    func runUnmasked() throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
