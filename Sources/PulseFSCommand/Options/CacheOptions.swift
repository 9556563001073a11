import ArgumentParser
import PulseFS

/// Where the cache is.
struct CacheDirectoryOptions: ParsableArguments {
    @Option(
        help: "Where results are kept (PULSEFS_CACHE_DIR; default: $XDG_CACHE_HOME/pulsefs or ~/.cache/pulsefs).",
        completion: .directory)
    var cacheDir: String?
}

/// How large the cache may become.
struct CacheSizeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How much of the disk results may take: 10G, 500M, 1.5GiB or bytes (PULSEFS_CACHE_SIZE; default: 10G).",
            valueName: "size"))
    var cacheSize: ByteCount?

    func adding(to flags: SettingsFlags) -> SettingsFlags {
        var flags = flags
        flags.cacheSize = cacheSize.map { "\($0.bytes)" }
        return flags
    }

    var words: [String] { cacheSize.map { ["--cache-size=\($0.bytes)"] } ?? [] }
}

/// What a mount keeps and for how long, and when it fetches what can be fetched only once.
struct CacheOptions: ParsableArguments {
    @OptionGroup var size: CacheSizeOptions

    @Option(
        help: ArgumentHelp(
            "When results that can be fetched only once are fetched: automatic, when one of their files is looked up; manual, by pulsefs fetch alone (PULSEFS_LARGE_RESULTS; default: automatic).",
            valueName: "when"))
    var largeResults: LargeResultPolicy?

    @Option(
        help: ArgumentHelp(
            "What becomes of the cached files of a job that the API has deleted: keep, they stay readable; drop, they are removed, except for what can be fetched only once (PULSEFS_ON_EXPIRY; default: keep).",
            valueName: "what"))
    var onExpiry: ExpiryPolicy?

    func adding(to flags: SettingsFlags) -> SettingsFlags {
        var flags = size.adding(to: flags)
        flags.largeResults = largeResults?.rawValue
        flags.onExpiry = onExpiry?.rawValue
        return flags
    }

    /// The same options as words of a command line.
    var words: [String] {
        size.words + (largeResults.map { ["--large-results=\($0.rawValue)"] } ?? [])
            + (onExpiry.map { ["--on-expiry=\($0.rawValue)"] } ?? [])
    }
}

extension LargeResultPolicy: ExpressibleByArgument {}

extension ExpiryPolicy: ExpressibleByArgument {}
