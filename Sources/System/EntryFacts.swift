package import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What stat(2) says of a name in a directory, or of an open file; of a symbolic link it is the link itself.
package struct EntryFacts: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case file, directory, link, other
    }

    package let kind: Kind
    /// Bytes of content.
    package let size: UInt64
    /// Permission bits only.
    package let permissions: UInt16
    package let owner: UInt32
    package let device, number: UInt64
    package let modified, changed: FileTime

    init(_ facts: stat) {
        kind =
            switch facts.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            default: .other
            }
        size = UInt64(clamping: facts.st_size)
        permissions = UInt16(truncatingIfNeeded: facts.st_mode & 0o7777)
        owner = facts.st_uid
        (device, number) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
        modified = FileTime(facts.st_mtim)
        changed = FileTime(facts.st_ctim)
    }

    /// Of what the path leads to, links followed; nil when there is nothing, or the disk does not say.
    package init?(at path: FilePath) {
        guard let facts = try? Self.followed(path) else { return nil }
        self = facts
    }

    /// Of what the path leads to, links followed.
    package static func followed(_ path: FilePath) throws(Errno) -> EntryFacts {
        var facts = stat()
        guard path.withPlatformString({ stat($0, &facts) }) == 0 else { throw Errno(rawValue: errno) }
        return EntryFacts(facts)
    }

    /// Whether both are of the same file, whatever it is called.
    package func isSame(as other: EntryFacts) -> Bool { (device, number) == (other.device, other.number) }
}

extension FileTime {
    init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: UInt32(clamping: time.tv_nsec))
    }

    var timespec: timespec { .init(tv_sec: Int(clamping: seconds), tv_nsec: Int(nanoseconds)) }
}
