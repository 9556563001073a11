package import SystemPackage

/// A read-only file system, values in and values out: what the kernel asks, without the kernel.
///
/// Everything is called from several threads at once. There is no open file: with opens that send no message
/// (FUSE_NO_OPEN_SUPPORT) the kernel names only the node, so whatever a read needs must follow from the node.
package protocol FileSystem: AnyObject, Sendable {
    /// The entry `name` of a directory. Absence is an answer that the kernel may keep, not an error.
    func lookup(_ name: String, in directory: NodeID, for caller: Caller) -> Answer<LookupReply>

    /// `isOpen` says that the kernel asks for a file that is being read through a descriptor: what is found then is what is
    /// read. For stat(2) and fstat(2) it is false.
    func getattr(_ node: NodeID, isOpen: Bool, for caller: Caller) -> Answer<AttributeReply>

    /// At most `limit` entries that follow `cookie`; none means the end. `.` and `..` are the session's.
    func readdir(_ node: NodeID, after cookie: DirectoryCookie, limit: Int, for caller: Caller) -> Answer<
        [DirectoryEntry]
    >

    /// `count` bytes from `offset`; fewer only at the end of the file.
    func read(_ node: NodeID, at offset: UInt64, count: Int, for caller: Caller) -> Answer<ReadReply>

    /// Which of `events` are so now, for poll(2), select(2) and epoll(7). Where `waiting` is given the caller may go to sleep:
    /// it is to be woken when the answer may have become another one.
    func poll(_ node: NodeID, _ events: PollEvents, waiting: PollHandle?, for caller: Caller) -> Answer<PollEvents>

    /// The value of an extended attribute, ENODATA where the node has none of that name. Asked for names of users alone
    /// (`user.…`), and only in a mount with ``MountOptions/extendedAttributes``.
    func getxattr(_ name: String, of node: NodeID, for caller: Caller) -> Answer<[UInt8]>

    /// The names of a node's extended attributes, all of which begin with `user.`.
    func listxattr(_ node: NodeID, for caller: Caller) -> Answer<[String]>

    /// Answers `df`; never waits for anything.
    func statfs() -> FileSystemStatistics

    /// The kernel gave back `count` references to a node.
    func forget(_ node: NodeID, count: UInt64)
}

extension FileSystem {
    /// A plain file is always ready.
    package func poll(
        _ node: NodeID, _ events: PollEvents, waiting: PollHandle?, for caller: Caller
    ) -> Answer<PollEvents> {
        .now(events.intersection(.regularFile))
    }

    /// Nothing is known of a file but what stat(2) says.
    package func getxattr(_ name: String, of node: NodeID, for caller: Caller) -> Answer<[UInt8]> { .failed(.noData) }

    package func listxattr(_ node: NodeID, for caller: Caller) -> Answer<[String]> { .now([]) }
}

package enum LookupReply: Sendable, Hashable {
    case found(Entry)
    case absent(CacheLifetime)
}

/// A node the kernel may now hold, and for how long it may believe the name and the attributes.
package struct Entry: Sendable, Hashable {
    package var attributes: FileAttributes
    package var nameLifetime: CacheLifetime
    package var attributesLifetime: CacheLifetime

    package init(attributes: FileAttributes, nameLifetime: CacheLifetime, attributesLifetime: CacheLifetime) {
        self.attributes = attributes
        self.nameLifetime = nameLifetime
        self.attributesLifetime = attributesLifetime
    }
}

package struct AttributeReply: Sendable, Hashable {
    package var attributes: FileAttributes
    package var lifetime: CacheLifetime

    package init(attributes: FileAttributes, lifetime: CacheLifetime) {
        self.attributes = attributes
        self.lifetime = lifetime
    }
}

package struct DirectoryEntry: Sendable, Hashable {
    package var name: String
    package var node: NodeID
    package var kind: NodeKind
    /// Where `readdir` goes on after this entry.
    package var cookie: DirectoryCookie
    /// What a lookup would answer, when that is known; without it the kernel asks later, if anyone needs it.
    package var entry: Entry?

    package init(name: String, node: NodeID, kind: NodeKind, cookie: DirectoryCookie, entry: Entry?) {
        self.name = name
        self.node = node
        self.kind = kind
        self.cookie = cookie
        self.entry = entry
    }
}

/// A file on the local disk that is kept open by whoever holds this.
package protocol OpenFile: AnyObject, Sendable {
    var descriptor: FileDescriptor { get }
}

/// A local file whose bytes are compared with what they should be once they are read.
package protocol CheckedFile: OpenFile {
    /// Whether these bytes, which were read from the file at `offset`, are what they should be. May block on the disk.
    func isIntact(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Bool
}

package enum ReadReply: Sendable {
    case bytes([UInt8])
    /// The same as `file` if the bytes are what they should be; else what `otherwise` comes to.
    case checked(
        any CheckedFile, offset: UInt64, count: Int, otherwise: @Sendable () async throws(Errno) -> ReadReply)
    /// `count` bytes of a local file from `offset`; the session reads them. Fewer than that is an I/O error.
    case file(any OpenFile, offset: UInt64, count: Int)
}

/// What statfs(2) reports. All sizes in bytes.
package struct FileSystemStatistics: Sendable, Hashable {
    package var capacity: UInt64
    package var available: UInt64
    package var files: UInt64

    package init(capacity: UInt64, available: UInt64, files: UInt64) {
        self.capacity = capacity
        self.available = available
        self.files = files
    }
}
