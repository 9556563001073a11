import Configuration
import System
import SystemPackage

/// One of the places where settings stand.
package struct SettingsLayer: Sendable {
    /// What a layer says of a setting.
    package struct Entry: Sendable {
        let setting: Setting
        /// As a flag would have it; nothing when `trouble` is there.
        let text: String
        /// In messages: `--timeout`, `PULSEFS_TIMEOUT`, `FILE:LINE`.
        package let place: String
        /// What is wrong with the way in which it is written, without what is written.
        let trouble: String?
        let origin: Origin

        /// The name of the setting, for a sentence whose place does not have it.
        var subject: String { if case .file = origin { "\(setting.name) " } else { "" } }
    }

    enum Origin: Sendable, Hashable {
        case flag, environment
        /// A file that systemd made for this service.
        case credential
        /// A file of settings, and the names on the way to the value.
        case file(FilePath, [String])
    }

    private struct Note: Sendable {
        let place: String
        var trouble: String?
        let origin: Origin
    }

    private let provider: any ConfigProvider
    private let notes: [Setting: Note]

    func entry(_ setting: Setting) -> Entry? {
        guard let note = notes[setting] else { return nil }
        let key = AbsoluteConfigKey([setting.name])
        let text = (try? provider.value(forKey: key, type: .string))?.value?.content
        switch (text, note.trouble) {
        case (.string(let text)?, let trouble):
            return Entry(
                setting: setting, text: text, place: note.place, trouble: trouble, origin: note.origin)
        case (_, let trouble?):
            return Entry(
                setting: setting, text: "", place: note.place, trouble: trouble, origin: note.origin)
        default: return nil
        }
    }

    // MARK: Layers

    static func flags(_ flags: SettingsFlags) -> SettingsLayer {
        var values: [Setting: String] = [:]
        var notes: [Setting: Note] = [:]
        for setting in Setting.allCases {
            guard let flag = setting.flag, let value = flags[setting] else { continue }
            values[setting] = value
            notes[setting] = Note(place: flag, origin: .flag)
        }
        return SettingsLayer(provider: inMemory("flags", values), notes: notes)
    }

    static func environment(_ surroundings: Surroundings) -> SettingsLayer {
        var variables: [String: String] = [:]
        var notes: [Setting: Note] = [:]
        for setting in Setting.allCases {
            // To no-fetch, nothing is a list of no programs.
            let value =
                setting == .noFetch
                ? surroundings.variables[setting.variable] : surroundings.variable(setting.variable)
            guard let value else { continue }
            variables[setting.variable] = value
            notes[setting] = Note(place: setting.variable, origin: .environment)
        }
        let provider = EnvironmentVariablesProvider(
            environmentVariables: variables,
            secretsSpecifier: .specific([Setting.apiKey.variable, Setting.storeSecret.variable])
        ).mapKeys { key in
            let setting = Setting(rawValue: key.components.joined(separator: "."))
            return AbsoluteConfigKey(setting?.variable.split(separator: "_").map(String.init) ?? key.components)
        }
        return SettingsLayer(provider: provider, notes: notes)
    }

    static func credential(_ path: FilePath) -> SettingsLayer {
        SettingsLayer(
            provider: inMemory("credential", [.apiKeyFile: path.string]),
            notes: [.apiKeyFile: Note(place: path.string, origin: .credential)])
    }

    /// Values of a file of settings, each with its line.
    static func file(_ path: FilePath, _ entries: [(setting: Setting, entry: TOMLDocument.Entry)]) -> SettingsLayer {
        var values: [Setting: String] = [:]
        var notes: [Setting: Note] = [:]
        for (setting, entry) in entries {
            values[setting] = setting.kind.text(of: entry.value)
            let trouble =
                values[setting] == nil ? "\(setting.name) has the wrong type: write it as \(setting.kind.example)" : nil
            notes[setting] = Note(
                place: "\(path):\(entry.line)", trouble: trouble, origin: .file(path, entry.path))
        }
        return SettingsLayer(provider: inMemory(path.string, values), notes: notes)
    }

    /// Settings that may stand in a file that cannot be used.
    static func unusable(_ settings: [Setting], _ path: FilePath, place: String, _ words: String) -> SettingsLayer {
        let notes = settings.map { ($0, Note(place: place, trouble: words, origin: .file(path, []))) }
        return SettingsLayer(
            provider: inMemory(path.string, [:]), notes: Dictionary(uniqueKeysWithValues: notes))
    }

    private static func inMemory(_ name: String, _ values: [Setting: String]) -> any ConfigProvider {
        InMemoryProvider(
            name: name,
            values: values.reduce(into: [:]) { values, value in
                values[AbsoluteConfigKey([value.key.name])] = ConfigValue(
                    .string(value.value), isSecret: value.key.isSecret)
            })
    }
}
