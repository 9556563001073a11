import Logging
import PulseAPI
import Settings

/// An entry of the log as one line: the message, which is constant, and after it what it is about.
enum LogLine {
    /// Such as `a file of the cache was damaged; it is fetched again file=result.md job="a b"`.
    static func text(_ message: Logger.Message, _ metadata: Logger.Metadata) -> String {
        let values = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted("\($0.value)"))" }
        return PrintableText.line((["\(message)"] + values).joined(separator: " "))
    }

    /// In quotes where it would not be seen where the value ends.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "\\" }
        if isPlain { return value }
        return "\"" + value.backslashed + "\""
    }
}

extension Logger.Level {
    /// The number of sd-daemon(3) and syslog(3).
    var priority: Int32 {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
