import CProcess
import Logging
import Synchronization
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Where the log of a process goes.
package enum LogDestination: Sendable {
    /// For whoever started the process.
    case standardError
    /// Standard error that the journal reads: it dates the lines itself, and takes their level from a prefix (sd-daemon(3)).
    case journal
    case file(LogFile)
    /// syslog(3), and so the journal where there is one.
    case system

    /// Standard error, as what the environment says of it (systemd.exec(5), JOURNAL_STREAM).
    package static func standardError(in environment: [String: String]) -> LogDestination {
        var facts = stat()
        guard let stream = environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &facts) == 0 else {
            return .standardError
        }
        return stream == "\(facts.st_dev):\(facts.st_ino)" ? .journal : .standardError
    }

    /// What is worth a line when nobody has said so: whoever looks on wants to know what fails, a log that is kept is not to
    /// grow with it.
    var standardLevel: Logger.Level { isWatched ? .info : .notice }

    /// Whoever reads it has started the process, and is told what it does anyway.
    package var isWatched: Bool { if case .standardError = self { true } else { false } }

    func write(_ level: Logger.Level, _ label: String, _ text: String) {
        switch self {
        case .standardError: Self.complain("\(APITime.preciseText(APITime.now)) \(level) \(label): \(text)")
        case .journal: Self.complain("<\(level.priority)>\(label): \(text)")
        case .file(let file): file.write("\(APITime.preciseText(APITime.now)) \(level) \(label): \(text)")
        case .system: pulse_system_log(level.priority, "\(label): \(text)")
        }
    }

    /// Opens the way to syslog(3); `name` must be a constant, as it is kept.
    static func openSystemLog(as name: StaticString) {
        name.withUTF8Buffer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { openlog($0.baseAddress, LOG_PID, LOG_DAEMON) }
        }
    }

    private static let turn = Mutex(())

    /// What nobody takes is lost: a log stops nothing, and a pipe that is full or a terminal that is held (^S) would stop
    /// whoever has something to log.
    private static func complain(_ line: String) {
        turn.withLock { _ in
            var rest = Array("\(line)\n".utf8)[...]
            while !rest.isEmpty, isReady(STDERR_FILENO) {
                // A pipe that is ready takes so much without waiting (pipe(7)).
                let piece = rest.prefix(Int(PIPE_BUF))
                guard let count = try? piece.withUnsafeBytes({ try FileDescriptor.standardError.write($0) }), count > 0
                else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func isReady(_ descriptor: Int32) -> Bool {
        var look = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&look, 1, 0) == 1 && look.revents & Int16(POLLOUT) != 0
    }
}
