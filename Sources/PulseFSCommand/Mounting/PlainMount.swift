import ArgumentParser
import MountHost
import Settings
import System
import SystemPackage

/// A mount in the background, asked for with words that need no parser: options that exist, each once and with a value that is right, and
/// a directory at the end.
///
/// A parser that knows every command takes longer than the rest of what this process does. It gets whatever is not plain, and so
/// says what is wrong.
struct PlainMount {
    private let run: MountRun

    init?(_ words: some Collection<String>) {
        guard words.first == MountCommand.configuration.commandName, let directory = words.dropFirst().suffix(1).first,
            !directory.isEmpty, !directory.hasPrefix("-"), !MountClaim.isHandedOver(FilePath(directory)),
            let options = SettingsFlags.joined(words.dropFirst().dropLast()),
            let run = MountRun(words: options, directory),
            (try? MountSettings(SettingsSources(run.flags, .process))) != nil
        else { return nil }
        self.run = run
    }

    /// Returns when the mount is usable.
    func start() throws { try run.start(isChecked: true) }
}
