import ArgumentParser
import PulseFS
import Settings

/// Where settings are read that the command line does not say.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Settings file (PULSEFS_CONFIG; default: $XDG_CONFIG_HOME/pulsefs/config.toml or ~/.config/pulsefs/config.toml).",
            valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Profile: the table [profiles.NAME] of the settings file, which overrides its other settings (PULSEFS_PROFILE).",
            valueName: "name"))
    var profile: String?

    var flags: SettingsFlags { SettingsFlags(config: config, profile: profile) }
}
