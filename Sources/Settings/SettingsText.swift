import ArtifactStore
package import System
package import SystemPackage

/// What a file says that people write by hand: small, regular, UTF-8.
package struct SettingsText {
    package let text: String
    private let path: FilePath
    private let mode: UInt16
    private let owner: UInt32

    package enum Trouble: Error, Hashable {
        case absent
        case unreadable(Errno)
        case notAFile
        /// Or more of it than people write.
        case notText
        /// Others can write it, or put another in its place.
        case untrusted(TrustedPath.Distrust, FilePath)

        /// The rest of a sentence about the file.
        var words: String {
            switch self {
            case .absent: "does not exist"
            case .unreadable(let errno): "cannot be read (\(errno))"
            case .notAFile: "is not a file"
            case .notText: "is not text, or is larger than 64 KiB"
            case .untrusted(let distrust, let path): "is not read: \(distrust.words(path))"
            }
        }
    }

    /// Whether it is the user's own.
    var isOwn: Bool { owner == ThisProcess.effectiveUser }

    /// Nobody writes more by hand, and every line is parsed.
    private static let longest = 65_536

    package init(_ path: FilePath) throws(Trouble) {
        self.path = path
        let found: SmallFile?
        do throws(SmallFile.Trouble) { found = try SmallFile.read(path, atMost: Self.longest) } catch {
            switch error {
            case .unreadable(let errno): throw .unreadable(errno)
            case .notAFile: throw .notAFile
            case .tooLarge: throw .notText
            }
        }
        guard let found else { throw .absent }
        (mode, owner) = (found.permissions, found.owner)
        guard let text = String(validating: found.bytes, as: UTF8.self) else { throw .notText }
        self.text = text
    }

    /// A file of settings, which says where the key goes: refused if anyone but the user and root could have written it.
    static func trusted(_ path: FilePath) throws(Trouble) -> SettingsText {
        let text = try SettingsText(path)
        try text.checkTrust()
        return text
    }

    /// Refuses a file that another user can write, or can put another in the place of.
    func checkTrust() throws(Trouble) {
        do throws(TrustedPath.Distrust) { try TrustedPath.check(path) } catch { throw .untrusted(error, path) }
    }

    /// Refuses a file whose secret is none: one that others can read, or could replace. `sharedBits` are those of others
    /// that mean nothing.
    package func checkSecrecy(sharedBits: UInt16 = 0) throws(SettingsProblem) {
        guard mode & 0o077 & ~sharedBits == 0 else {
            throw SettingsProblem("others can read the API key in \(path): run chmod 600 \(path)")
        }
        guard owner == ThisProcess.effectiveUser || owner == 0 else {
            throw SettingsProblem(
                "\(path) with the API key is another user's: run chown \(ThisProcess.effectiveUser) \(path)")
        }
    }
}
