package import PulseAPI
import System
import SystemPackage

/// Takes settings from their sources and gathers what is wrong with them.
///
/// Only the value that counts is looked at: what stands below it may be anything.
package struct SettingsReader {
    let sources: SettingsSources
    package private(set) var problems: [SettingsProblem]

    package init(_ sources: SettingsSources) {
        self.sources = sources
        problems = sources.problems
    }

    /// What was read, if nothing is wrong with any of it; else throws every problem that was met.
    func finished<Value>(_ value: Value?) throws(SettingsError) -> Value {
        guard problems.isEmpty, let value else { throw SettingsError(problems: problems) }
        return value
    }

    mutating func complain(_ problem: SettingsProblem) {
        // What is wrong with a whole file is wrong with each of its settings.
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// Nil when nobody says anything, or nothing that can be used.
    package mutating func value<Value>(_ setting: Setting, _ parse: (String) -> Value?) -> Value? {
        guard let entry = usable(setting) else { return nil }
        if let value = parse(entry.text) { return value }
        let shown = setting.kind.shown(entry.text)
        complain(
            SettingsProblem("\(entry.subject)\"\(shown)\" \(setting.kind.complaint(of: entry.text))", at: entry.place))
        return nil
    }

    private mutating func usable(_ setting: Setting) -> SettingsLayer.Entry? {
        guard let entry = sources.entry(setting) else { return nil }
        guard let trouble = entry.trouble else { return entry }
        complain(SettingsProblem(trouble, at: entry.place))
        return nil
    }

    mutating func duration(_ setting: Setting) -> Duration? {
        value(setting) { text in TimeSpan(text).flatMap { $0.duration > .zero ? $0.duration : nil } }
    }

    mutating func choice<Choice: RawRepresentable<String>>(_ setting: Setting) -> Choice? {
        value(setting) { Choice(rawValue: $0) }
    }

    mutating func path(_ setting: Setting) -> FilePath? {
        guard let entry = usable(setting) else { return nil }
        if let path = sources.path(entry) { return path }
        complain(SettingsProblem("\(entry.subject)is empty: name a directory", at: entry.place))
        return nil
    }

    package mutating func isOn(_ setting: Setting) -> Bool? {
        value(setting) { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }

    // MARK: The key

    /// The key of the first place that has one, and how another comes from there. A place whose key is of no use is not
    /// passed over: the next one's would be a surprise.
    package mutating func key() -> (key: APIKey, supply: KeySupply)? {
        if let entry = sources.keyEntry {
            if let trouble = entry.trouble {
                complain(SettingsProblem(trouble, at: entry.place))
                return nil
            }
            do throws(SettingsProblem) { return try key(entry) } catch {
                complain(SettingsProblem(error.message, at: error.place ?? entry.place))
                return nil
            }
        }
        // It may be in what could not be made out.
        guard sources.problems.isEmpty else { return nil }
        complain(
            SettingsProblem(
                "there is no API key: run pulsefs init, which saves one, or set PULSE_API_KEY, or name a file with "
                    + "--api-key-file" + keychainWords))
        return nil
    }

    /// The official tools take the key out of their file when they put it into the desktop's keychain.
    private var keychainWords: String {
        guard let path = sources.files.official?.path, FileVersion(of: path) != nil else { return "" }
        return "; \(path) has none, so pulse login may keep it in the desktop's keychain: "
            + "write api-key-command = \"\(Self.keychainCommand)\" into \(sources.files.own?.path.string ?? "a settings file")"
    }

    /// Prints the key from the desktop's keychain, where the official tools put it.
    static let keychainCommand = "secret-tool lookup service pulse-cli username api_key"

    private func key(_ entry: SettingsLayer.Entry) throws(SettingsProblem) -> (key: APIKey, supply: KeySupply) {
        let supply: KeySupply
        switch entry.origin {
        case .credential: supply = .credential(FilePath(entry.text))
        case _ where entry.setting == .apiKeyFile:
            guard let path = sources.path(entry) else { throw SettingsProblem("is empty: name a file") }
            supply = .file(path)
        case _ where entry.setting == .apiKeyCommand:
            supply = .command(try KeyCommand(entry.text, at: entry.place) { sources.path($0, as: entry) })
        case .file(let path, let names): supply = .entry(of: path, names)
        case .flag, .environment:
            guard let key = APIKey(entry.text) else { throw SettingsProblem(SettingKind.secret.complaint) }
            return (key, .fixed)
        }
        guard let key = try supply.read() else { throw SettingsProblem("there is no API key in it") }
        return (key, supply)
    }
}
