import FUSE
package import Quantities
import System

/// Who owns what the mount shows, and who may read it.
package struct AttributePolicy: Sendable {
    package var owner: UInt32
    package var group: UInt32
    /// Permission bits taken away from 0444 and 0555; 077 leaves files 0400 and directories 0500.
    package var umask: UInt16
    /// What is shown for things without a date of their own.
    package var mountedAt: FileTime

    package init(
        owner: UInt32 = ThisProcess.user, group: UInt32 = ThisProcess.group, umask: UInt16 = 0o077, mountedAt: FileTime
    ) {
        self.owner = owner
        self.group = group
        self.umask = umask
        self.mountedAt = mountedAt
    }

    func directory(_ node: Node, modified: FileTime? = nil) -> FileAttributes {
        FileAttributes(
            node: node.id, kind: .directory, size: 0, allocatedSize: 0, permissions: 0o555 & ~umask, owner: owner,
            group: group, modified: modified ?? mountedAt, changed: modified ?? mountedAt)
    }

    /// `id` is the node's number for the kernel, where that is not the number that stands for its place. `changed` is when the
    /// bytes turned out to be others than before, if they have: programs that make backups go by the ctime, which is never
    /// before the mtime.
    func file(
        _ node: Node, id: NodeID? = nil, size: UInt64, allocated: UInt64? = nil, modified: FileTime? = nil,
        changed: FileTime? = nil
    ) -> FileAttributes {
        let modified = modified ?? mountedAt
        return FileAttributes(
            node: id ?? node.id, inode: node.id, kind: .file, size: size, allocatedSize: allocated ?? size,
            permissions: 0o444 & ~umask,
            owner: owner, group: group, modified: modified, changed: max(modified, changed ?? modified))
    }
}
