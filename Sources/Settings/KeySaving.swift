import ArtifactStore
import System
package import SystemPackage

/// Saves where the key comes from in a file of settings, which stays whole whatever happens: it is replaced in one step by one
/// that is on the disk.
package struct KeySaving: Sendable {
    /// Where the file is, behind symbolic links.
    package let path: FilePath
    /// Whether there is a source of the key already, for the same profile.
    package let hasKey: Bool
    private let profile: String?
    private let text: String
    private let version: FileVersion?

    /// Looks at the file, which may be absent, and at who else could change it. Throws what keeps it from being written or, once
    /// written, from being read.
    package init(_ sources: SettingsSources, profile: String?) throws(SettingsProblem) {
        guard let named = sources.files.own?.path, !named.isEmpty else {
            throw SettingsProblem("there is no HOME to keep settings in: name a file with --config")
        }
        self.profile = profile
        path = Self.target(of: named)
        version = FileVersion(of: path)
        text = try Self.text(of: path)
        do throws(TOMLDocument.Mistake) { hasKey = try SettingsEdit.hasKey(text, in: profile) } catch {
            throw SettingsProblem("\(error.words): fix it first", at: "\(path):\(error.line)")
        }
        do throws(TrustedPath.Distrust) { try TrustedPath.check(path) } catch {
            throw SettingsProblem("\(error.words(path)); a key in it would not be used until then")
        }
    }

    /// Of a link the place that it leads to: a file that is kept elsewhere stays there.
    private static func target(of path: FilePath) -> FilePath { path.resolved ?? path }

    /// Nothing of a file that is not there.
    private static func text(of path: FilePath) throws(SettingsProblem) -> String {
        let file: SettingsText
        do throws(SettingsText.Trouble) { file = try SettingsText(path) } catch {
            if error == .absent { return "" }
            throw SettingsProblem("\(path) \(error.words)")
        }
        guard file.isOwn else { throw SettingsProblem("\(path) is another user's: run pulsefs init as that user") }
        return file.text
    }

    /// Writes the file, 0600, and its directory, 0700, if that has to be made. Throws when the file was changed meanwhile; then, as
    /// after any error, it is as it was.
    package func save(_ key: SavedKey) throws(SettingsProblem) {
        guard let new = try? SettingsEdit.text(of: text, saving: key, in: profile) else {
            throw SettingsProblem(
                "the key cannot be put into \(path) without changing another value: write \(key.setting.name) into it by hand"
            )
        }
        let outcome: Bool
        do throws(Errno) { outcome = try replace(with: new) } catch {
            throw SettingsProblem("cannot write \(path) (\(error)): name another file with --config")
        }
        guard outcome else {
            throw SettingsProblem("\(path) was changed meanwhile, and is left as it is: run pulsefs init again")
        }
    }

    /// False when another has changed the file.
    private func replace(with new: String) throws(Errno) -> Bool {
        guard let name = path.lastComponent else { throw .isDirectory }
        let directory = try Self.directory(path.removingLastComponent())
        guard
            let draft = FilePath.Component(
                ".\(name.string).\(ThisProcess.identifier)-\(UInt32.random(in: 0...UInt32.max))")
        else {
            throw .invalidArgument
        }
        let file = try directory.makeFile(draft)
        defer { try? file.close() }
        do throws(Errno) {
            // The umask may take more away than others' rights.
            try file.setPermissions(0o600)
            try file.writeFully(Array(new.utf8))
            try file.makeDurable()
            guard FileVersion(of: path) == version else {
                try directory.unlink(draft)
                return false
            }
            try directory.rename(draft, .replacing, directory, name)
        } catch {
            try? directory.unlink(draft)
            throw error
        }
        try directory.synchronize()
        return true
    }

    /// Opens it, and makes it and those above it if need be.
    private static func directory(_ path: FilePath) throws(Errno) -> DirectoryHandle {
        do throws(Errno) { return try DirectoryHandle(path) } catch .noSuchFileOrDirectory {
            guard path.lastComponent != nil else { throw Errno.noSuchFileOrDirectory }
            _ = try directory(path.removingLastComponent())
            _ = try path.makeDirectory()
            return try DirectoryHandle(path)
        }
    }
}

extension KeySaving: CustomReflectable {
    /// Shows nothing: a key may be in the file.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
