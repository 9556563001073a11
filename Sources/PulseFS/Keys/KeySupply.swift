package import ArtifactStore
package import PulseAPI
package import SystemPackage

/// Where the key comes from, and so whether another can come.
package enum KeySupply: Sendable {
    /// The environment or a test: the key is what it was at the start.
    case fixed
    /// A file that is read again when the key is in question.
    case file(FilePath)

    /// The key as it stands there now; nil when it cannot have changed. Throws with what is wrong with the file.
    func read() throws(SettingsError) -> APIKey? {
        switch self {
        case .fixed: nil
        case .file(let path): try KeyFile.read(path)
        }
    }
}

/// The key that requests are sent with, and whom the store knows it as.
package struct KeyInUse: Sendable {
    package let key: APIKey
    package let fingerprint: KeyFingerprint
    /// Another number whenever the key is another, or what it reads is closed or opened: what was learnt under one number
    /// is not shown under the next.
    package var generation: UInt64
}

/// Something asked for with the key of one generation: whoever has another key does not join.
struct ForKey<Subject: Hashable & Sendable>: Hashable, Sendable {
    let subject: Subject
    let generation: UInt64
}

extension Keyring {
    func own<Subject: Hashable & Sendable>(_ subject: Subject) -> ForKey<Subject> {
        ForKey(subject: subject, generation: generation)
    }
}
