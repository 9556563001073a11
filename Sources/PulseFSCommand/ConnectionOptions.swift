import ArgumentParser
import PulseFS

/// Which API, with which key, and where its results are kept.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The API's address (PULSE_API_URL; default: https://api.runpulse.com).")
    var apiURL: String?

    @Option(
        help:
            "A file that holds the API key and that only you can read (PULSEFS_API_KEY_FILE). Without it: PULSE_API_KEY."
    )
    var apiKeyFile: String?

    @OptionGroup var cache: CacheDirectoryOptions

    var flags: SettingsFlags {
        SettingsFlags(apiURL: apiURL, apiKeyFile: apiKeyFile, cacheDirectory: cache.cacheDir)
    }

    /// The same options as words of a command line.
    var words: [String] {
        [("--api-url", apiURL), ("--api-key-file", apiKeyFile), ("--cache-dir", cache.cacheDir)].flatMap {
            name, value in
            value.map { ["\(name)=\($0)"] } ?? []
        }
    }
}

/// Who may read a mount.
struct AccessOptions: ParsableArguments {
    @Flag(help: "Let other users read the mount too.")
    var allowOther = false

    @Option(help: "Permission bits to take away, in octal: 077 leaves files 0400 and directories 0500.")
    var umask: OctalMode = OctalMode(value: 0o077)

    @Option(help: "Owner of what is shown (default: you).")
    var uid: UInt32?

    @Option(help: "Group of what is shown (default: yours).")
    var gid: UInt32?

    var words: [String] {
        (allowOther ? ["--allow-other"] : []) + ["--umask=\(umask)"] + (uid.map { ["--uid=\($0)"] } ?? [])
            + (gid.map { ["--gid=\($0)"] } ?? [])
    }
}

/// Permission bits as people type them.
struct OctalMode: ExpressibleByArgument, CustomStringConvertible {
    let value: UInt16

    init(value: UInt16) { self.value = value }

    init?(argument: String) {
        guard let value = UInt16(argument, radix: 8), value <= 0o777 else { return nil }
        self.value = value
    }

    var description: String { "0" + String(value, radix: 8) }
    var defaultValueDescription: String { description }
}
