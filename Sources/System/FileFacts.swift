import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What lstat(2) says, with the space that a file takes.
package struct FileFacts {
    package let isDirectory: Bool
    package let owner: UInt32
    package let permissions: UInt32
    package let size: UInt64
    package let allocated: UInt64
    package let links: UInt64
    /// Seconds since 1970.
    package let modified: Int
    /// Nanoseconds beyond these.
    package let modifiedFraction: Int64

    package init?(of path: FilePath) {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        self.init(facts)
    }

    /// Nil when there is no such file; throws when the disk does not say.
    package static func ofFile(at path: FilePath) throws(Errno) -> FileFacts? {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else {
            let cause = Errno(rawValue: errno)
            guard cause == .noSuchFileOrDirectory else { throw cause }
            return nil
        }
        return FileFacts(facts)
    }

    package init?(of descriptor: FileDescriptor) {
        var facts = stat()
        guard fstat(descriptor.rawValue, &facts) == 0 else { return nil }
        self.init(facts)
    }

    private init(_ facts: stat) {
        isDirectory = facts.st_mode & S_IFMT == S_IFDIR
        owner = facts.st_uid
        permissions = facts.st_mode & 0o7777
        size = UInt64(max(0, facts.st_size))
        allocated = UInt64(max(0, facts.st_blocks)) *| 512
        links = UInt64(facts.st_nlink)
        modified = facts.st_mtim.tv_sec
        modifiedFraction = Int64(facts.st_mtim.tv_nsec)
    }
}
