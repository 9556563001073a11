import PulseAPI
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file that holds an API key and nothing else.
enum KeyFile {
    /// Refuses a file that others can read: what it holds would be no secret.
    static func read(_ path: FilePath) throws(SettingsError) -> APIKey {
        let file: FileDescriptor
        do {
            // Without waiting: a FIFO would keep us until someone writes to it.
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            throw SettingsError(
                "cannot read the API key from \(path) (\(error)): name another file with --api-key-file")
        }
        defer { try? file.close() }
        var facts = stat()
        guard fstat(file.rawValue, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw SettingsError("\(path) is not a file: name one that holds the API key")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw SettingsError("others can read the API key in \(path): run chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: 8192)
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0) }),
            let text = String(validating: bytes[..<count], as: UTF8.self), let key = APIKey(text)
        else { throw SettingsError("\(path) holds no API key: it should hold the key, in one line, and nothing else") }
        return key
    }
}
