import ArtifactStore
import Quantities
import SystemPackage
import Transfer

/// A file of the cache as the body of a request, behind a few bytes of its own. The file's content must not change meanwhile.
final class CachedSource: BodySource {
    let length: ByteCount
    private let head: [UInt8]
    private let descriptor: FileDescriptor
    /// Keeps the descriptor open.
    private let owner: any AnyObject & Sendable

    init(_ head: [UInt8], _ blob: BlobFile) {
        (self.head, descriptor, owner) = (head, blob.descriptor, blob)
        length = ByteCount(UInt64(head.count)) + ByteCount(blob.size)
    }

    /// - Parameter size: bytes of the file's content.
    init(_ head: [UInt8], _ spool: SpoolFile, size: UInt64) {
        (self.head, descriptor, owner) = (head, spool.descriptor, spool)
        length = ByteCount(UInt64(head.count)) + ByteCount(size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int {
        let start = ByteCount(UInt64(head.count))
        if offset < start {
            let part = head.dropFirst(Int(clamping: offset.bytes)).prefix(buffer.count)
            part.withUnsafeBytes { buffer.copyMemory(from: $0) }
            return part.count
        }
        let left = Int(clamping: min((length - offset).bytes, UInt64(buffer.count)))
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<left])
        let got = try descriptor.read(fromAbsoluteOffset: Int64(clamping: (offset - start).bytes), into: part)
        guard got > 0 else { throw StoreError(.damaged, "a file of the cache became shorter while it was read") }
        return got
    }
}
