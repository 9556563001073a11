package import PulseFS
import Synchronization
import System
package import SystemPackage

/// A log that is added to. When it is renamed away or removed, as logrotate(8) does, the next line begins another.
package final class LogFile: Sendable {
    private let path: FilePath
    private struct Log {
        var file: FileDescriptor?
        /// The last line could not be written whole, as when the disk became full.
        var isTorn = false
    }

    private let log: Mutex<Log>

    /// Makes the file if it is not there; only its owner can read it then.
    package init(_ path: FilePath) throws(MountFailure) {
        self.path = path
        do {
            log = Mutex(Log(file: try Self.open(path)))
        } catch {
            throw MountFailure("cannot write the log \(path) (\(error)): name another file with --log-file")
        }
    }

    deinit {
        log.withLock { try? $0.file?.close() }
    }

    /// What cannot be written is lost: a log stops nothing.
    func write(_ line: String) {
        log.withLock { log in
            if let open = log.file, !Self.isSame(open, path) {
                try? open.close()
                log = Log()
            }
            if log.file == nil { log.file = try? Self.open(path) }
            // What is left of a line is ended before the next one.
            let bytes = Array("\(log.isTorn ? "\n" : "")\(line)\n".utf8)
            guard let count = try? log.file?.writeSome(bytes) else { return }
            if count > 0 { log.isTorn = count < bytes.count }
        }
    }

    private static func open(_ path: FilePath) throws -> FileDescriptor {
        // Without waiting: a FIFO would keep us until someone reads it.
        try FileDescriptor.open(
            path, .writeOnly, options: [.append, .create, .closeOnExec, .nonBlocking],
            permissions: .ownerReadWrite)
    }

    private static func isSame(_ file: FileDescriptor, _ path: FilePath) -> Bool {
        guard let open = try? file.facts(), let named = EntryFacts(at: path) else { return false }
        return open.isSame(as: named)
    }
}
