import System
import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A directory for a cache that ends with this object: in memory where the system has a place for that.
final class TemporaryCache: Sendable {
    let path: FilePath
    private let lock: FileDescriptor

    /// Places in the order they are tried; the first is in memory (tmpfs(5)).
    private static var places: [FilePath] { ["/dev/shm", FilePath(FileManager.default.temporaryDirectory.path)] }

    init() throws(StoreError) {
        var failure = StoreError(.system, "there is no place for a temporary cache")
        for place in Self.places where FileFacts(of: place)?.isDirectory == true {
            do throws(StoreError) {
                Self.sweep(place)
                (path, lock) = try Self.make(in: place)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path.string)
        try? lock.close()
    }

    private static var prefix: String { "pulsefs-cache-\(ThisProcess.effectiveUser)-" }

    private static func make(in place: FilePath) throws(StoreError) -> (FilePath, FileDescriptor) {
        var generator = SystemRandomNumberGenerator()
        let path = place.appending(prefix + String(generator.next(), radix: 36))
        return try StoreError.system("make a temporary cache in \(place)") {
            guard try path.makeDirectory() else { throw Errno.fileExists }
            let lock = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            _ = lock.lockExclusively()
            return (path, lock)
        }
    }

    /// Removes what processes left that did not live to do so.
    private static func sweep(_ place: FilePath) {
        for name in DirectoryListing.names(in: place) where name.hasPrefix(prefix) {
            let path = place.appending(name)
            guard FileFacts(of: path)?.owner == ThisProcess.effectiveUser,
                let lock = try? FileDescriptor.open(path, .readOnly, options: [.directory, .noFollow, .closeOnExec])
            else { continue }
            if lock.lockExclusively() { try? FileManager.default.removeItem(atPath: path.string) }
            try? lock.close()
        }
    }
}
