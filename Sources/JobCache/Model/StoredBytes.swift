package import ArtifactStore
import Quantities

/// Bytes of a job's file, for a reader.
package enum StoredBytes: Sendable {
    case memory([UInt8])
    /// `count` bytes from `offset`, all of which the file has. What is of a blob was compared with what was published.
    case range(of: StoredFile, offset: UInt64, count: Int)

    /// What of `length` bytes at `offset` lies within `size`.
    static func range(of file: StoredFile, offset: UInt64, length: Int, within size: UInt64) -> StoredBytes {
        guard offset < size else { return .memory([]) }
        return .range(of: file, offset: offset, count: Int(min(UInt64(length), size -| offset)))
    }
}

/// A file on the disk, or in memory in its place, that stays open for as long as someone holds this.
package enum StoredFile: Sendable {
    /// All of a file of a job.
    case blob(BlobFile)
    /// What has come so far of one that is on its way.
    case spool(SpoolFile)
}
