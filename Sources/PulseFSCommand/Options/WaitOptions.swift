import ArgumentParser
import PulseFS

/// How long to wait for a job when the API cannot be asked about it.
struct WaitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long waiting for a job goes on while the API cannot be asked (PULSEFS_WAIT_TIMEOUT; default: 10m).",
            discussion: "Seconds, or a number with s, m or h.", valueName: "time"))
    var waitTimeout: String?

    func adding(to flags: SettingsFlags) -> SettingsFlags {
        var flags = flags
        flags.waitTimeout = waitTimeout
        return flags
    }

    /// The same options as words of a command line.
    var words: [String] { waitTimeout.map { ["--wait-timeout=\($0)"] } ?? [] }
}
