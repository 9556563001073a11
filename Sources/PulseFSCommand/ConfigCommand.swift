import ArgumentParser
import Foundation
import PulseFS
import Settings
import System
import SystemPackage

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the settings that a mount would have, and where each comes from.",
        discussion: """
            The first of these that has a value wins: flags, the environment, the settings file of pulsefs, the official \
            tools' file ~/.pulse/config.toml, the default. Takes the options of pulsefs mount and of pulsefs store. Sends no \
            request, and never shows the key.

              pulsefs config
              pulsefs config --profile work --timeout 5s
              pulsefs config --json | jq -r '.[] | select(.from != "default") | .setting'
              pulsefs config --path

            If the output is not a terminal, prints one line per setting: its name, its value and its source, separated by \
            tabs. Keys of the JSON: setting, value (null if there is none) and from (a flag, a variable, FILE:LINE or \
            default); with --path: path, use (settings, official or credential) and exists. Problems are printed on standard \
            error, one per line.

            Exit codes: 0 a mount accepts these settings, 1 it does not, 64 wrong usage, 74 the output cannot be written.
            """)

    @OptionGroup var options: MountOptions

    @Flag(help: "Print one JSON array.")
    var json = false

    @Flag(help: "Print the settings files that are read, and whether they exist.")
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
        let listing = SettingsListing(sources, user: ThisProcess.user, group: ThisProcess.group)
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
