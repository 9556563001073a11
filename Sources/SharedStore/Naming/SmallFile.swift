import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A file of at most a megabyte, read whole, with who may read it.
struct SmallFile {
    enum Trouble: Error {
        case unreadable(Errno)
        case notAFile
        case tooLarge

        /// The rest of a sentence about the file.
        var words: String {
            switch self {
            case .unreadable(let errno): "cannot be read (\(errno))"
            case .notAFile: "is not a file"
            case .tooLarge: "is larger than a megabyte"
            }
        }
    }

    let bytes: [UInt8]
    let mode: mode_t
    let owner: uid_t

    private static let largest = 1_048_576

    /// Nil when it does not exist. Blocks on the disk, but never on a FIFO.
    static func read(_ path: String) throws(Trouble) -> SmallFile? {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            let errno = error as? Errno ?? .ioError
            if errno == .noSuchFileOrDirectory || errno == .notDirectory { return nil }
            throw .unreadable(errno)
        }
        defer { try? file.close() }
        var facts = stat()
        guard fstat(file.rawValue, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count: Int
            do { count = try piece.withUnsafeMutableBytes { try file.read(into: $0) } } catch {
                throw .unreadable(error as? Errno ?? .ioError)
            }
            if count == 0 { return SmallFile(bytes: bytes, mode: facts.st_mode & 0o7777, owner: facts.st_uid) }
            bytes += piece[..<count]
            guard bytes.count <= largest else { throw .tooLarge }
        }
    }
}
