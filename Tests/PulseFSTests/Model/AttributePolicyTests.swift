import ArtifactStore
import FUSE
import Quantities
import Testing

@testable import PulseFS

@Suite("Attribute policy")
struct AttributePolicyTests {
    private static let mounted = FileTime(seconds: 1000)

    @Test("S1.7 files are 0400 and directories 0500 of the owner by default")
    func modes() {
        let policy = AttributePolicy(owner: 7, group: 8, mountedAt: Self.mounted)
        let file = policy.file(.readme, size: 5)
        #expect(file.permissions == 0o400 && file.owner == 7 && file.group == 8)
        #expect(policy.directory(.jobs).permissions == 0o500)
        #expect(file.kind == .file && policy.directory(.jobs).kind == .directory)
    }

    @Test(
        "S1.7 a umask takes bits away and never gives one",
        arguments: [
            (UInt16(0), UInt16(0o444), UInt16(0o555)), (0o022, 0o444, 0o555), (0o027, 0o440, 0o550), (0o777, 0, 0),
        ])
    func umask(umask: UInt16, file: UInt16, directory: UInt16) {
        let policy = AttributePolicy(owner: 0, group: 0, umask: umask, mountedAt: Self.mounted)
        #expect(policy.file(.readme, size: 0).permissions == file)
        #expect(policy.directory(.root).permissions == directory)
    }

    @Test(
        "S1.6 mtime is when it was updated, ctime never before it and later when the bytes are others, and the mount's time is for the rest"
    )
    func times() {
        let policy = AttributePolicy(owner: 0, group: 0, mountedAt: Self.mounted)
        let known = policy.file(.readme, size: 1, modified: FileTime(seconds: 5), changed: FileTime(seconds: 3))
        #expect(known.modified == FileTime(seconds: 5) && known.changed == FileTime(seconds: 5))
        let others = policy.file(.readme, size: 1, modified: FileTime(seconds: 5), changed: FileTime(seconds: 9))
        #expect(others.modified == FileTime(seconds: 5) && others.changed == FileTime(seconds: 9))
        #expect(policy.directory(.root, modified: FileTime(seconds: 5)).changed == FileTime(seconds: 5))
        #expect(policy.file(.readme, size: 1).modified == Self.mounted)
    }

    @Test("the number of a node is its inode number, and sizes are kept apart")
    func numbers() {
        let attributes = AttributePolicy(owner: 0, group: 0, mountedAt: Self.mounted)
            .file(.readme, size: 10, allocated: 4096)
        #expect(attributes.node == Node.readme.id)
        #expect(attributes.size == 10 && attributes.allocatedSize == 4096)
    }

    @Test(
        "a moment becomes a file time, before 1970 too",
        arguments: [
            (Int64(0), Int64(0), UInt32(0)), (1_500_000_000, 1, 500_000_000), (-1, -1, 999_999_999),
            (-1_000_000_000, -1, 0), (-1_500_000_000, -2, 500_000_000),
        ])
    func moments(nanoseconds: Int64, seconds: Int64, rest: UInt32) {
        #expect(FileTime(Timestamp(nanoseconds: nanoseconds)) == FileTime(seconds: seconds, nanoseconds: rest))
    }
}
