import ArtifactStore
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a file says that people write by hand: small, regular, UTF-8.
struct SettingsText {
    let text: String
    private let path: FilePath
    private let mode: mode_t
    private let owner: uid_t

    enum Trouble: Error, Hashable {
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
    var isOwn: Bool { owner == geteuid() }

    /// Nobody writes more by hand, and every line is parsed.
    private static let longest = 65_536

    init(_ path: FilePath) throws(Trouble) {
        self.path = path
        let file: FileDescriptor
        do {
            // Without waiting: a FIFO would keep us until someone writes to it.
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            let errno = error as? Errno ?? .ioError
            throw errno == .noSuchFileOrDirectory || errno == .notDirectory ? .absent : .unreadable(errno)
        }
        defer { try? file.close() }
        var facts = stat()
        guard fstat(file.rawValue, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw .notAFile
        }
        (mode, owner) = (facts.st_mode & 0o7777, facts.st_uid)
        guard let text = Self.text(of: file) else {
            throw .notText
        }
        self.text = text
    }

    private static func text(of file: FileDescriptor) -> String? {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= longest {
            guard let count = try? piece.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
            if count == 0 { return String(validating: bytes, as: UTF8.self) }
            bytes += piece[..<count]
        }
        return nil
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
    func checkSecrecy(sharedBits: mode_t = 0) throws(SettingsProblem) {
        guard mode & 0o077 & ~sharedBits == 0 else {
            throw SettingsProblem("others can read the API key in \(path): run chmod 600 \(path)")
        }
        guard owner == geteuid() || owner == 0 else {
            throw SettingsProblem("\(path) with the API key is another user's: run chown \(geteuid()) \(path)")
        }
    }
}
