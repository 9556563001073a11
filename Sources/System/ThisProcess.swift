import CProcess
import Quantities
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The process that runs this: who it is, and what others may see of it.
package enum ThisProcess {
    package static var identifier: Int32 { getpid() }
    /// The user who started it.
    package static var user: UInt32 { getuid() }
    /// The user whose rights it has.
    package static var effectiveUser: UInt32 { geteuid() }
    package static var group: UInt32 { getgid() }

    /// Whether the user who started it has an entry in the user database.
    package static var hasAccount: Bool { getpwuid(getuid()) != nil }

    /// Bytes of memory that it takes (proc_pid_statm(5)); nil when that cannot be read.
    package static var residentBytes: UInt64? { memory(1) }

    /// Bytes of files that are mapped and in memory (proc_pid_statm(5)); nil when that cannot be read.
    package static var mappedBytes: UInt64? { memory(2) }

    private static func memory(_ field: Int) -> UInt64? {
        let fields = (SmallFile.text("/proc/self/statm") ?? "").split(separator: " ")
        guard fields.count > field, let pages = UInt64(fields[field]) else { return nil }
        return pages *| UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Blocks the thread (nanosleep(2)).
    package static func sleep(_ time: Duration) {
        let (seconds, attoseconds) = time.components
        var rest = timespec(tv_sec: Int(clamping: seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var left = timespec()
        while nanosleep(&rest, &left) != 0, errno == EINTR { rest = left }
    }

    /// Ends it as a crash would.
    package static func kill() { _ = Glibc.kill(getpid(), SIGKILL) }

    /// A variable of the environment as it is now.
    package static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Removes a variable from the environment, and its value from the memory that `/proc/<pid>/environ` shows (proc(5)).
    ///
    /// To be called before there are other threads that look at the environment, and before anything is started.
    package static func forget(variable name: String) {
        guard let value = getenv(name) else { return }
        explicit_bzero(value, strlen(value))
        unsetenv(name)
    }

    /// Leaves no core when the process crashes, nor when one does that it starts. Its memory is then closed to debuggers of the
    /// same user as well (ptrace(2)), and those files of `/proc/<pid>` that only the owner reads are root's.
    package static func forbidCores() {
        _ = pulse_hide_memory()
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(coreSize, &limit)
        // The Swift runtime would print a report of the crash, with memory in it, by a helper that may not look at this
        // process any more: it would wait for that for ever, and everyone who waits for this process with it.
        for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] { signal(number, SIG_DFL) }
    }

    /// A file that grows beyond what the process may write is refused (EFBIG) from now on, and the process goes on (setrlimit(2)).
    package static func survivesFullFiles() { signal(SIGXFSZ, SIG_IGN) }

    #if canImport(Glibc)
        private static let coreSize = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    #else
        private static let coreSize = RLIMIT_CORE
    #endif
}
