import FUSE
package import SystemPackage

/// A mount and its cache one within the other: to answer the kernel the daemon would have to ask the kernel, which waits for
/// it, and neither could be killed.
package enum CacheNesting: Sendable, Hashable {
    case same, cacheInMount, mountInCache

    /// Nil when they have nothing to do with each other.
    package init?(mountpoint: DirectoryLineage, cache: DirectoryLineage) {
        switch (cache.isWithin(mountpoint), mountpoint.isWithin(cache)) {
        case (true, true): self = .same
        case (true, false): self = .cacheInMount
        case (false, true): self = .mountInCache
        case (false, false): return nil
        }
    }

    /// The same of two paths, neither of which is looked into.
    package init?(mountpoint: FilePath, cache: FilePath) {
        let mounts = MountTable.current()
        self.init(
            mountpoint: DirectoryLineage(mountpoint, among: mounts), cache: DirectoryLineage(cache, among: mounts))
    }

    /// In one line, with what to do.
    package func problem(_ mountpoint: FilePath, _ cache: FilePath) -> String {
        switch self {
        case .same:
            "\(mountpoint) is the directory of the cache: mount on another, or name another cache with --cache-dir"
        case .cacheInMount:
            "the cache \(cache) would be in the mount on \(mountpoint): name a directory outside it with --cache-dir"
        case .mountInCache:
            "\(mountpoint) is in the cache \(cache): mount on a directory outside it, or name another cache with --cache-dir"
        }
    }
}
