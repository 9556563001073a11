import ArtifactStore
import PulseAPI
import Quantities
import Synchronization
import Transfer

/// Takes a whole body into a spool file, and goes on in memory when the cache's disk takes no more.
final class SpoolSink: RestartableSink {
    private struct State {
        var taken: UInt64 = 0
        var length: UInt64?
        var flow: TransferFlow?
        var isOutgrown = false
    }

    private let target: SpoolTarget
    private let state = Mutex(State())

    init(in store: ArtifactStore) { target = SpoolTarget(in: store) }

    /// Makes the file. To be called before the request is sent.
    func open() async throws(StoreError) { try await target.open() }

    /// Where all bytes are that have come so far; nil before `open`.
    var spool: SpoolFile? { target.file }

    /// Neither the disk nor memory had room for all of it.
    var isOutgrown: Bool { state.withLock { $0.isOutgrown } }

    func restart() throws {
        try target.restart()
        state.withLock { $0 = State() }
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        state.withLock { state in
            state.flow = flow
            state.length = head.isCoded ? nil : head.contentLength?.bytes
        }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        let (position, length, flow) = state.withLock { ($0.taken, $0.length, $0.flow) }
        let count = UInt64(body.byteCount)
        guard target.admits(count, of: length.map { $0 -| position }, whenReady: { flow?.resume() }) else {
            return .pause
        }
        do {
            try target.write(body, at: position, of: length) {
                var before = ByteSet()
                before.insert(0..<position)
                return before
            }
        } catch is SpoolTarget.Outgrown {
            state.withLock { $0.isOutgrown = true }
            throw SpoolTarget.Outgrown()
        }
        state.withLock { $0.taken +|= count }
        return .more
    }
}
