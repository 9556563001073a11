package import ArtifactStore
import Foundation
package import JobCache
import Logging
import System
package import SystemPackage

/// Opens a cache for a mount or a command, and says in the log what happens to it.
package enum CacheOpening {
    /// A cache that is someone else's, or newer than this program, is refused. One that cannot be written is replaced by a
    /// temporary one: slower, as nothing is kept, and not broken.
    ///
    /// `events` is told what happens to it.
    package static func open(
        _ path: FilePath, limits: StoreLimits, events: EventLog = EventLog()
    ) throws(MountFailure) -> ArtifactStore {
        try refuseInMount(path)
        // A file that grows beyond what the process may write is refused (EFBIG) then, and the process goes on (setrlimit(2)).
        ThisProcess.survivesFullFiles()
        let store: ArtifactStore
        do throws(StoreError) {
            store = try openKept(path, limits)
        } catch  where !error.isUnwritable {
            throw MountFailure("cannot use the cache: \(error)")
        } catch {
            MountLog.cache.warning(
                "the cache cannot be written; what is fetched is kept until the mount ends",
                metadata: ["reason": "\(error)"])
            events.record(.cacheUnwritable, message: "\(error)")
            do throws(StoreError) {
                return try ArtifactStore(temporaryInsteadOf: path, descriptors: DescriptorPlan.here.store)
            } catch {
                throw MountFailure("cannot use the cache: \(error)")
            }
        }
        store.observe { event in
            log(event)
            events.record(event)
        }
        Task { await recover(store) }
        return store
    }

    /// Mends what processes left that died, while the mount is in use.
    private static func recover(_ store: ArtifactStore) async {
        do throws(StoreError) {
            try await store.rebuildIndexIfLost()
            try await store.settleLeftoverClaims(actor: "process \(ThisProcess.identifier), for one that died")
        } catch {
            MountLog.cache.warning("the cache could not be repaired", metadata: ["reason": "\(error)"])
        }
    }

    /// A mount of PulseFS keeps nothing, and each look into it may ask the API.
    package static func refuseInMount(_ path: FilePath) throws(MountFailure) {
        guard let mounted = MountedPath(path) else { return }
        throw MountFailure(
            "the cache \(path) is in the mount on \(mounted.mountpoint), where nothing can be written: name another with --cache-dir"
        )
    }

    static func openKept(_ path: FilePath, _ limits: StoreLimits) throws(StoreError) -> ArtifactStore {
        try ArtifactStore(
            at: path, limits: limits, steps: Self.steps, rescue: rescueDirectory,
            descriptors: DescriptorPlan.here.store)
    }

    /// `$XDG_STATE_HOME/pulsefs/results`, which lasts and is the user's own, and may be on another disk than the cache (XDG
    /// Base Directory Specification). Nil for a user without a home.
    private static var rescueDirectory: FilePath? {
        let environment = ProcessInfo.processInfo.environment
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            return FilePath(state).appending("pulsefs").appending("results")
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return FilePath(home).appending(".local").appending("state").appending("pulsefs").appending("results")
    }

    #if DEBUG
        /// For the tests, and in no release build: `PULSEFS_TEST_DIE_AT=renamed:3` kills the process the third time that a
        /// file becomes part of the cache, right after its rename.
        private static var steps: PublishingSteps { DeathAtStep.steps }
    #else
        private static let steps = PublishingSteps()
    #endif

    static func log(_ event: StoreEvent) {
        switch event {
        case .unwritable(let error):
            MountLog.cache.warning(
                "the cache cannot be written; files are fetched again until it can", metadata: ["reason": "\(error)"])
        case .writableAgain: MountLog.cache.notice("the cache can be written again")
        case .quarantined(let name, let job, let path):
            MountLog.cache.warning(
                "a file of the cache was damaged; it is fetched again",
                metadata: ["file": "\(name)", "job": "\(job)", "kept": "\(path)"])
        case .indexRebuilt(let jobs, let blobs):
            MountLog.cache.warning(
                "the index of the cache was lost and is rebuilt", metadata: ["jobs": "\(jobs)", "files": "\(blobs)"])
        case .evicted(let files, let bytes):
            MountLog.cache.debug("files left the cache", metadata: ["files": "\(files)", "bytes": "\(bytes)"])
        }
    }
}

extension EventLog {
    /// Takes in what happened to the cache.
    func record(_ event: StoreEvent) {
        switch event {
        case .unwritable(let error): record(.cacheUnwritable, message: "\(error)")
        case .writableAgain: record(.cacheWritable, message: "the cache can be written again")
        case .quarantined(let name, let job, let path):
            cache.quarantine()
            let isImage = ArtifactKind(named: name) == nil && name != PartFile.storedName
            record(
                .fileQuarantined, Place(job: job, file: isImage ? ArtifactKind.path(ofImage: name) : name),
                message: "a file of the cache was damaged; it is fetched again, and the damaged copy is in \(path)")
        case .indexRebuilt(let jobs, let blobs):
            record(
                .indexRebuilt,
                message: "the index of the cache was lost; it was rebuilt for \(jobs) jobs, \(blobs) files")
        case .evicted(let files, let bytes):
            cache.evict(files, bytes)
            record(.filesEvicted, message: "\(files) files, \(bytes) bytes")
        }
    }
}
