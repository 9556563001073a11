import Quantities
import Synchronization
import System
package import SystemPackage

/// A published blob, open for reading. The name may go away meanwhile; the bytes stay until this is released.
package final class BlobFile: Sendable {
    package let descriptor: FileDescriptor
    /// Bytes of content; what follows in the file is the store's own.
    package var size: UInt64 { label.size }
    /// Hexadecimal SHA-256 of the content.
    package var sha256: String { label.sha256 }
    /// What the server said of this version, if it was fetched by itself.
    package var entityTag: String? { label.facts.entityTag }
    package var lastModified: String? { label.facts.lastModified }
    /// Bytes the file takes on the disk.
    package let allocatedSize: UInt64
    /// It is in the cache; else it is in memory alone, as the cache's disk would not take it.
    package let isKept: Bool

    let label: BlobLabel
    /// A bit for each chunk whose digest was found to be right since this was opened.
    private let checked: Mutex<[UInt64]>
    private let lastUse = Mutex<ContinuousClock.Instant?>(nil)
    /// What the bytes take of memory, if that is where they are.
    private let hold: MemoryHold?

    init(
        descriptor: FileDescriptor, label: BlobLabel, allocatedSize: UInt64, isKept: Bool, hold: MemoryHold? = nil
    ) {
        self.hold = hold
        self.descriptor = descriptor
        self.label = label
        self.allocatedSize = allocatedSize
        self.isKept = isKept
        checked = Mutex([UInt64](repeating: 0, count: (label.chunks.count + 63) / 64))
    }

    deinit { try? descriptor.close() }

    /// The bytes are in memory.
    var isInMemory: Bool { hold != nil }

    /// Whether the bytes of a range are what was published; each chunk is read and digested once, later calls cost nothing.
    ///
    /// A range past the end is right as far as the content goes. Blocks on the disk for the chunks that are new to it.
    package func isIntact(_ range: Range<UInt64>) -> Bool {
        let unchecked = unchecked(range)
        guard !unchecked.isEmpty else { return true }
        return withUnsafeTemporaryAllocation(byteCount: Int(BlobLabel.chunkSize), alignment: 64) { buffer in
            for chunk in unchecked {
                guard isIntact(chunk: chunk, buffer) else { return false }
                checked.withLock { $0[chunk / 64] |= 1 << UInt64(chunk % 64) }
            }
            return true
        }
    }

    /// Whether it is known already that the bytes of a range are what was published.
    package func isKnownIntact(_ range: Range<UInt64>) -> Bool { unchecked(range).isEmpty }

    /// Whether bytes that were read from here at `offset` are what was published. Only chunks that are not wholly among them
    /// are read once more.
    package func isIntact(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) -> Bool {
        let end = offset +| UInt64(bytes.count)
        for chunk in unchecked(offset..<end) {
            let start = UInt64(chunk) *| BlobLabel.chunkSize
            let stop = min(start +| BlobLabel.chunkSize, size)
            guard start >= offset, stop <= end else {
                guard isIntact(start..<stop) else { return false }
                continue
            }
            let part = UnsafeRawBufferPointer(rebasing: bytes[Int(start -| offset)..<Int(stop -| offset)])
            guard FastDigest.of(part) == label.chunks[chunk] else { return false }
            checked.withLock { $0[chunk / 64] |= 1 << UInt64(chunk % 64) }
        }
        return true
    }

    /// The chunks of a range that have not been found right yet.
    private func unchecked(_ range: Range<UInt64>) -> [Int] {
        guard !range.isEmpty, range.lowerBound < size else { return [] }
        let last = min(range.upperBound, size) -| 1
        let chunks = Int(range.lowerBound / BlobLabel.chunkSize)...Int(last / BlobLabel.chunkSize)
        return checked.withLock { bits in chunks.filter { bits[$0 / 64] & (1 << UInt64($0 % 64)) == 0 } }
    }

    private func isIntact(chunk: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let start = UInt64(chunk) *| BlobLabel.chunkSize
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(BlobLabel.chunkSize, size -| start))])
        guard (try? descriptor.readAll(at: start, into: part)) == part.count else { return false }
        return FastDigest.of(UnsafeRawBufferPointer(part)) == label.chunks[chunk]
    }

    /// The published name is gone: evicted or forgotten by some process, and the disk waits for this to be released.
    package var isOrphan: Bool { isKept && (FileFacts(of: descriptor)?.links ?? 0) == 0 }

    /// True when the last time this said so is long enough ago for the use to be worth noting again.
    package func isDueForUseNote(at now: ContinuousClock.Instant = .now) -> Bool {
        lastUse.withLock { last in
            if let last, last.duration(to: now) < .seconds(20) { return false }
            last = now
            return true
        }
    }
}
