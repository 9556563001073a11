package import SystemPackage

/// A file that is read in one go, with who may read it.
package struct SmallFile: Sendable {
    package enum Trouble: Error, Hashable {
        case unreadable(Errno)
        case notAFile
        case tooLarge
    }

    package let bytes: [UInt8]
    /// Permission bits only.
    package let permissions: UInt16
    package let owner: UInt32

    /// Nil when it does not exist. Blocks on the disk, but never on a FIFO.
    package static func read(_ path: FilePath, atMost limit: Int) throws(Trouble) -> SmallFile? {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            let errno = error as? Errno ?? .ioError
            if errno == .noSuchFileOrDirectory || errno == .notDirectory { return nil }
            throw .unreadable(errno)
        }
        defer { try? file.close() }
        guard let facts = try? file.facts(), facts.kind == .file else { throw .notAFile }
        let bytes: [UInt8]?
        do { bytes = try file.readToEnd(atMost: limit) } catch { throw .unreadable(error as? Errno ?? .ioError) }
        guard let bytes else { throw .tooLarge }
        return SmallFile(bytes: bytes, permissions: facts.permissions, owner: facts.owner)
    }

    /// The text of a file of the system, such as one of `/proc`. Nil when it cannot be read.
    package static func text(_ path: FilePath) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        defer { try? file.close() }
        return (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension FileDescriptor {
    /// All bytes from where it stands.
    package func readToEnd() throws -> [UInt8] { try readToEnd(atMost: .max) ?? [] }

    /// All bytes from where it stands; nil when there are more than these.
    package func readToEnd(atMost limit: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = try chunk.withUnsafeMutableBytes({ try read(into: $0) }), count > 0 {
            bytes += chunk[..<count]
            guard bytes.count <= limit else { return nil }
        }
        return bytes
    }
}
