import ArtifactStore
import FUSE
import JobCache
import Quantities
import SystemPackage

extension BlobFile: CheckedFile {}
extension SpoolFile: OpenFile {}

extension ReadReply {
    /// What the library gives, as the session takes it.
    init(_ bytes: StoredBytes) {
        switch bytes {
        case .memory(let bytes): self = .bytes(bytes)
        case .range(.blob(let file), let offset, let count): self = .file(file, offset: offset, count: count)
        case .range(.spool(let file), let offset, let count): self = .file(file, offset: offset, count: count)
        }
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
