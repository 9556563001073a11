import ArgumentParser
import PulseFS

/// Where settings are read that the command line does not say.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of settings (PULSEFS_CONFIG; default: $XDG_CONFIG_HOME/pulsefs/config.toml or ~/.config/pulsefs/config.toml).",
            valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The table [profiles.NAME] of that file, whose settings go over the others (PULSEFS_PROFILE).",
            valueName: "name"))
    var profile: String?

    var flags: SettingsFlags { SettingsFlags(config: config, profile: profile) }
}
