import CProcess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Keeps the key out of what others may see of a process.
package enum Secrecy {
    /// The variable that holds the key.
    package static let keyVariable = "PULSE_API_KEY"
    /// The variable that may hold the secret of a store.
    package static let storeSecretVariable = "PULSEFS_STORE_SECRET"

    /// For every command, as some go on for hours: the key is known to `Surroundings.process` from now on, and is neither in
    /// the environment, nor in that of any program that is started, nor in a core. To be called before there are other threads.
    package static func begin() {
        _ = Surroundings.process
        forget(variable: keyVariable)
        forget(variable: storeSecretVariable)
        forbidCores()
    }

    /// Leaves no core when the process crashes, as the key would be in it. Its memory is then closed to debuggers of the
    /// same user as well (ptrace(2)), and those files of `/proc/<pid>` that only the owner reads are root's.
    package static func forbidCores() {
        _ = pulse_hide_memory()
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        // What this process starts crashes without a core as well.
        _ = setrlimit(resource, &limit)
        // The Swift runtime would print a report of the crash, with memory in it, by a helper that may not look at this
        // process any more: it would wait for that for ever, and every reader of the mount with it.
        for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
    }

    /// Removes a variable from the environment, and its value from the memory that `/proc/<pid>/environ` shows (proc(5)).
    ///
    /// To be called before there are other threads that look at the environment, and before anything is started.
    package static func forget(variable name: String) {
        guard let value = getenv(name) else { return }
        explicit_bzero(value, strlen(value))
        unsetenv(name)
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    #else
        private static let resource = RLIMIT_CORE
    #endif
}
