package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a name in a directory stands for.
package enum FileKind {
    case file, directory, link, fifo, socket, device, other

    /// Nil when there is nothing, or the disk does not say (lstat(2)).
    package init?(at path: FilePath) {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        self.init(facts.st_mode)
    }

    package init?(of descriptor: FileDescriptor) {
        var facts = stat()
        guard fstat(descriptor.rawValue, &facts) == 0 else { return nil }
        self.init(facts.st_mode)
    }

    private init(_ mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFBLK, S_IFCHR: .device
            default: .other
            }
    }

    package var words: String {
        switch self {
        case .file: "a file"
        case .directory: "a directory"
        case .link: "a symbolic link"
        case .fifo: "a FIFO"
        case .socket: "a socket"
        case .device: "a device"
        case .other: "something else"
        }
    }
}
