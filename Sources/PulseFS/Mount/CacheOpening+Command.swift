package import ArtifactStore
import Logging
import System
package import SystemPackage

extension CacheOpening {
    /// Opens a cache for a command, with its index made again if that was lost. One that cannot be written is a failure, as
    /// there is nobody to serve from memory; one that is not there is one too unless it `isMade`.
    package static func openForCommand(
        _ path: FilePath, limits: StoreLimits, isMade: Bool = false
    ) async throws(MountFailure) -> ArtifactStore {
        try refuseInMount(path)
        // A file that grows beyond what the process may write is refused (EFBIG) then, and the process goes on (setrlimit(2)).
        ThisProcess.survivesFullFiles()
        guard isMade || path.exists else {
            throw MountFailure(
                "there is no cache at \(path): fetch something first, or name another directory with --cache-dir")
        }
        do throws(StoreError) {
            let store = try openKept(path, limits)
            store.observe { log($0) }
            try await store.rebuildIndexIfLost()
            return store
        } catch {
            throw MountFailure("cannot use the cache: \(error)")
        }
    }

    /// Opens a cache that is there, to look into its index as it is; nil when that cannot be done at once.
    package static func openForLook(_ path: FilePath, limits: StoreLimits) -> ArtifactStore? {
        guard MountedPath(path) == nil, path.exists else { return nil }
        return try? openKept(path, limits)
    }
}
