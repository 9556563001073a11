import System
package import SystemPackage

/// Whether a directory is one to export into.
package enum ExportGround {
    /// Throws what is in the way, with what to do; makes the directory as the rules say if it is not there. `path` and
    /// `cache` are absolute.
    package static func prepare(
        _ path: FilePath, cache: FilePath, _ rules: ExportTarget.Rules
    ) throws(ExportFailure) {
        if let mounted = MountedPath(path) {
            throw ExportFailure(
                .target,
                "\(path) is in the mount on \(mounted.mountpoint), which is read-only: name a directory elsewhere")
        }
        switch CacheNesting(mountpoint: DirectoryLineage(path), cache: DirectoryLineage(cache)) {
        case .same, .mountInCache:
            throw ExportFailure(.target, "\(path) is in the cache \(cache): export to a directory outside it")
        case .cacheInMount:
            throw ExportFailure(
                .target,
                "the cache \(cache) is in \(path): export to another directory, or name another cache with --cache-dir")
        case nil: break
        }
        let cause: Errno
        do throws(Errno) {
            if try path.makeDirectory() {
                if path.setPermissions(rules.directory) { return }
            }
            cause = .fileExists
        } catch {
            cause = error
        }
        if let facts = EntryFacts(at: path) {
            if facts.kind == .directory { return }
            throw ExportFailure(.target, "\(path) is not a directory")
        }
        if cause == .noSuchFileOrDirectory {
            throw ExportFailure(
                .target,
                "\(path.removingLastComponent()) does not exist: make it with mkdir -p, so that \(path) can be created")
        }
        throw ExportFailure(.target, "cannot make \(path): \(cause)")
    }
}
