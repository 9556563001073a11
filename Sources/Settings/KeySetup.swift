package import PulseAPI
package import System
import SystemPackage
import Transfer

/// What a key is tried with, and saved to, before anything is mounted: for `pulsefs init`.
package struct KeySetup: Sendable {
    package let saving: KeySaving
    package let origin: APIOrigin
    /// What works, but should be known.
    package let warnings: [String]
    private let sources: SettingsSources
    private let authorities: CertificateAuthorities
    private let flags: SettingsFlags

    /// For the request about the key.
    private static let patience = Duration.seconds(10)
    private static let limits = TransferLimits(
        connectTimeout: patience, stallTimeout: patience, answerTimeout: patience, totalTimeout: patience,
        maximumBodySize: 1 << 20)

    /// The profile may be one that is not there yet. Throws what is wrong with the settings that are there, the key apart.
    package init(_ flags: SettingsFlags, _ surroundings: Surroundings) throws(SettingsError) {
        self.flags = flags
        let profile = flags.profile ?? surroundings.variable("PULSEFS_PROFILE")
        sources = SettingsSources(flags, surroundings, forChange: true)
        var reader = SettingsReader(sources)
        let local = LocalSettings(&reader)
        (origin, warnings) = (local.origin, local.warnings)
        authorities = reader.authorities()
        var saving: KeySaving?
        // What is wrong with the file has been said.
        if reader.problems.isEmpty {
            do throws(SettingsProblem) { saving = try KeySaving(sources, profile: profile) } catch {
                reader.complain(error)
            }
        }
        self.saving = try reader.finished(saving)
    }

    /// The key that the command line or the environment names; nil when they name none.
    package var offered: (key: SavedKey, place: String)? {
        guard let entry = sources.keyEntry, entry.trouble == nil else { return nil }
        switch (entry.origin, entry.setting) {
        case (.flag, .apiKeyFile), (.environment, .apiKeyFile):
            return sources.path(entry).map { (.file($0.string), entry.place) }
        case (.environment, .apiKeyCommand): return (.command(entry.text), entry.place)
        case (.environment, .apiKey): return (.key(entry.text), entry.place)
        default: return nil
        }
    }

    /// The key itself. A command is run for it, and has a minute.
    package func key(of saved: SavedKey) throws(SettingsProblem) -> APIKey {
        switch saved {
        case .key(let text):
            guard let key = APIKey(text) else { throw SettingsProblem("the key \(SettingKind.secret.complaint)") }
            return key
        case .file(let path): return try KeyFile.read(FilePath(path))
        case .command: return try command(saved).run()
        }
    }

    /// What is to stand in the file: a program that is named by a path is named by a whole one.
    package func lasting(_ saved: SavedKey) throws(SettingsProblem) -> SavedKey {
        switch saved {
        case .key(let text):
            .key(String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()))
        case .file: saved
        case .command: .command(ShellWords.joined(try command(saved).words))
        }
    }

    private func command(_ saved: SavedKey) throws(SettingsProblem) -> KeyCommand {
        let surroundings = sources.surroundings
        return try KeyCommand(saved.text, at: Setting.apiKeyCommand.name) {
            surroundings.path($0, in: surroundings.workingDirectory)
        }
    }

    /// What the API says of a key. One request.
    package func verdict(on key: APIKey) async -> KeyVerdict {
        let engine = TransferEngine(.init(userAgent: "pulsefs/\(Version.text)", authorities: authorities))
        let client = PulseClient(
            origin: origin, engine: engine, limits: Self.limits,
            persistence: Persistence(RetryPolicy(budget: Self.patience)), key: { key })
        let verdict = await client.check(key)
        await engine.shutDown()
        return verdict
    }

    /// Where another key stands that goes before the one that was saved; nil when the saved one counts.
    package var other: String? {
        var flags = flags
        flags[.apiKeyFile] = nil
        guard let entry = SettingsSources(flags, sources.surroundings, forChange: true).keyEntry else { return nil }
        if case .file = entry.origin { return nil }
        return entry.place
    }
}

extension KeySetup: CustomReflectable {
    /// Shows nothing: a key may be in it.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
