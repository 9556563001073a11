import System
import SystemPackage

/// Says to all processes of a cache that something is being fetched. Goes with the process, however it ends.
package final class FetchLock: Sendable {
    private let path: FilePath
    private let descriptor: FileDescriptor
    /// One of the seats for what is fetched at a time.
    private let seat: Seats.Seat?

    private init(_ path: FilePath, _ descriptor: FileDescriptor, _ seat: Seats.Seat?) {
        self.path = path
        self.descriptor = descriptor
        self.seat = seat
    }

    deinit {
        // While it is still locked: whoever waits for it finds that the name is gone, and makes a new one.
        path.unlink()
        try? descriptor.close()
    }

    /// Nil while another process, or another part of this one, holds it.
    static func take(_ path: FilePath, holding seat: Seats.Seat? = nil) throws(StoreError) -> FetchLock? {
        try LockedFile.open(path).map { FetchLock(path, $0, seat) }
    }
}

/// A file that is locked while it is open, under a name that its owner takes away before letting go.
enum LockedFile {
    /// Makes the file if need be; nil while someone else holds it. A file system that has no locks, or does not say what it
    /// has, is an error, not someone else.
    static func open(_ path: FilePath) throws(StoreError) -> FileDescriptor? {
        while true {
            let descriptor = try StoreError.system("make \(path)") {
                try CacheFile.open(path, .readWrite, options: .create)
            }
            do throws(Errno) {
                guard try descriptor.lockIfFree() else {
                    try? descriptor.close()
                    return nil
                }
                // Whoever held it before may have taken the name away: then the lock is on nothing.
                if try FileIdentity.ofOpen(descriptor) == FileIdentity.ofFile(at: path) { return descriptor }
            } catch {
                try? descriptor.close()
                throw StoreError(.system, "cannot lock \(path)", cause: error)
            }
            try? descriptor.close()
        }
    }
}
