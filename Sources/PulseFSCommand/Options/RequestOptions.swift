import ArgumentParser
import PulseFS

/// How long the API has to answer.
struct RequestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long a request that fails is tried again before its reader gets an error (PULSEFS_TIMEOUT; default: 30s).",
            discussion: "Seconds, or a number with s, m or h.", valueName: "time"))
    var timeout: String?

    func adding(to flags: SettingsFlags) -> SettingsFlags {
        var flags = flags
        flags.timeout = timeout
        return flags
    }

    /// The same options as words of a command line.
    var words: [String] { timeout.map { ["--timeout=\($0)"] } ?? [] }
}
