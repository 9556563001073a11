import FUSE
package import PulseFS
import System
package import SystemPackage

/// A place where PulseFS is mounted, perhaps by another process.
package struct MountedDirectory: Sendable {
    package let path: FilePath
    let entry: MountTableEntry

    /// How an unmounting went.
    package enum Ending: Sendable, Hashable {
        /// The process that served it has ended, and with it its use of the cache.
        case ended
        /// The mount is out of the tree, and goes on for those who are in it.
        case detached
        /// It is unmounted, and this process ends what it has begun.
        case ending(process: Int32)
        /// It is unmounted, and what becomes of its process is not known.
        case unknown
    }

    /// The mount on a directory, or on the one that a symbolic link leads to. Only looks at the mount table and at what is before
    /// the mount: one whose daemon is gone or stuck is found too.
    package init(_ path: FilePath) throws(MountFailure) {
        let table = MountTable.current()
        let linked = { MountedPath(path).flatMap { $0.path.isEmpty ? $0.mountpoint : nil } }
        let place = table.contains { $0.mountpoint == path } ? path : linked()
        guard let place, let entry = table.last(where: { $0.mountpoint == place }) else {
            throw MountFailure("nothing is mounted on \(path)")
        }
        guard entry.type == MountTable.pulsefs else {
            throw MountFailure("\(path) is a mount of another kind (\(entry.type))")
        }
        self.init(entry)
    }

    /// Whether anything is mounted there, of any kind.
    package static func isMount(_ path: FilePath) -> Bool {
        MountTable.current().contains { $0.mountpoint == path }
    }

    private static let moment = Duration.milliseconds(1500)

    private init(_ entry: MountTableEntry) {
        path = entry.mountpoint
        self.entry = entry
    }

    /// Those that this user may unmount.
    package static func all() -> [MountedDirectory] {
        MountTable.pulsefsMounts().map(MountedDirectory.init).filter(\.isOwn)
    }

    /// Who mounted it, where that is another user; `nil` where it is not, or not known.
    package var otherOwner: UInt32? { entry.owner == ThisProcess.effectiveUser ? nil : entry.owner }

    private var isOwn: Bool {
        ThisProcess.effectiveUser == 0 || entry.owner == nil || entry.owner == ThisProcess.effectiveUser
    }

    /// Unmounts, and waits until the process that served it has ended, for as long as `patience`. A mount in use is refused,
    /// unless `lazily`; one that nobody serves, or that does not answer, is always taken out of the tree. `waiting` is called
    /// once, with the process, when it is unmounted and the process goes on for more than a moment.
    package func unmount(
        lazily: Bool, patience: Duration, waiting: (Int32) -> Void = { _ in }
    ) async throws(MountFailure) -> Ending {
        guard isOwn else { throw othersMount }
        let outcome = await MountProbe.ask(path)
        var process: RunningProcess?
        if case .answered(let facts) = outcome { process = RunningProcess(facts.pid) }
        let isLost = outcome == .gone || outcome == .silent
        do throws(Errno) {
            let ending = try Unmounting.unmount(path, lazily: lazily || isLost)
            // Whoever waits for an answer would wait for ever, and could not even be killed.
            if outcome == .silent { Unmounting.abort(entry) }
            if ending == .detached, !isLost { return .detached }
        } catch .resourceBusy {
            throw MountFailure("\(path) is in use\(users): leave it and try again, or add --lazy")
        } catch .notPermitted {
            throw othersMount
        } catch {
            throw MountFailure("cannot unmount \(path): \(error)")
        }
        guard let process else { return outcome == .gone ? .ended : .unknown }
        let moment = min(patience, Self.moment)
        if await process.ends(within: moment) { return .ended }
        if patience > moment { waiting(process.identifier) }
        return await process.ends(within: patience - moment) ? .ended : .ending(process: process.identifier)
    }

    private var othersMount: MountFailure {
        MountFailure("\(path) was mounted by another user: ask them, or root, to unmount it")
    }

    /// Who holds the mount, as far as can be seen.
    private var users: String {
        let users = MountUser.all(of: path)
        if !users.isEmpty { return " by \(MountUser.sentence(users))" }
        let below = MountTable.current().first { $0.mountpoint != path && $0.mountpoint.starts(with: path) }
        return below.map { ", as \($0.mountpoint) is mounted in it" } ?? " by a process that you may not look at"
    }
}
