public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A directory of its own for each test, removed when the test is done with it, however it ends.
public struct ScratchDirectory: Sendable {
    public let path: FilePath

    public static func with<Value>(_ body: (ScratchDirectory) async throws -> Value) async throws -> Value {
        let directory = try ScratchDirectory()
        defer { directory.remove() }
        return try await body(directory)
    }

    private init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/pulsefs-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Errno(rawValue: errno) }
        path = FilePath(String(cString: made))
    }

    public func appending(_ name: String) -> FilePath { path.appending(name) }

    /// Makes a directory below this one.
    public func make(_ name: String) throws -> FilePath {
        let directory = path.appending(name)
        guard mkdir(directory.string, 0o700) == 0 else { throw Errno(rawValue: errno) }
        return directory
    }

    /// Stays on this file system: what may still be mounted below is not emptied.
    private func remove() {
        var child = pid_t()
        let words = ["rm", "-rf", "--one-file-system", path.string]
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        guard posix_spawnp(&child, "rm", nil, nil, &pointers, environ) == 0 else { return }
        var status: Int32 = 0
        waitpid(child, &status, 0)
    }
}
