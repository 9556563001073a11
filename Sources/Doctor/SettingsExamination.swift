import PulseFS
import Settings
import System
import SystemPackage

/// The settings of a mount, the key apart.
struct SettingsExamination: Sendable {
    /// Files of settings that are there.
    var files: [FilePath] = []
    var problems: [SettingsProblem] = []
    var warnings: [String] = []
    /// Files that hold a key, in use or not, and that others can read.
    var openFiles: [FilePath] = []

    init() {}

    init(_ sources: SettingsSources) {
        let listing = SettingsListing(sources, user: ThisProcess.user, group: ThisProcess.group)
        let ofKey = KeyExamination.problems(sources)
        problems = listing.problems.filter { !ofKey.contains($0) }
        warnings = listing.warnings
        for file in sources.files.all {
            guard let text = try? SettingsText(file.path) else { continue }
            files.append(file.path)
            if file.use != "credential", Self.holdsKey(text), Self.isOpen(text) { openFiles.append(file.path) }
        }
    }

    private static func holdsKey(_ text: SettingsText) -> Bool {
        guard let document = try? TOMLDocument(text.text) else { return false }
        return document.entries.contains { $0.path.last.flatMap { Setting(spelled: $0) } == .apiKey }
    }

    private static func isOpen(_ text: SettingsText) -> Bool {
        do throws(SettingsProblem) { try text.checkSecrecy() } catch { return true }
        return false
    }

    var checkup: Checkup {
        if !problems.isEmpty {
            return Checkup(
                "settings", .failure, problems.map(\.description).joined(separator: "; "), remedy: "pulsefs config")
        }
        let used =
            files.isEmpty ? "there is no settings file" : "files: \(files.map(\.string).joined(separator: ", "))"
        if !openFiles.isEmpty {
            let words = openFiles.map { ShellWord.quoted($0) }.joined(separator: " ")
            return Checkup(
                "settings", .warning,
                "others can read, or replace, a key in \(openFiles.map(\.string).joined(separator: ", "))",
                remedy: "chown \(ThisProcess.effectiveUser) \(words) && chmod 600 \(words)")
        }
        guard warnings.isEmpty else {
            return Checkup(
                "settings", .warning, warnings.joined(separator: "; "),
                remedy: "use an address that begins with https://")
        }
        return Checkup("settings", .ok, "valid; \(used)")
    }
}
