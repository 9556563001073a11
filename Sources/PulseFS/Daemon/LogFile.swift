import Synchronization
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A log that is added to. When it is renamed away or removed, as logrotate(8) does, the next line begins another.
package final class LogFile: Sendable {
    private let path: FilePath
    private let file: Mutex<FileDescriptor?>

    /// Makes the file if it is not there; only its owner can read it then.
    package init(_ path: FilePath) throws(MountFailure) {
        self.path = path
        do {
            file = Mutex(try Self.open(path))
        } catch {
            throw MountFailure("cannot write the log \(path) (\(error)): name another file with --log-file")
        }
    }

    deinit {
        file.withLock { try? $0?.close() }
    }

    /// What cannot be written is lost: a log stops nothing.
    func write(_ line: String) {
        file.withLock { file in
            if let open = file, !Self.isSame(open, path) {
                try? open.close()
                file = nil
            }
            if file == nil { file = try? Self.open(path) }
            _ = try? file?.writeAll("\(line)\n".utf8)
        }
    }

    private static func open(_ path: FilePath) throws -> FileDescriptor {
        // Without waiting: a FIFO would keep us until someone reads it.
        try FileDescriptor.open(
            path, .writeOnly, options: [.append, .create, .closeOnExec, .nonBlocking],
            permissions: .ownerReadWrite)
    }

    private static func isSame(_ file: FileDescriptor, _ path: FilePath) -> Bool {
        var (open, named) = (stat(), stat())
        guard fstat(file.rawValue, &open) == 0, path.withPlatformString({ stat($0, &named) }) == 0 else { return false }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }
}
