import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Opens files of a cache as what they are: regular files, by their own names.
///
/// A symbolic link is not followed, and a FIFO, a device or a socket under the name of a file keeps nobody waiting (open(2),
/// O_NOFOLLOW and O_NONBLOCK, which means nothing to a regular file).
enum CacheFile {
    /// Throws a `StoreError` that says what is there when it is no regular file, else an `Errno`.
    static func open(
        _ path: FilePath, _ mode: FileDescriptor.AccessMode, options: FileDescriptor.OpenOptions = []
    ) throws -> FileDescriptor {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(
                path, mode, options: options.union([.closeOnExec, .noFollow, .nonBlocking]),
                permissions: options.contains(.create) ? .ownerReadWrite : nil)
        } catch {
            // Of a link (ELOOP), and of what nobody listens at (ENXIO), the reason is not what open(2) makes of it.
            try check(path)
            throw error
        }
        guard let kind = FileKind(of: file), kind == .file else {
            try? file.close()
            throw refusal(path, FileKind(at: path) ?? .other)
        }
        return file
    }

    /// Throws when something is there that is no regular file. For files that a library opens.
    static func check(_ path: FilePath) throws(StoreError) {
        guard let kind = FileKind(at: path), kind != .file else { return }
        throw refusal(path, kind)
    }

    private static func refusal(_ path: FilePath, _ kind: FileKind) -> StoreError {
        StoreError(.refused, "\(path) is \(kind.words), where a file of the cache should be: remove it")
    }
}

/// What a name in a directory stands for.
private enum FileKind {
    case file, directory, link, fifo, socket, device, other

    /// Nil when there is nothing, or the disk does not say (lstat(2)).
    init?(at path: FilePath) {
        var facts = stat()
        guard path.withPlatformString({ lstat($0, &facts) }) == 0 else { return nil }
        self.init(facts.st_mode)
    }

    init?(of descriptor: FileDescriptor) {
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

    var words: String {
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
