import ArgumentParser
import PulseFS

/// For which programs nothing is fetched.
struct CrawlerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Programs that see the tree and what is cached, and cause no request (PULSEFS_NO_FETCH; default: updatedb, indexers and thumbnailers).",
            discussion: "Names of processes with commas between; an empty one is none.", valueName: "names"))
    var noFetch: String?

    func adding(to flags: SettingsFlags) -> SettingsFlags {
        var flags = flags
        flags.noFetch = noFetch
        return flags
    }

    /// The same options as words of a command line.
    var words: [String] { noFetch.map { ["--no-fetch=\($0)"] } ?? [] }
}
