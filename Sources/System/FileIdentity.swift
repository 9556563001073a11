package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Which file, whatever it is called (stat(2)).
package struct FileIdentity: Equatable {
    let device: UInt
    package let number: UInt

    package init?(of descriptor: FileDescriptor) {
        var facts = stat()
        guard fstat(descriptor.rawValue, &facts) == 0 else { return nil }
        (device, number) = (facts.st_dev, facts.st_ino)
    }

    /// Throws when the disk does not say.
    package static func ofOpen(_ descriptor: FileDescriptor) throws(Errno) -> FileIdentity {
        guard let identity = FileIdentity(of: descriptor) else { throw Errno(rawValue: errno) }
        return identity
    }

    /// Nil when there is no such file; throws when the disk does not say.
    package static func ofFile(at path: FilePath) throws(Errno) -> FileIdentity? {
        guard let identity = FileIdentity(of: path) else {
            let cause = Errno(rawValue: errno)
            guard cause == .noSuchFileOrDirectory else { throw cause }
            return nil
        }
        return identity
    }

    package init?(of path: FilePath) {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        (device, number) = (facts.st_dev, facts.st_ino)
    }
}
