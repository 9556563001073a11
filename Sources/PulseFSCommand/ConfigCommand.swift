import ArgumentParser
import Foundation
import PulseFS
import SystemPackage

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Say which settings a mount would have, and where each comes from.",
        discussion: """
            Flags go before the environment, that before pulsefs's own file of settings, that before the official tools' file \
            ~/.pulse/config.toml, that before the default. Takes the options of pulsefs mount and of pulsefs store, makes no \
            request, and never shows the key.

              pulsefs config
              pulsefs config --profile work --timeout 5s
              pulsefs config --json | jq -r '.[] | select(.from != "default") | .setting'
              pulsefs config --path

            Elsewhere than on a terminal it prints a line a setting: its name, its value and where that comes from, separated \
            by tabs. Keys of the JSON: setting, value (null when there is none) and from (a flag, a variable, FILE:LINE or \
            default); with --path: path, use (settings, official or credential) and exists. Problems follow on standard error, \
            a line each.

            Exit codes: 0 a mount would take these settings, 1 it would not, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var options: MountOptions

    @Flag(help: "Print one JSON array.")
    var json = false

    @Flag(help: "Print which files are looked at for settings, and whether they exist.")
    var path = false

    private struct Line: Encodable {
        let setting: String
        let value: OrNull<String>
        let from: String
    }

    private struct FileLine: Encodable {
        let path: String
        let use: String
        let exists: Bool
    }

    func run() throws {
        let sources = SettingsSources(options.flags, .process)
        if path { return try sayFiles(sources) }
        let listing = SettingsListing(sources, user: getuid(), group: getgid())
        if json {
            try Terminal.say(
                json: listing.rows.map {
                    Line(setting: $0.setting.name, value: OrNull($0.value), from: $0.place)
                })
        } else {
            var table = Table(["setting", "value", "from"])
            for row in listing.rows { table.add([row.setting.name, row.value ?? "", row.place]) }
            table.say()
        }
        for warning in listing.warnings { Terminal.warn(warning) }
        guard listing.problems.isEmpty else {
            throw Terminal.failure(SettingsError(problems: listing.problems))
        }
    }

    private func sayFiles(_ sources: SettingsSources) throws {
        let lines = sources.files.all.map { file in
            FileLine(
                path: file.path.string, use: file.use,
                exists: FileManager.default.fileExists(atPath: file.path.string))
        }
        if json { return try Terminal.say(json: lines) }
        var table = Table(["file", "use", "exists"])
        for line in lines { table.add([line.path, line.use, line.exists ? "yes" : "no"]) }
        table.say()
    }
}
