import Foundation
import PulseFS
import SystemPackage

/// A FIFO that another process holds open for writing for as long as it lives. The kernel closes it when that process ends, however it ends
/// (fifo(7)).
struct PeerPipe: Sendable {
    private let reading: FileDescriptor

    /// Opens it, and makes it if it is not there: its owner and its group may write. Does not wait for a writer.
    init(_ path: FilePath) throws(MountFailure) {
        let made = path.withPlatformString { mkfifo($0, 0o600) }
        if made == 0 {
            // Whatever the umask; in a directory that containers share, the group is theirs.
            _ = path.withPlatformString { chmod($0, 0o620) }
        } else if errno != EEXIST {
            throw MountFailure("cannot make the FIFO \(path): \(Errno(rawValue: errno))")
        }
        do {
            reading = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
        } catch { throw MountFailure("cannot open the FIFO \(path): \(error)") }
        var facts = stat()
        guard fstat(reading.rawValue, &facts) == 0, facts.st_mode & S_IFMT == S_IFIFO else {
            try? reading.close()
            throw MountFailure("\(path) is not a FIFO: name one for --end-with, or a path that is not there")
        }
    }

    /// Calls `body` once, on a thread of its own, when there was a writer and the last one has closed it. What is written is dropped.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        Thread.detachNewThread { [reading] in
            var dropped = [UInt8](repeating: 0, count: 4096)
            while true {
                // Before the first writer this waits; read(2) would say at once that there is none.
                var look = pollfd(fd: reading.rawValue, events: Int16(POLLIN), revents: 0)
                guard poll(&look, 1, -1) > 0 else { continue }
                if look.revents & Int16(POLLIN) != 0 {
                    _ = try? dropped.withUnsafeMutableBytes { try reading.read(into: $0) }
                } else {
                    return body()
                }
            }
        }
    }
}
