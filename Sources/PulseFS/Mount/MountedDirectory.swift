import FUSE
package import SystemPackage

/// A place where PulseFS is mounted, perhaps by another process.
package struct MountedDirectory: Sendable {
    package let path: FilePath

    /// Only looks at the mount table: a mount whose daemon is gone or stuck is found too.
    package init(_ path: FilePath) throws(MountFailure) {
        guard let mount = MountTable.current().last(where: { $0.mountpoint == path.string }) else {
            throw MountFailure("nothing is mounted on \(path)")
        }
        guard mount.type == "fuse.pulsefs" else {
            throw MountFailure("\(path) is a mount of another kind (\(mount.type))")
        }
        self.path = path
    }

    package func unmount(lazily: Bool) throws(MountFailure) {
        do throws(Errno) {
            try Unmounting.unmount(path, lazily: lazily)
        } catch .resourceBusy {
            throw MountFailure("\(path) is in use: leave it and try again, or add --lazy")
        } catch .notPermitted {
            throw MountFailure("\(path) was mounted by someone else: ask them, or root, to unmount it")
        } catch {
            throw MountFailure("cannot unmount \(path): \(error)")
        }
    }
}
