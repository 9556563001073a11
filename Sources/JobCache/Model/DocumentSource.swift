package import ArtifactStore
package import JSONStream
import PulseAPI
import Quantities
import SystemPackage

/// A document in the cache's files, as the readers of JSON take it: its first bytes, whatever stands behind them.
package struct DocumentSource: ByteSource {
    /// Bytes.
    let length: UInt64
    private let file: FileByteSource
    /// Keeps the descriptor open.
    private let owner: any AnyObject & Sendable

    init(_ spool: SpoolFile, length: UInt64 = .max) {
        (self.length, owner) = (length, spool)
        file = FileByteSource(descriptor: spool.descriptor.rawValue)
    }

    package init(_ blob: BlobFile) {
        (length, owner) = (blob.size, blob)
        file = FileByteSource(descriptor: blob.descriptor.rawValue)
    }

    package func read(at offset: UInt64, into destination: inout MutableSpan<UInt8>) throws(ByteSourceError) -> Int {
        guard offset < length else { return 0 }
        return min(try file.read(at: offset, into: &destination), Int(clamping: length -| offset))
    }

    /// The first bytes, up to so many.
    package func prefix(_ count: Int) throws(ByteSourceError) -> [UInt8] {
        let wanted = min(count, Int(clamping: length))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(wanted)
        var buffer = [UInt8](repeating: 0, count: min(wanted, 1 << 18))
        while bytes.count < wanted {
            var span = buffer.mutableSpan
            let got = try read(at: UInt64(bytes.count), into: &span)
            if got == 0 { break }
            bytes += buffer.prefix(min(got, wanted - bytes.count))
        }
        return bytes
    }

    /// Appends a range of the document to a file. Throws `.damaged` when the document is shorter. Blocks on the disk.
    func copy(_ range: Range<UInt64>, to target: SpoolFile) throws(StoreError) {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let got: Int
            do throws(ByteSourceError) {
                var span = buffer.mutableSpan
                got = try read(at: offset, into: &span)
            } catch {
                throw StoreError(.system, "cannot read back from the cache", cause: .init(rawValue: error.errno))
            }
            guard got > 0 else { throw StoreError(.damaged, "a file of the cache became shorter while it was read") }
            let count = Int(min(UInt64(got), range.upperBound -| offset))
            try target.append(buffer[..<count])
            offset +|= UInt64(count)
        }
    }
}
