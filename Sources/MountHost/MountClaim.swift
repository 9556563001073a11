import FUSE
package import PulseFS
import Synchronization
import System
package import SystemPackage

/// The right to mount on a directory, which one process has at a time: the kernel would stack mounts on it.
package final class MountClaim: Sendable {
    package let mountpoint: FilePath
    /// What was found there and put right, in one line.
    package let warning: String?
    private let lock: Mutex<FileDescriptor?>

    /// Whether a mount point stands for a descriptor by which someone else has mounted: `/dev/fd/N`.
    package static func isHandedOver(_ mountpoint: FilePath) -> Bool { HandedDescriptor(mountpoint) != nil }

    /// Finds the directory free, or frees it of a mount whose process is gone. `cache` is what the mount is to have, and is not
    /// made yet.
    package static func take(
        _ mountpoint: FilePath, cache: FilePath, allowOther: Bool = false
    ) async throws(MountFailure) -> MountClaim {
        try await take(mountpoint, cache: cache, allowOther: allowOther, in: MountSystem())
    }

    static func take(
        _ mountpoint: FilePath, cache: FilePath, allowOther: Bool, in system: MountSystem
    ) async throws(MountFailure) -> MountClaim {
        try CacheOpening.refuseInMount(cache)
        if let handed = HandedDescriptor(mountpoint) {
            if let trouble = handed.trouble {
                throw MountFailure("\(trouble): open /dev/fuse and mount with it first; see docs/containers.md")
            }
            return MountClaim(mountpoint, nil, nil)
        }
        // Before the directory is looked at: a mount there may not answer.
        let warning = try await clear(mountpoint)
        let lock = try Self.lock(mountpoint)
        // Another may have been done with mounting just before.
        if let entry = occupant(of: mountpoint) {
            try? lock?.close()
            throw refusal(entry, await answer(of: entry))
        }
        let claim = MountClaim(mountpoint, warning, lock)
        if let problem = MountGround(mountpoint, cache: cache, allowOther: allowOther, in: system).problem {
            throw MountFailure(problem)
        }
        return claim
    }

    private init(_ mountpoint: FilePath, _ warning: String?, _ lock: FileDescriptor?) {
        self.mountpoint = mountpoint
        self.warning = warning
        self.lock = Mutex(lock)
    }

    deinit { release() }

    /// Makes a mount on the directory that was claimed, and lets others see it there.
    package func attach(_ mount: Mount) throws(MountFailure) {
        try mount.attach()
        release()
    }

    private func release() {
        lock.withLock { lock in
            try? lock?.close()
            lock = nil
        }
    }

    private static func occupant(of mountpoint: FilePath) -> MountTableEntry? {
        MountTable.current().last { $0.mountpoint == mountpoint }
    }

    /// Takes away what dead processes have left; says so if there was anything.
    private static func clear(_ mountpoint: FilePath) async throws(MountFailure) -> String? {
        var warning: String?
        while let entry = occupant(of: mountpoint) {
            let outcome = await answer(of: entry)
            guard outcome == .gone else { throw refusal(entry, outcome) }
            do throws(Errno) { try Unmounting.unmount(mountpoint) } catch {
                throw MountFailure(
                    "\(mountpoint) has a mount whose process is gone, and it cannot be detached: \(error)")
            }
            warning = "\(mountpoint) had a mount whose process is gone; it was detached"
        }
        return warning
    }

    /// Nil for a mount that is not ours, which is not looked at.
    private static func answer(of entry: MountTableEntry) async -> MountProbe.Outcome? {
        entry.type == MountTable.pulsefs ? await MountProbe.ask(entry.mountpoint) : nil
    }

    private static func refusal(_ entry: MountTableEntry, _ outcome: MountProbe.Outcome?) -> MountFailure {
        let path = entry.mountpoint
        switch outcome {
        case nil:
            return MountFailure(
                "\(path) is mounted already, by something else (\(entry.type)): name another directory, or one below it"
            )
        case .answered(let facts):
            return MountFailure(
                "\(path) is mounted already, by process \(facts.pid): unmount it first with: pulsefs unmount \(path)")
        case .silent:
            return MountFailure(
                "\(path) is mounted already, and does not answer: unmount it first with: pulsefs unmount --lazy \(path)"
            )
        case .refused:
            return MountFailure("\(path) is mounted already, by another user: name another directory")
        case .gone, .unknown:
            return MountFailure("\(path) is mounted already: unmount it first with: pulsefs unmount \(path)")
        }
    }

    /// Nil when the directory cannot be opened, so that it cannot be locked: what is wrong with it is said later.
    private static func lock(_ mountpoint: FilePath) throws(MountFailure) -> FileDescriptor? {
        guard
            let directory = try? FileDescriptor.open(
                mountpoint, .readOnly, options: [.closeOnExec, .directory, .nonBlocking])
        else { return nil }
        guard directory.lockExclusively() else {
            try? directory.close()
            throw MountFailure(
                "another process is mounting on \(mountpoint) just now: look at it with: pulsefs status \(mountpoint)")
        }
        return directory
    }
}
