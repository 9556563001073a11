package import Quantities

/// What a directory entry is, as far as a read-only tree needs it.
package enum NodeKind: Sendable, Hashable {
    case directory
    case file
}

/// The attributes of one node, as stat(2) shows them.
package struct FileAttributes: Sendable, Hashable {
    package var node: NodeID
    /// The inode number that programs see: the node's own, unless several nodes stand for one file.
    package var inode: NodeID
    package var kind: NodeKind
    /// Bytes. Must be the true size: the kernel reads no further, and tar, sendfile and mmap trust it.
    package var size: UInt64
    /// Bytes that the content takes on a disk now; `du` counts these.
    package var allocatedSize: UInt64
    /// Permission bits only.
    package var permissions: UInt16
    package var owner: UInt32
    package var group: UInt32
    package var modified: FileTime
    package var changed: FileTime

    package init(
        node: NodeID, inode: NodeID? = nil, kind: NodeKind, size: UInt64, allocatedSize: UInt64, permissions: UInt16,
        owner: UInt32,
        group: UInt32, modified: FileTime, changed: FileTime
    ) {
        self.node = node
        self.inode = inode ?? node
        self.kind = kind
        self.size = size
        self.allocatedSize = allocatedSize
        self.permissions = permissions
        self.owner = owner
        self.group = group
        self.modified = modified
        self.changed = changed
    }
}

/// How long the kernel may go on using an answer without asking again.
package struct CacheLifetime: Sendable, Hashable {
    package let seconds: Double

    private init(seconds: Double) { self.seconds = max(0, seconds) }

    package static let none = CacheLifetime(seconds: 0)
    /// Ten years: longer than a mount lives, and well inside what the kernel's clock arithmetic takes.
    package static let forever = CacheLifetime(seconds: 315_576_000)

    package static func limited(_ duration: Duration) -> CacheLifetime {
        let (seconds, attoseconds) = duration.components
        return CacheLifetime(seconds: Double(seconds) + Double(attoseconds) / 1e18)
    }
}
