import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

// Calls that swift-system has no name for. Each turns its return code into `Errno` where it appears.

extension FileDescriptor {
    /// fsync(2).
    func synchronize() throws(Errno) {
        while fsync(rawValue) != 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
    }

    /// flock(2), exclusive, without waiting; false when someone else holds it.
    func lockExclusively() -> Bool { flock(rawValue, LOCK_EX | LOCK_NB) == 0 }
}

extension FilePath {
    /// rename(2).
    func rename(to target: FilePath) throws(Errno) {
        let failed = withPlatformString { from in target.withPlatformString { Glibc.rename(from, $0) } }
        guard failed == 0 else { throw Errno(rawValue: errno) }
    }

    /// link(2); fails quietly, for callers that look at the outcome.
    func link(to target: FilePath) {
        _ = withPlatformString { from in target.withPlatformString { Glibc.link(from, $0) } }
    }

    /// unlink(2); fails quietly, for callers that have nothing else to do about it.
    func unlink() { _ = withPlatformString { Glibc.unlink($0) } }

    /// mkdir(2) with mode 0700; an existing directory is fine.
    func makeDirectory() throws(Errno) {
        guard withPlatformString({ mkdir($0, 0o700) }) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
    }

    /// Makes the names in the directory durable.
    func synchronizeDirectory() throws {
        let directory = try FileDescriptor.open(self, .readOnly, options: [.directory, .closeOnExec])
        try directory.closeAfter { try directory.synchronize() }
    }
}
