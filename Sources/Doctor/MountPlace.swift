import FUSE
import MountHost
import PulseFS
import System
import SystemPackage

/// The directory that is to be mounted on, or is.
struct MountPlace: Sendable, Hashable {
    enum State: Sendable, Hashable {
        case absent
        case unreachable(Errno)
        case notADirectory
        case notEmpty
        /// Empty; others than its owner cannot mount on it.
        case free(owner: UInt32, isWritable: Bool)
        /// Below a mount point.
        case inside(mountpoint: FilePath)
        case foreign(type: String)
        /// A mount of ours that answers.
        case serving(version: String)
        /// A mount of ours without a process behind it.
        case stale
        case stuck
        /// A mount of ours that this user may not look into.
        case closed(Errno)
        /// It and the cache lie in each other.
        case nested(CacheNesting, cache: FilePath)
    }

    var path: FilePath
    var state: State
    var user: UInt32

    /// `path` is absolute. A mount is looked into by another process, which may hang in it. Blocks.
    static func here(_ path: FilePath, cache: FilePath? = nil) -> MountPlace {
        var state = state(of: path)
        switch state {
        case .absent, .notEmpty, .free:
            let nesting = cache.flatMap {
                CacheNesting(mountpoint: DirectoryLineage(path), cache: DirectoryLineage($0))
            }
            if let nesting, let cache { state = .nested(nesting, cache: cache) }
        default: break
        }
        return MountPlace(path: path, state: state, user: ThisProcess.effectiveUser)
    }

    private static func state(of path: FilePath) -> State {
        let types = MountTable.current().reduce(into: [:]) { $0[$1.mountpoint] = $1.type }
        let fuse = types.filter { $0.value == "fuse" || $0.value.hasPrefix("fuse.") }
        guard let mounted = MountedPath(path, isMount: { fuse[$0] != nil }, link: { $0.linkTarget }) else {
            return plainState(of: path)
        }
        guard mounted.path.isEmpty else { return .inside(mountpoint: mounted.mountpoint) }
        guard let type = fuse[mounted.mountpoint], type == "fuse.pulsefs" else {
            return .foreign(type: fuse[mounted.mountpoint] ?? "fuse")
        }
        return health(of: mounted.mountpoint)
    }

    private static func health(of mountpoint: FilePath) -> State {
        switch MountProbe.look(mountpoint) {
        case .answered(let facts): .serving(version: facts.version)
        case .silent: .stuck
        case .gone: .stale
        case .refused: .closed(.permissionDenied)
        case .unknown(let cause): .closed(cause)
        }
    }

    private static func plainState(of path: FilePath) -> State {
        let facts: EntryFacts
        do throws(Errno) { facts = try EntryFacts.followed(path) } catch {
            return error == .noSuchFileOrDirectory ? .absent : .unreachable(error)
        }
        guard facts.kind == .directory else { return .notADirectory }
        guard MountGround.isEmpty(path) else { return .notEmpty }
        return .free(owner: facts.owner, isWritable: path.isUsable(for: .writing))
    }
}
