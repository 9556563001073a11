/// A node as the kernel knows it: the `nodeid` of the FUSE protocol, used as the inode number too.
///
/// 0 means "no node" on the wire and is never a `NodeID` of a file system.
package struct NodeID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The mount's root (`FUSE_ROOT_ID`).
    package static let root = NodeID(1)

    package var description: String { "node \(rawValue)" }
}

/// A place in a directory: what `readdir` is asked to go on after. 0 is the beginning.
///
/// It must go on naming the same place while entries come and go (telldir(3)).
package struct DirectoryCookie: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static let start = DirectoryCookie(0)

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
