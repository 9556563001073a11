import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Which file, whatever it is called (stat(2)).
struct FileIdentity: Equatable {
    let device: UInt
    let number: UInt

    init?(of descriptor: FileDescriptor) {
        var facts = stat()
        guard fstat(descriptor.rawValue, &facts) == 0 else { return nil }
        (device, number) = (facts.st_dev, facts.st_ino)
    }

    init?(of path: FilePath) {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        (device, number) = (facts.st_dev, facts.st_ino)
    }
}
