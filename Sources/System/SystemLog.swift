import CProcess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The log of the system, syslog(3).
package enum SystemLog {
    /// Opens the way to it; `name` must be a constant, as it is kept.
    package static func open(as name: StaticString) {
        name.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { openlog($0.baseAddress, LOG_PID, LOG_DAEMON) }
        }
    }

    /// One line; `level` is one of syslog(3), 0 to 7.
    package static func write(_ level: Int32, _ line: String) { pulse_system_log(level, line) }
}
