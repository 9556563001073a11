import Quantities
import SystemPackage

/// A root directory with nothing in it.
final class EmptyFileSystem: FileSystem {
    private let root = FileAttributes(
        node: .root, kind: .directory, size: 0, allocatedSize: 0, permissions: 0o500, owner: 0, group: 0,
        modified: FileTime(seconds: 0), changed: FileTime(seconds: 0))

    func lookup(_ name: String, in directory: NodeID, for caller: Caller) -> Answer<LookupReply> {
        .now(.absent(.none))
    }

    func getattr(_ node: NodeID, isOpen: Bool, for caller: Caller) -> Answer<AttributeReply> {
        node == .root
            ? .now(AttributeReply(attributes: root, lifetime: .none)) : .failed(.noSuchFileOrDirectory)
    }

    func readdir(
        _ node: NodeID, after cookie: DirectoryCookie, limit: Int, for caller: Caller
    ) -> Answer<[DirectoryEntry]> { .now([]) }

    func read(_ node: NodeID, at offset: UInt64, count: Int, for caller: Caller) -> Answer<ReadReply> {
        .failed(.isDirectory)
    }

    func statfs() -> FileSystemStatistics { FileSystemStatistics(capacity: 0, available: 0, files: 0) }

    func forget(_ node: NodeID, count: UInt64) {}
}
