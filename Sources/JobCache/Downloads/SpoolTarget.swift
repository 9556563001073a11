import ArtifactStore
import Quantities
import Synchronization
import SystemPackage
import Transfer

/// Where the bytes of a body go: a file of the cache, and what stands in its place, in memory, from the moment that the cache's
/// disk takes no more or may take no more.
///
/// Written by one thread, that of the engine; read by any.
final class SpoolTarget: Sendable {
    /// Neither the disk nor memory has room for the body.
    struct Outgrown: Error {}

    private struct State {
        var file: SpoolFile?
        /// Bytes that may be written to the disk now.
        var credit: UInt64 = 0
        /// The cache's bounds leave no room for more.
        var isStarved = false
    }

    private let store: ArtifactStore
    private let state = Mutex(State())

    init(in store: ArtifactStore) { self.store = store }

    /// Makes the file, before the first byte comes. Once is enough.
    func open() async throws(StoreError) {
        guard file == nil else { return }
        open(try await store.spoolWhenPossible())
    }

    func open(_ file: SpoolFile) { state.withLock { if $0.file == nil { $0.file = file } } }

    /// Where all bytes are that have been written so far; nil before `open`.
    var file: SpoolFile? { state.withLock { $0.file } }

    /// The file is emptied, for another attempt. Throws what the disk says.
    func restart() throws { try file?.restart() }

    /// Whether so many bytes may be written now. If not, `whenReady` is called as soon as that is to be asked again: room is
    /// looked for, or made. `expected` is what is still to come, those bytes included, as far as that is known.
    func admits(_ bytes: UInt64, of expected: UInt64?, whenReady: @escaping @Sendable () -> Void) -> Bool {
        let isAdmitted = state.withLock { state in
            guard !state.isStarved, state.file?.isInMemory != true else { return true }
            guard state.credit >= bytes || store.arrivals.take(bytes) else { return false }
            state.credit = state.credit >= bytes ? state.credit -| bytes : state.credit
            return true
        }
        if isAdmitted { return true }
        Task { [self, store] in
            let isFound = await store.arrivals.find(bytes, of: expected ?? bytes)
            state.withLock { state in
                if isFound { state.credit +|= bytes } else { state.isStarved = true }
            }
            whenReady()
        }
        return false
    }

    /// Writes at a position of the file. `arrived` is what has been written before, looked at only if it has to move; `size`
    /// is that of the whole body, if it is known.
    ///
    /// Throws `Outgrown` when neither the disk nor memory takes the bytes.
    func write(_ bytes: RawSpan, at position: UInt64, of size: UInt64?, arrived: () -> ByteSet) throws {
        guard let file else { throw FileSink.WriteFailure(errno: Errno.badFileDescriptor.rawValue) }
        if file.isInMemory { return try writeToMemory(bytes, at: position, file) }
        let cause: Errno
        if state.withLock({ $0.isStarved }) {
            cause = .noSpace
        } else {
            do { return try Self.write(bytes, at: position, to: file) } catch let failure as FileSink.WriteFailure {
                cause = Errno(rawValue: failure.errno)
            }
        }
        guard size ?? 0 <= store.mostInMemory else { throw Outgrown() }
        let error = StoreError(.system, "cannot write a download to the cache", cause: cause)
        let copy: SpoolFile
        do { copy = try store.spoolInMemory(holding: arrived().ranges, of: file, because: error) } catch {
            throw Outgrown()
        }
        state.withLock { $0.file = copy }
        try writeToMemory(bytes, at: position, copy)
    }

    private func writeToMemory(_ bytes: RawSpan, at position: UInt64, _ file: SpoolFile) throws {
        do {
            try file.grow(by: bytes.byteCount)
            try Self.write(bytes, at: position, to: file)
        } catch { throw Outgrown() }
    }

    private static func write(_ bytes: RawSpan, at position: UInt64, to file: SpoolFile) throws {
        guard let position = Int64(exactly: position) else {
            throw FileSink.WriteFailure(errno: Errno.fileTooLarge.rawValue)
        }
        try bytes.withUnsafeBytes { try FileSink.write($0, to: file.descriptor.rawValue, at: position) }
    }
}
