import CFiles
import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

// Calls that swift-system has no name for. Each turns its return code into `Errno` where it appears.

extension FileDescriptor {
    /// fsync(2).
    package func synchronize() throws(Errno) {
        while fsync(rawValue) != 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
    }

    /// pread(2) until the buffer is full or the file ends; returns the bytes read.
    package func readAll(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let got = try read(fromAbsoluteOffset: Int64(clamping: offset) +| Int64(filled), into: rest)
            guard got > 0 else { break }
            filled += got
        }
        return filled
    }

    /// A file in memory, with no name in any directory (memfd_create(2)).
    package static func inMemory() throws(Errno) -> FileDescriptor {
        let descriptor = memfd_create("pulsefs", pulse_mfd_cloexec)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: descriptor)
    }

    /// Sets disk space apart from the file's beginning, without changing its size (fallocate(2)).
    package func allocate(_ bytes: Int64) throws(Errno) {
        while bytes > 0, fallocate(rawValue, pulse_falloc_keep_size, 0, off_t(bytes)) != 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
    }

    /// Bytes that the file system has free for this user (fstatvfs(3)); nil when it does not say.
    package var freeBytes: UInt64? {
        var space = statvfs()
        guard fstatvfs(rawValue, &space) == 0 else { return nil }
        return UInt64(space.f_bavail) *| UInt64(space.f_frsize)
    }

    /// flock(2), with others that share it, without waiting; false when it was not to be had, for whatever reason.
    package func lockShared() -> Bool { flock(rawValue, LOCK_SH | LOCK_NB) == 0 }

    /// flock(2), exclusive, without waiting; false when it was not to be had, for whatever reason.
    package func lockExclusively() -> Bool { flock(rawValue, LOCK_EX | LOCK_NB) == 0 }

    /// flock(2), exclusive, without waiting; false when someone else holds it.
    package func lockIfFree() throws(Errno) -> Bool {
        while flock(rawValue, LOCK_EX | LOCK_NB) != 0 {
            let cause = Errno(rawValue: errno)
            if cause == .wouldBlock { return false }
            guard cause == .interrupted else { throw cause }
        }
        return true
    }

    /// flock(2), exclusive; blocks while someone else holds it, for so long at most. False when it is still held then.
    package func lockExclusively(within limit: Duration) throws(Errno) -> Bool {
        let end = ContinuousClock.now + limit
        var pause: UInt32 = 500
        while try !lockIfFree() {
            guard ContinuousClock.now < end else { return false }
            usleep(pause)
            pause = min(pause * 2, 50_000)
        }
        return true
    }
}

extension FilePath {
    /// rename(2).
    package func rename(to target: FilePath) throws(Errno) {
        let failed = withPlatformString { from in target.withPlatformString { Glibc.rename(from, $0) } }
        guard failed == 0 else { throw Errno(rawValue: errno) }
    }

    /// Gives the file this name unless something has it (link(2), unlink(2)); false when something has. Where the file system
    /// has no links, whoever comes between the look and rename(2) loses.
    package func move(to target: FilePath) throws(Errno) -> Bool {
        let failed = withPlatformString { from in target.withPlatformString { Glibc.link(from, $0) } }
        if failed == 0 {
            unlink()
            return true
        }
        switch errno {
        case EEXIST: return false
        case EPERM, EOPNOTSUPP, ENOSYS, EMLINK:
            guard FileFacts(of: target) == nil else { return false }
            try rename(to: target)
            return true
        default: throw Errno(rawValue: errno)
        }
    }

    /// link(2); fails quietly, for callers that look at the outcome.
    package func link(to target: FilePath) {
        _ = withPlatformString { from in target.withPlatformString { Glibc.link(from, $0) } }
    }

    /// unlink(2); fails quietly, for callers that have nothing else to do about it.
    package func unlink() { _ = withPlatformString { Glibc.unlink($0) } }

    /// mkdir(2) with mode 0700; an existing directory is fine. True when this made it.
    package func makeDirectory() throws(Errno) -> Bool {
        if withPlatformString({ mkdir($0, 0o700) }) == 0 { return true }
        guard errno == EEXIST else { throw Errno(rawValue: errno) }
        return false
    }

    /// A directory that nobody has made before, with mode 0700 and this path with six characters after it (mkdtemp(3)).
    package func makeTemporaryDirectory() throws(Errno) -> FilePath {
        var template = Array("\(string)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        return FilePath(platformString: template)
    }

    /// rmdir(2); fails quietly, as for a directory that is not empty.
    package func removeEmptyDirectory() { _ = withPlatformString { rmdir($0) } }

    /// Makes the names in the directory durable.
    package func synchronizeDirectory() throws {
        let directory = try FileDescriptor.open(self, .readOnly, options: [.directory, .closeOnExec])
        try directory.closeAfter { try directory.synchronize() }
    }
}
