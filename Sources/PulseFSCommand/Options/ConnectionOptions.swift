import ArgumentParser
import PulseFS
import Settings

/// Which API, with which key, and where its results are kept.
struct ConnectionOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: .of(.apiURL))
    var apiURL: String?

    @Option(
        help: .of(
            .apiKeyFile,
            discussion:
                "Otherwise: PULSE_API_KEY, systemd's credential pulse-api-key, or a settings file."),
        completion: .file())
    var apiKeyFile: String?

    @Option(help: .of(.caFile), completion: .file())
    var caFile: String?

    @OptionGroup var cache: CacheDirectoryOptions

    var flags: SettingsFlags {
        configuration.flags + cache.flags + SettingsFlags([.apiURL: apiURL, .apiKeyFile: apiKeyFile, .caFile: caFile])
    }
}
