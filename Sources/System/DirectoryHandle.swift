import CFiles
package import Quantities
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A directory that is open, and the names in it (openat(2) and its like).
///
/// A name is one component, and is never followed if it is a symbolic link: whatever others put into the directory, nothing
/// outside it is read or changed. All calls block on the disk.
package final class DirectoryHandle: Sendable {
    package typealias Name = FilePath.Component

    let descriptor: FileDescriptor

    private init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { try? descriptor.close() }

    /// A directory by its path, which may lead through symbolic links.
    package init(_ path: FilePath) throws(Errno) {
        descriptor = try Self.descriptor(
            path.withPlatformString { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
    }

    // MARK: Looking

    /// ENOTDIR for what is no directory, a symbolic link included.
    package func directory(_ name: Name) throws(Errno) -> DirectoryHandle {
        DirectoryHandle(try open(name, O_RDONLY | O_DIRECTORY))
    }

    /// A directory below this one; this one for the empty path.
    package func directory(at path: FilePath) throws(Errno) -> DirectoryHandle {
        var handle = self
        for name in path.components { handle = try handle.directory(name) }
        return handle
    }

    /// Opens a file for reading. A FIFO keeps nobody waiting, and ELOOP is a symbolic link.
    package func file(_ name: Name) throws(Errno) -> FileDescriptor { try open(name, O_RDONLY | O_NONBLOCK) }

    /// Nil when there is no such name.
    package func facts(_ name: Name) throws(Errno) -> EntryFacts? {
        var facts = stat()
        if name.withPlatformString({ fstatat(descriptor.rawValue, $0, &facts, AT_SYMLINK_NOFOLLOW) }) == 0 {
            return EntryFacts(facts)
        }
        guard errno == ENOENT else { throw Errno(rawValue: errno) }
        return nil
    }

    /// All names but `.` and `..`, in no order.
    package func names() throws(Errno) -> [Name] {
        let stream = try DirectoryStream(of: descriptor)
        var names: [Name] = []
        while let name = try stream.next({ Name(platformString: $0) }) {
            if let name, name.kind == .regular { names.append(name) }
        }
        return names
    }

    private func open(_ name: Name, _ flags: Int32, _ mode: mode_t = 0) throws(Errno) -> FileDescriptor {
        let number = name.withPlatformString {
            openat(descriptor.rawValue, $0, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        }
        return try Self.descriptor(number)
    }

    private static func descriptor(_ number: Int32) throws(Errno) -> FileDescriptor {
        guard number >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: number)
    }

    // MARK: Changing

    /// Makes a directory with these permission bits, whatever the umask, and opens it.
    package func makeDirectory(_ name: Name, _ permissions: UInt16) throws(Errno) -> DirectoryHandle {
        try check(name.withPlatformString { mkdirat(descriptor.rawValue, $0, 0o700) })
        let made = try directory(name)
        if permissions != 0o700 { try made.setPermissions(permissions) }
        return made
    }

    /// Makes a file that its owner alone can read and write; EEXIST when the name is taken.
    package func makeFile(_ name: Name) throws(Errno) -> FileDescriptor {
        try open(name, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    }

    /// Opens a file to lock it, which is made if need be.
    package func lockFile(_ name: Name) throws(Errno) -> FileDescriptor { try open(name, O_RDWR | O_CREAT, 0o600) }

    /// Gives what has a name another one in `target` (linkat(2)); a symbolic link is not followed.
    package func link(_ name: Name, into target: DirectoryHandle) throws(Errno) {
        try check(
            name.withPlatformString { linkat(descriptor.rawValue, $0, target.descriptor.rawValue, $0, 0) })
    }

    package enum Renaming {
        /// EEXIST when the name is taken; where the file system does not know that, only by something else than an empty
        /// directory.
        case toFreeName
        /// Both names have to be there, and have each other's content in one step. EINVAL where the file system cannot.
        case exchanging
        /// What had the name is gone in the same step; a directory is not replaced by a file.
        case replacing
    }

    /// renameat2(2).
    package func rename(_ name: Name, _ kind: Renaming, _ target: DirectoryHandle, _ other: Name) throws(Errno) {
        let flags: UInt32 =
            switch kind {
            case .toFreeName: pulse_rename_noreplace
            case .exchanging: pulse_rename_exchange
            case .replacing: 0
            }
        let (from, to) = (descriptor.rawValue, target.descriptor.rawValue)
        let failed = name.withPlatformString { name in
            other.withPlatformString { renameat2(from, name, to, $0, flags) }
        }
        guard failed != 0 else { return }
        let cause = Errno(rawValue: errno)
        guard kind == .toFreeName, cause == .invalidArgument || cause == .noFunction else { throw cause }
        if let taken = try target.facts(other), taken.kind != .directory { throw .fileExists }
        try check(name.withPlatformString { name in other.withPlatformString { renameat(from, name, to, $0) } })
    }

    /// Removes anything but a directory.
    package func unlink(_ name: Name) throws(Errno) {
        try check(name.withPlatformString { unlinkat(descriptor.rawValue, $0, 0) })
    }

    package func removeDirectory(_ name: Name) throws(Errno) {
        try check(name.withPlatformString { unlinkat(descriptor.rawValue, $0, AT_REMOVEDIR) })
    }

    /// Removes a name and all that is below it. What is gone already is fine.
    package func removeTree(_ name: Name) throws(Errno) {
        do throws(Errno) {
            let directory = try directory(name)
            // A directory that its owner may not write is emptied all the same.
            try? directory.setPermissions(0o700)
            for name in try directory.names() { try directory.removeTree(name) }
            try removeDirectory(name)
        } catch .notDirectory {
            do throws(Errno) { try unlink(name) } catch .noSuchFileOrDirectory {}
        } catch .noSuchFileOrDirectory {
            // Someone else was faster.
        }
    }

    package func setPermissions(_ permissions: UInt16) throws(Errno) {
        try check(fchmod(descriptor.rawValue, mode_t(permissions)))
    }

    package func setModified(_ time: FileTime) throws(Errno) { try descriptor.setModified(time) }

    /// Makes the names in the directory durable.
    package func synchronize() throws(Errno) { try check(fsync(descriptor.rawValue)) }

    /// Makes everything durable that was written to the file system (syncfs(2)). A write that failed is an error since
    /// Linux 5.8.
    package func synchronizeFileSystem() throws(Errno) { try check(syncfs(descriptor.rawValue)) }

    private func check(_ code: Int32) throws(Errno) { guard code == 0 else { throw Errno(rawValue: errno) } }
}

extension FileDescriptor {
    package func facts() throws(Errno) -> EntryFacts {
        var facts = Glibc.stat()
        guard fstat(rawValue, &facts) == 0 else { throw Errno(rawValue: errno) }
        return EntryFacts(facts)
    }

    /// The time of the last change of the content; the time of the last access stays (futimens(2)).
    package func setModified(_ time: FileTime) throws(Errno) {
        let times = [Glibc.timespec(tv_sec: 0, tv_nsec: pulse_utime_omit), time.timespec]
        guard futimens(rawValue, times) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Shares the content of another file, in place of this one's, until one of both is written (FICLONE). Throws what the
    /// file system says where it cannot.
    package func clone(_ source: FileDescriptor) throws(Errno) {
        guard pulse_clone_file(rawValue, source.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    package func setPermissions(_ permissions: UInt16) throws(Errno) {
        guard fchmod(rawValue, mode_t(permissions)) == 0 else { throw Errno(rawValue: errno) }
    }

    package func setSize(_ size: UInt64) throws(Errno) {
        guard ftruncate(rawValue, off_t(clamping: size)) == 0 else { throw Errno(rawValue: errno) }
    }

    /// fsync(2).
    package func makeDurable() throws(Errno) {
        guard fsync(rawValue) == 0 else { throw Errno(rawValue: errno) }
    }

    /// pread(2) until the buffer is full or the file ends; returns the bytes read.
    package func readFully(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = buffer.baseAddress.map { $0 + filled }
            let got = Glibc.pread(rawValue, rest, buffer.count - filled, off_t(clamping: offset) +| filled)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Errno(rawValue: errno) }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// pread(2) of as many bytes as there are, up to `count`.
    package func bytes(at offset: UInt64, atMost count: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(Errno) in try readFully(at: offset, into: buffer) }
        }
        return Array(bytes[..<(try outcome.get())])
    }

    package func writeFully(_ bytes: [UInt8]) throws(Errno) {
        try bytes.withUnsafeBytes { bytes in Result { () throws(Errno) in try writeFully(bytes) } }.get()
    }

    /// write(2) until all is written.
    package func writeFully(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
        var written = 0
        while written < bytes.count {
            let put = Glibc.write(rawValue, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if put < 0, errno == EINTR { continue }
            guard put >= 0 else { throw Errno(rawValue: errno) }
            written += put
        }
    }
}
