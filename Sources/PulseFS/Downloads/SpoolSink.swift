import ArtifactStore
import FUSE
import Synchronization
import SystemPackage
import Transfer

/// Takes a body into a spool file, and goes on in memory when the cache's disk takes no more.
final class SpoolSink: BodySink {
    private struct State {
        var spool: SpoolFile
        var file: FileSink
        /// Bytes that `file` found there already.
        var before: UInt64 = 0
    }

    private let store: ArtifactStore
    private let state: Mutex<State>

    /// Bytes that are held in memory for one body at the most.
    private static let longestInMemory: UInt64 = 512 << 20

    init(_ spool: SpoolFile, in store: ArtifactStore) {
        self.store = store
        state = Mutex(State(spool: spool, file: FileSink(descriptor: spool.descriptor.rawValue)))
    }

    /// Where all bytes are that have come so far.
    var spool: SpoolFile { state.withLock { $0.spool } }

    /// Whoever reads this count finds that many bytes in `spool`, looked at afterwards.
    var received: UInt64 { state.withLock { $0.before + $0.file.received } }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        try state.withLock { $0.file }.receive(head: head, flow: flow)
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        let file = state.withLock { $0.file }
        let before = file.received
        do {
            return try file.receive(body: body)
        } catch let failure as FileSink.WriteFailure {
            let taken = file.received - before
            return try goOnInMemory(after: failure).receive(body: body.extracting(Int(taken)..<body.byteCount))
        }
    }

    /// Only the engine's thread changes the file, so what it has read stays true.
    private func goOnInMemory(after failure: FileSink.WriteFailure) throws -> FileSink {
        let (spool, received) = state.withLock { ($0.spool, $0.before + $0.file.received) }
        guard !spool.isInMemory, received <= Self.longestInMemory else { throw failure }
        let error = StoreError(
            .system, "cannot write a download to the cache", cause: Errno(rawValue: failure.errno))
        let copy = try store.spoolInMemory(goingOnFrom: spool, count: received, because: error)
        let file = FileSink(descriptor: copy.descriptor.rawValue, origin: Int64(received))
        state.withLock { $0 = State(spool: copy, file: file, before: received) }
        return file
    }
}

extension SpoolFile: OpenFile {}
