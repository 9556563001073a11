import ArtifactStore
import FUSE
import Synchronization
import SystemPackage
import Transfer

/// A spool file that bodies are written into by offset, and what stands in its place, in memory, from the moment that the
/// cache's disk takes no more.
///
/// Written by one thread, that of the engine; read by any.
final class SpoolTarget: Sendable {
    private let store: ArtifactStore
    private let state: Mutex<SpoolFile>

    /// Bytes that are held in memory for one body at the most.
    private static let longestInMemory: UInt64 = 512 << 20

    init(_ file: SpoolFile, in store: ArtifactStore) {
        self.store = store
        state = Mutex(file)
    }

    /// Where all bytes are that have been written so far.
    var file: SpoolFile { state.withLock { $0 } }

    /// Writes at a position of the file. `arrived` is what has been written before, looked at only if it has to move.
    ///
    /// Throws `FileSink.WriteFailure` when neither the disk nor memory takes the bytes.
    func write(_ bytes: RawSpan, at position: UInt64, arrived: () -> ByteSet) throws {
        let file = file
        do {
            try Self.write(bytes, at: position, to: file)
        } catch let failure as FileSink.WriteFailure {
            let arrived = arrived()
            guard !file.isInMemory, arrived.count <= Self.longestInMemory else { throw failure }
            let error = StoreError(
                .system, "cannot write a download to the cache", cause: Errno(rawValue: failure.errno))
            let copy = try store.spoolInMemory(holding: arrived.ranges, of: file, because: error)
            state.withLock { $0 = copy }
            try Self.write(bytes, at: position, to: copy)
        }
    }

    private static func write(_ bytes: RawSpan, at position: UInt64, to file: SpoolFile) throws {
        guard let position = Int64(exactly: position) else {
            throw FileSink.WriteFailure(errno: Errno.fileTooLarge.rawValue)
        }
        try bytes.withUnsafeBytes { try FileSink.write($0, to: file.descriptor.rawValue, at: position) }
    }
}

extension SpoolFile: OpenFile {}
