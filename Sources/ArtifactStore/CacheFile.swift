import System
import SystemPackage

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
