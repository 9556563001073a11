import ArtifactStore
import PulseAPI
import Quantities
import SystemPackage

/// The content of a blob, without what the store keeps behind it.
struct BlobByteSource: ByteSource {
    private let blob: BlobFile
    private let file: FileByteSource

    init(_ blob: BlobFile) {
        self.blob = blob
        file = FileByteSource(descriptor: blob.descriptor.rawValue)
    }

    func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int {
        guard offset < blob.size else { return 0 }
        return min(try file.read(at: offset, into: &destination), Int(clamping: blob.size -| offset))
    }

    /// The first bytes, up to so many.
    func prefix(_ count: Int) throws(ByteSourceError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(count, Int(clamping: blob.size)))
        var span = bytes.mutableSpan
        let got = try read(at: 0, into: &span)
        bytes.removeLast(bytes.count - got)
        return bytes
    }
}
