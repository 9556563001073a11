import JobCache
package import Logging
import System

/// The log of a daemon: one line an entry, without the place in the source.
package struct MountLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let label: String
    private let destination: LogDestination

    /// Takes the place of swift-log's own, for the whole process; to be called once, before anything is logged.
    ///
    /// `level` is the least that is worth a line; nil is what is usual at the destination.
    package static func install(_ destination: LogDestination, level: Logger.Level?) {
        if case .system = destination { SystemLog.open(as: "pulsefs") }
        LoggingSystem.bootstrap { label in
            MountLogHandler(label, destination, level ?? destination.standardLevel)
        }
    }

    /// For a command that is no mount and says itself what became of what was asked of it: of the rest, warnings.
    package static func installForCommand() {
        LoggingSystem.bootstrap { label in
            MountLogHandler(label, .standardError, label == MountLog.mountLabel ? .error : .warning)
        }
    }

    init(_ label: String, _ destination: LogDestination, _ level: Logger.Level) {
        (self.label, self.destination, logLevel) = (label, destination, level)
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        destination.write(event.level, label, LogLine.text(event.message, all))
    }
}
