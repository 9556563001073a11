import ArgumentParser
import PulseFS

/// How often the key is checked, and what is readable without a check.
struct KeyCheckOptions: ParsableArguments {
    @Option(
        name: .customLong("auth-ttl"),
        help: ArgumentHelp(
            "How long the key goes unchecked while the mount is in use (PULSEFS_AUTH_TTL; default: 10m).",
            discussion: "Seconds, or a number with s, m or h.", valueName: "time"))
    var authTTL: String?

    @Option(
        help: ArgumentHelp(
            "What is cached when the API cannot be asked for that long: read or deny (PULSEFS_OFFLINE; default: read).",
            valueName: "policy"),
        completion: .list(["read", "deny"]))
    var offline: String?

    func adding(to flags: SettingsFlags) -> SettingsFlags {
        var flags = flags
        (flags.authTTL, flags.offline) = (authTTL, offline)
        return flags
    }

    /// The same options as words of a command line.
    var words: [String] {
        [("--auth-ttl", authTTL), ("--offline", offline)].flatMap { name, value in
            value.map { ["\(name)=\($0)"] } ?? []
        }
    }
}
