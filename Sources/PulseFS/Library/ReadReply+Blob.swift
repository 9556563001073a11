import ArtifactStore
import FUSE
import Quantities
import SystemPackage

extension BlobFile: CheckedFile {}

extension ReadReply {
    /// What of `length` bytes at `offset` lies within `size`.
    static func file(_ file: any OpenFile, offset: UInt64, length: Int, size: UInt64) -> ReadReply {
        guard offset < size else { return .bytes([]) }
        return .file(file, offset: offset, count: Int(min(UInt64(length), size -| offset)))
    }

    /// What of `length` bytes at `offset` lies within a blob, if it is what was published.
    static func file(
        _ blob: BlobFile, offset: UInt64, length: Int,
        otherwise: @escaping @Sendable () async throws(Errno) -> ReadReply
    ) -> ReadReply {
        guard offset < blob.size else { return .bytes([]) }
        let count = Int(min(UInt64(length), blob.size -| offset))
        if blob.isKnownIntact(offset..<offset +| UInt64(count)) { return .file(blob, offset: offset, count: count) }
        return .checked(blob, offset: offset, count: count, otherwise: otherwise)
    }
}
