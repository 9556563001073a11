package import SystemPackage

/// What the command line says of the settings.
package struct SettingsFlags: Sendable {
    /// The file of settings.
    package var config: String?
    /// The part of it that goes over the rest.
    package var profile: String?
    private var values: [Setting: String]

    package init(_ values: [Setting: String?] = [:], config: String? = nil, profile: String? = nil) {
        self.values = values.compactMapValues { $0 }
        self.config = config
        self.profile = profile
    }

    /// Nil where the command line says nothing.
    package subscript(setting: Setting) -> String? {
        get { values[setting] }
        set { values[setting] = newValue }
    }

    package static func + (one: SettingsFlags, other: SettingsFlags) -> SettingsFlags {
        SettingsFlags(
            one.values.merging(other.values) { $1 }, config: other.config ?? one.config,
            profile: other.profile ?? one.profile)
    }

    /// The same as words of a command line that means the same in any directory.
    package func words(in directory: FilePath) -> [String] {
        let files = [("--config", config.map { Self.absolute($0, directory) }), ("--profile", profile)]
        let named = files.flatMap { flag, value in value.map { ["\(flag)=\($0)"] } ?? [] }
        return named
            + Setting.allCases.flatMap { setting -> [String] in
                guard let flag = setting.flag, let value = values[setting] else { return [] }
                switch setting.kind {
                case .flag: return [value == "true" ? flag : "--no-\(setting.name)"]
                case .path: return ["\(flag)=\(Self.absolute(value, directory))"]
                default: return ["\(flag)=\(value)"]
                }
            }
    }

    /// Options as people write them, the value behind `=` or in the next word, in the form that `init(words:)` takes. Nil for what is not
    /// plain: an option that is said twice, or a value that is empty.
    package static func joined(_ words: some Collection<String>) -> [String]? {
        var joined: [String] = []
        var names: Set<Substring> = []
        var rest = ArraySlice(Array(words))
        while var option = rest.popFirst() {
            guard option.hasPrefix("--") else { return nil }
            if !option.contains("="), let value = rest.first, !value.hasPrefix("-") {
                option += "=\(value)"
                rest.removeFirst()
            }
            let (name, value) = split(option)
            let isFirst = names.insert(name.hasPrefix("--no-") ? name.dropFirst("--no-".count) : name.dropFirst(2))
                .inserted
            guard isFirst, value?.isEmpty != true else { return nil }
            joined.append(option)
        }
        return joined
    }

    private static func split(_ word: String) -> (name: Substring, value: Substring?) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0], parts.count == 2 ? parts[1] : nil)
    }

    /// What `words` has written; nil for anything else.
    package init?(words: some Sequence<String>) {
        self.init()
        for word in words {
            let (name, value) = Self.split(word)
            guard take(String(name), value.map { String($0) }) else { return nil }
        }
    }

    private mutating func take(_ flag: String, _ value: String?) -> Bool {
        if flag == "--config" || flag == "--profile" {
            guard let value else { return false }
            if flag == "--config" { config = value } else { profile = value }
            return true
        }
        if let setting = Setting.allCases.first(where: { $0.flag == flag }) {
            guard (setting.kind == .flag) == (value == nil) else { return false }
            values[setting] = value ?? "true"
            return true
        }
        let denied = Setting.allCases.first { $0.kind == .flag && $0.flag != nil && flag == "--no-\($0.name)" }
        guard let denied, value == nil else { return false }
        values[denied] = "false"
        return true
    }

    /// Nothing stays nothing: it is a mistake that is to be said.
    private static func absolute(_ path: String, _ directory: FilePath) -> String {
        path.isEmpty ? path : directory.pushing(FilePath(path)).string
    }
}
