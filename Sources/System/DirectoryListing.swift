import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The names in a directory; unless it is said, one behind a symbolic link is none.
package enum DirectoryListing {
    /// Nil when it cannot be read, or is none.
    private static func open(_ path: FilePath) -> OpaquePointer? {
        let options: FileDescriptor.OpenOptions = [.directory, .noFollow, .nonBlocking, .closeOnExec]
        guard let directory = try? FileDescriptor.open(path, .readOnly, options: options) else { return nil }
        guard let stream = fdopendir(directory.rawValue) else {
            try? directory.close()
            return nil
        }
        return stream
    }

    /// Bytes that the files directly in a directory take on the disk, but for those whose names begin with this. Asked often,
    /// while files come and go: by names as they are, with no path made of them.
    package static func allocated(in path: FilePath, withoutNamesLike prefix: StaticString? = nil) -> UInt64 {
        guard let stream = open(path) else { return 0 }
        defer { closedir(stream) }
        let directory = dirfd(stream)
        var total: UInt64 = 0
        while let entry = readdir(stream) {
            withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { name in
                    if let prefix,
                        prefix.withUTF8Buffer({ begin in
                            strncmp(
                                name,
                                begin.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
                                    ?? name, begin.count) == 0
                        })
                    {
                        return
                    }
                    var facts = stat()
                    guard fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFREG
                    else { return }
                    total +|= UInt64(max(0, facts.st_blocks)) *| 512
                }
            }
        }
        return total
    }

    /// Whether there is no name in it, behind links; nil when it cannot be listed.
    package static func isEmpty(_ path: FilePath) -> Bool? {
        guard let stream = path.withPlatformString({ opendir($0) }) else { return nil }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { return false }
        }
        return true
    }

    /// Without `.` and `..`; empty when it cannot be read.
    package static func names(in path: FilePath) -> [String] {
        guard let stream = open(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
