import JobCache
import Logging
import Synchronization
import System
import SystemPackage

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
        guard let stream = environment["JOURNAL_STREAM"], let facts = try? FileDescriptor.standardError.facts() else {
            return .standardError
        }
        return stream == "\(facts.device):\(facts.number)" ? .journal : .standardError
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
        case .system: SystemLog.write(level.priority, "\(label): \(text)")
        }
    }

    private static let turn = Mutex(())

    /// What nobody takes is lost: a log stops nothing, and a pipe that is full or a terminal that is held (^S) would stop
    /// whoever has something to log.
    private static func complain(_ line: String) {
        turn.withLock { _ in
            var rest = Array("\(line)\n".utf8)[...]
            while !rest.isEmpty, FileDescriptor.standardError.isReadyToWrite {
                let piece = rest.prefix(FileDescriptor.pipePiece)
                guard let count = try? FileDescriptor.standardError.writeSome(piece), count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
