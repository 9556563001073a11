package import System
package import SystemPackage

/// Which files are looked at for settings, whether or not they are there.
package struct SettingsFiles: Sendable {
    /// A file that is looked at, and what for.
    package struct File: Sendable {
        package let path: FilePath
        /// In one word: `settings`, `official`, `credential`.
        package let use: String
        /// The flag or variable that named it: then it has to be there.
        package let namedBy: String?
    }

    /// Our own.
    package let own: File?
    /// The official tools'.
    package let official: File?
    /// The key that systemd passes to a service.
    package let credential: File?

    package var all: [File] { [own, official, credential].compactMap { $0 } }

    package init(_ flags: SettingsFlags, _ surroundings: Surroundings) {
        own = Self.own(flags, surroundings)
        let tools =
            surroundings.variable("PULSE_CONFIG_DIR").flatMap { surroundings.path($0) }
            ?? surroundings.home?.appending(".pulse")
        official = tools.map { File(path: $0.appending("config.toml"), use: "official", namedBy: nil) }
        credential = surroundings.directory("CREDENTIALS_DIRECTORY").map {
            File(path: $0.appending("pulse-api-key"), use: "credential", namedBy: nil)
        }
    }

    private static func own(_ flags: SettingsFlags, _ surroundings: Surroundings) -> File? {
        let named = [
            ("--config", flags.config), ("PULSEFS_CONFIG", surroundings.variable("PULSEFS_CONFIG")),
        ].lazy.compactMap { place, text in text.map { (place, $0) } }.first
        if let (place, text) = named {
            // What is no path is no file either, which is said when it is read.
            return File(path: surroundings.path(text) ?? "", use: "settings", namedBy: place)
        }
        let base = surroundings.directory("XDG_CONFIG_HOME") ?? surroundings.home?.appending(".config")
        return base.map {
            File(path: $0.appending("pulsefs").appending("config.toml"), use: "settings", namedBy: nil)
        }
    }
}
