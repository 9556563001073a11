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

    /// Nothing stays nothing: it is a mistake that is to be said.
    private static func absolute(_ path: String, _ directory: FilePath) -> String {
        path.isEmpty ? path : directory.pushing(FilePath(path)).string
    }
}
