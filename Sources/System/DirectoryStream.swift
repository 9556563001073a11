import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The names in a directory that is open, one after the other (readdir(3)): all but `.` and `..`, in no order.
struct DirectoryStream: ~Copyable {
    private let stream: OpaquePointer

    /// A directory by its path, whose last component is no symbolic link unless `followsLink`.
    init(_ path: FilePath, followsLink: Bool = false) throws(Errno) {
        let flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
        try self.init(closing: path.withPlatformString { open($0, flags) })
    }

    /// A directory that is open already, whose descriptor stays as it is.
    init(of directory: FileDescriptor) throws(Errno) {
        // The stream closes what it is given, and moves its offset.
        try self.init(closing: openat(directory.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0))
    }

    private init(closing number: Int32) throws(Errno) {
        guard number >= 0 else { throw Errno(rawValue: errno) }
        guard let stream = fdopendir(number) else {
            let cause = Errno(rawValue: errno)
            close(number)
            throw cause
        }
        self.stream = stream
    }

    deinit { closedir(stream) }

    var descriptor: Int32 { dirfd(stream) }

    /// What `read` makes of the next name, which is there for that long alone; nil after the last one.
    func next<Value>(_ read: (UnsafePointer<CChar>) -> Value) throws(Errno) -> Value? {
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw Errno(rawValue: errno) }
                return nil
            }
            let value: Value? = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { name in
                    strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ? nil : read(name)
                }
            }
            if let value { return value }
        }
    }
}
