import Quantities
import System
package import SystemPackage

/// The directory of a cache, checked before anything in it is believed:
///
///     index.sqlite      facts (and its -wal, -shm); made again from the blobs when it is lost
///     index.lock        locked while the index is opened or made again
///     ledger            what happened to results that can be fetched only once; only ever added to
///     secret            32 random bytes that key the fingerprints of API keys
///     blobs/<origin>/<job>/<slot>
///     spool/            bytes on their way in; each file is locked by whoever fills it
///     partial/          the same, of files that can be gone on with: under names that follow from what they are of, with facts
///     claims/           results that can be fetched only once, on their way in; locked likewise, and kept after a crash
///     aside/            what arrived and cannot be used, and cannot be fetched again
///     quarantine/       what was damaged on the disk
package struct CacheDirectory: Sendable {
    package let path: FilePath
    /// What processes that died had left half filled; it went when this was made.
    private(set) var swept = FileTotal()

    package var index: FilePath { path.appending("index.sqlite") }
    var indexLock: FilePath { path.appending("index.lock") }
    package var ledger: FilePath { path.appending("ledger") }
    var secret: FilePath { path.appending("secret") }
    package var blobs: FilePath { path.appending("blobs") }
    var spool: FilePath { path.appending("spool") }
    var partial: FilePath { path.appending("partial") }
    var claims: FilePath { path.appending("claims") }
    package var aside: FilePath { path.appending("aside") }
    package var quarantine: FilePath { path.appending("quarantine") }

    /// Makes what is missing, with mode 0700 whatever the umask, and refuses what someone else could have put there.
    package init(at path: FilePath) throws(StoreError) {
        self.path = path
        try Self.checkParents(of: path)
        try Self.makeParents(of: path)
        for directory in [path] + parts {
            try Self.make(directory)
            try Self.check(directory)
        }
        removeStaleSpool()
    }

    /// Of a cache that is only looked at: nothing is made or mended.
    init(lookingAt path: FilePath) { self.path = path }

    /// The directories in a cache.
    var parts: [FilePath] { [blobs, spool, partial, claims, aside, quarantine] }

    /// Makes a directory with mode 0700, and refuses one that others own or can write.
    static func makePrivate(_ path: FilePath) throws(StoreError) {
        try checkParents(of: path)
        try makeParents(of: path)
        try make(path)
        try check(path)
    }

    /// Throws when another user could put another directory in the place of this one.
    static func checkParents(of path: FilePath) throws(StoreError) {
        do throws(TrustedPath.Distrust) { try TrustedPath.check(path.removingLastComponent()) } catch {
            throw StoreError(.refused, "\(error.words(path)); or name another cache with --cache-dir")
        }
    }

    private static func makeParents(of path: FilePath) throws(StoreError) {
        let parent = path.removingLastComponent()
        guard !parent.isEmpty, parent != path, FileFacts(of: parent) == nil else { return }
        try makeParents(of: parent)
        try make(parent)
    }

    private static func make(_ path: FilePath) throws(StoreError) {
        do throws(Errno) { guard try path.makeDirectory() else { return } } catch {
            throw StoreError(.system, "cannot make the cache directory \(path)", cause: error)
        }
        // The umask may have taken bits away that the owner needs.
        _ = path.setPermissions(0o700)
    }

    private static func check(_ path: FilePath) throws(StoreError) {
        if try isSeenByOthers(path) { _ = path.setPermissions(0o700) }
    }

    /// Throws for a directory that is not used; true for one whose mode is wider than 0700. Changes nothing.
    static func isSeenByOthers(_ path: FilePath) throws(StoreError) -> Bool {
        let facts: FileFacts
        do throws(Errno) {
            guard let found = try FileFacts.ofFile(at: path) else { throw .noSuchFileOrDirectory }
            facts = found
        } catch {
            throw StoreError(.system, "cannot look at the cache directory \(path)", cause: error)
        }
        guard facts.isDirectory else {
            throw StoreError(.refused, "\(path) is not a directory; name another with --cache-dir")
        }
        guard facts.owner == ThisProcess.effectiveUser else {
            throw StoreError(
                .refused, "\(path) belongs to user \(facts.owner); name a directory of your own with --cache-dir")
        }
        guard facts.permissions & 0o022 == 0 else {
            throw StoreError(.refused, "\(path) can be written by others; run: chmod 700 \(path)")
        }
        return facts.permissions & 0o077 != 0
    }

    /// What a process that died left half filled. A file that is still being filled is locked by its owner.
    private mutating func removeStaleSpool() {
        for name in DirectoryListing.names(in: spool) {
            let file = spool.appending(name)
            guard let descriptor = try? CacheFile.open(file, .readOnly) else { continue }
            if descriptor.lockExclusively() {
                if let facts = FileFacts(of: descriptor) { swept.add(facts.allocated) }
                file.unlink()
            }
            try? descriptor.close()
        }
        // Without facts what has come of a file is of no use.
        let names = Set(DirectoryListing.names(in: partial))
        for name in names where !name.contains(".") && !names.contains("\(name).facts") {
            let file = partial.appending(name)
            let allocated = FileFacts(of: file)?.allocated ?? 0
            if Self.removePartial(file) { swept.add(allocated) }
        }
        for name in names where name.contains(".") && !names.contains(String(name.prefix { $0 != "." })) {
            partial.appending(name).unlink()
        }
    }

    /// Bytes of files on their way in, those of all processes, as they stand on the disk.
    func arrivingBytes() -> UInt64 {
        // Locks have nothing in them, and there may be many.
        DirectoryListing.allocated(in: spool) +| DirectoryListing.allocated(in: partial)
            +| DirectoryListing.allocated(in: claims, withoutNamesLike: "fetch-")
    }

    /// Free and total bytes of the disk; nil when it does not say.
    package func space() -> (free: UInt64, total: UInt64)? {
        path.diskSpace
    }
}
