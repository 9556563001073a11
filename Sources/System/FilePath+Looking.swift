import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension FilePath {
    /// The path without links and `..` (realpath(3)); nil when it does not lead to anything.
    package var resolved: FilePath? {
        guard let real = withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(real) }
        return FilePath(platformString: real)
    }

    /// What a symbolic link says (readlink(2)); nil for what is none, and for one that says nothing or more than a path can.
    package var linkTarget: FilePath? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = withPlatformString { readlink($0, &buffer, buffer.count) }
        guard count > 0, count < buffer.count else { return nil }
        // The rest of the buffer is zero, which ends a path.
        return FilePath(platformString: buffer)
    }

    /// Sets permission bits (chmod(2)); false when that is refused.
    package func setPermissions(_ bits: UInt16) -> Bool { withPlatformString { chmod($0, mode_t(bits)) } == 0 }

    /// Free and total bytes of the disk (statvfs(3)); nil when it does not say.
    package var diskSpace: (free: UInt64, total: UInt64)? {
        var facts = statvfs()
        guard withPlatformString({ statvfs($0, &facts) }) == 0 else { return nil }
        let block = UInt64(facts.f_frsize)
        return (UInt64(facts.f_bavail) *| block, UInt64(facts.f_blocks) *| block)
    }
}
