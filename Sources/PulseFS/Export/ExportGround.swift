package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

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
        if path.withPlatformString({ mkdir($0, 0o700) == 0 && chmod($0, mode_t(rules.directory)) == 0 }) { return }
        let cause = Errno(rawValue: errno)
        var facts = stat()
        let isThere = path.withPlatformString { stat($0, &facts) } == 0
        if isThere, facts.st_mode & S_IFMT == S_IFDIR { return }
        if isThere { throw ExportFailure(.target, "\(path) is not a directory") }
        if cause == .noSuchFileOrDirectory {
            throw ExportFailure(
                .target,
                "\(path.removingLastComponent()) does not exist: make it with mkdir -p, so that \(path) can be created")
        }
        throw ExportFailure(.target, "cannot make \(path): \(cause)")
    }
}
