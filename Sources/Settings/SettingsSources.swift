package import System
import SystemPackage

/// All places where settings stand, read once, those first that count most.
package struct SettingsSources: Sendable {
    package let surroundings: Surroundings
    package let files: SettingsFiles
    let layers: [SettingsLayer]
    /// With the places themselves, rather than with a value.
    let problems: [SettingsProblem]

    /// `forChange` is whether the file, and the profile in it, are about to be made if they are not there.
    package init(_ flags: SettingsFlags, _ surroundings: Surroundings, forChange: Bool = false) {
        self.surroundings = surroundings
        files = SettingsFiles(flags, surroundings)
        let profile =
            flags.profile.map { (name: $0, place: "--profile") }
            ?? surroundings.variable("PULSEFS_PROFILE").map { (name: $0, place: "PULSEFS_PROFILE") }
        let own = OwnSettingsFile(files.own, profile, mayBeAbsent: forChange)
        let credential = files.credential.flatMap { file -> SettingsLayer? in
            do throws(SettingsText.Trouble) {
                // A unit has an empty one where its user has put none.
                if try SettingsText(file.path).text.allSatisfy(\.isWhitespace) { return nil }
            } catch {
                if error == .absent { return nil }
            }
            return .credential(file.path)
        }
        layers =
            [.flags(flags), .environment(surroundings), credential].compactMap { $0 } + own.layers
            + [files.official.flatMap { OfficialSettingsFile.layer($0.path) }].compactMap { $0 }
        problems = own.problems
    }

    /// Where a setting stands that counts.
    func entry(_ setting: Setting) -> SettingsLayer.Entry? { layers.lazy.compactMap { $0.entry(setting) }.first }

    /// Where the key stands that counts: the key itself, or the name of its file, or the program that prints it.
    package var keyEntry: SettingsLayer.Entry? {
        layers.lazy.compactMap { $0.entry(.apiKeyFile) ?? $0.entry(.apiKey) ?? $0.entry(.apiKeyCommand) }.first
    }

    /// Whether a program is run to have the key.
    package var runsProgramForKey: Bool { keyEntry?.setting == .apiKeyCommand }

    /// The path that an entry means.
    func path(_ entry: SettingsLayer.Entry) -> FilePath? { path(entry.text, as: entry) }

    /// The path that a text means where an entry stands.
    func path(_ text: String, as entry: SettingsLayer.Entry) -> FilePath? {
        guard case .file(let file, _) = entry.origin else { return surroundings.path(text) }
        return surroundings.path(text, in: file.removingLastComponent())
    }
}

extension SettingsSources: CustomReflectable {
    /// Shows nothing: the key may be in it.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
