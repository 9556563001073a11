import ArtifactStore
import FUSE
import System
import SystemPackage

/// The cache that a mount would use, and the disk that it is on.
struct CachePlace: Sendable {
    var path: FilePath
    var limits: StoreLimits
    var inspection: CacheInspection
    /// Such as `ext4`; nil when it cannot be told.
    var fileSystem: String?

    init(path: FilePath, limits: StoreLimits, inspection: CacheInspection, fileSystem: String? = nil) {
        self.path = path
        self.limits = limits
        self.inspection = inspection
        self.fileSystem = fileSystem
    }

    /// Blocks on the disk.
    static func here(_ path: FilePath, _ limits: StoreLimits) -> CachePlace {
        let inspection = CacheInspection(of: path)
        var place = path
        if case .absent(let parent, _) = inspection.directory { place = parent }
        return CachePlace(
            path: path, limits: limits, inspection: inspection, fileSystem: fileSystem(of: place))
    }

    /// The type of the mount that a directory is on.
    private static func fileSystem(of path: FilePath) -> String? {
        let real = path.resolved ?? path
        let mounts = MountTable.current().filter { real.starts(with: $0.mountpoint) }
        let longest = mounts.map(\.mountpoint.components.count).max()
        // The last one covers those before it.
        return mounts.last { $0.mountpoint.components.count == longest }?.type
    }

    /// SQLite's log and flock(2) are not to be relied on there, and neither is their speed.
    var isRemote: Bool {
        guard let fileSystem else { return false }
        let remote = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "lustre", "glusterfs", "fuse"]
        return remote.contains(fileSystem) || fileSystem.hasPrefix("fuse.")
    }
}
