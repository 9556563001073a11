import ArtifactStore
import System
import SystemPackage

/// Our own file of settings: those of its top level, and above them those of the profile that was chosen.
struct OwnSettingsFile {
    private(set) var layers: [SettingsLayer] = []
    private(set) var problems: [SettingsProblem] = []

    private let path: FilePath
    private var document: TOMLDocument?

    /// A file, or a profile, that is named and not there is no mistake.
    private let mayBeAbsent: Bool

    /// Of a profile that nobody chose, the names alone are looked at. `mayBeAbsent` is whether a file and a profile that are named
    /// may not be there.
    init(_ file: SettingsFiles.File?, _ profile: (name: String, place: String)?, mayBeAbsent: Bool = false) {
        path = file?.path ?? ""
        self.mayBeAbsent = mayBeAbsent
        if let file { read(file) }
        if let document {
            checkNames(document)
            layers = [layer(document, below: [])]
        }
        if let profile { choose(profile, in: file) }
    }

    private mutating func read(_ file: SettingsFiles.File) {
        let text: SettingsText
        do throws(SettingsText.Trouble) { text = try .trusted(path) } catch {
            if case .untrusted(let distrust, _) = error {
                return complain("\(distrust.words(path)); it is not read until then", at: file.namedBy)
            }
            guard error != .absent || file.namedBy != nil && !mayBeAbsent else { return }
            let name = path.isEmpty ? "a file without a name" : "\(path)"
            return complain("\(name) \(error.words): name a settings file", at: file.namedBy)
        }
        do throws(TOMLDocument.Mistake) { document = try TOMLDocument(text.text) } catch {
            complain(error.words, at: "\(path):\(error.line)")
        }
    }

    private mutating func complain(_ message: String, at place: String?) {
        problems.append(SettingsProblem(message, at: place))
    }

    // MARK: Names

    private static let profiles = "profiles"

    private mutating func checkNames(_ document: TOMLDocument) {
        var said: Set<[String]> = []
        for entry in document.entries {
            // The part of the path that has to be the name of a setting.
            let depth = entry.path.first == Self.profiles ? 2 : 0
            if entry.path.count <= depth {
                if entry.value != .table {
                    complain("\(entry.path.joined(separator: ".")) is not a table of settings", at: place(entry))
                }
                continue
            }
            let name = entry.path[depth]
            guard Setting(spelled: name) == nil, said.insert(Array(entry.path.prefix(depth + 1))).inserted else {
                continue
            }
            let near = Spelling.nearest(to: name, of: Setting.allCases.map(\.name))
            complain(
                "there is no setting \(name)\(near.map { ": is it \($0)?" } ?? ": pulsefs config lists all settings")",
                at: place(entry))
        }
    }

    private func place(_ entry: TOMLDocument.Entry) -> String { "\(path):\(entry.line)" }

    // MARK: Values

    private mutating func layer(_ document: TOMLDocument, below parent: [String]) -> SettingsLayer {
        var entries: [(setting: Setting, entry: TOMLDocument.Entry)] = []
        for entry in document.entries where entry.path.count == parent.count + 1 && entry.path.starts(with: parent) {
            guard let name = entry.path.last, let setting = Setting(spelled: name) else { continue }
            if let other = entries.first(where: { $0.setting == setting }) {
                complain("\(setting.name) is already set in line \(other.entry.line)", at: place(entry))
            } else {
                entries.append((setting, entry))
            }
        }
        let keys = entries.filter { [.apiKey, .apiKeyFile, .apiKeyCommand].contains($0.setting) }
        if keys.count > 1 {
            let names = keys.map(\.setting.name).sorted().joined(separator: " and ")
            complain("the key has more than one source, \(names): remove all but one", at: place(keys[0].entry))
        }
        return .file(path, entries)
    }

    private mutating func choose(_ profile: (name: String, place: String), in file: SettingsFiles.File?) {
        guard let document else {
            if mayBeAbsent { return }
            // A file that is there and cannot be used has been complained about.
            guard problems.isEmpty else { return }
            let missing = file.map { "\($0.path) does not exist" } ?? "there is no settings file"
            return complain("there is no profile \"\(profile.name)\": \(missing)", at: profile.place)
        }
        let chosen = [Self.profiles, profile.name]
        guard document.entries.contains(where: { $0.path.starts(with: chosen) }) else {
            if mayBeAbsent { return }
            let names = Set(
                document.entries.filter { $0.path.count > 1 && $0.path[0] == Self.profiles }.map { $0.path[1] })
            let known = names.isEmpty ? "no profiles" : "these: \(names.sorted().joined(separator: ", "))"
            return complain(
                "there is no profile \"\(profile.name)\": \(path) has \(known)", at: profile.place)
        }
        layers.insert(layer(document, below: chosen), at: 0)
    }
}
