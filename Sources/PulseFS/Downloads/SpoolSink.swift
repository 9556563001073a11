import ArtifactStore
import PulseAPI
import Quantities
import Synchronization
import Transfer

/// Takes a whole body into a spool file, and goes on in memory when the cache's disk takes no more.
final class SpoolSink: RestartableSink {
    private let target: SpoolTarget
    private let taken = Atomic<UInt64>(0)

    init(_ spool: SpoolFile, in store: ArtifactStore) { target = SpoolTarget(spool, in: store) }

    /// Where all bytes are that have come so far.
    var spool: SpoolFile { target.file }

    func restart() throws {
        try spool.restart()
        taken.store(0, ordering: .relaxed)
    }

    func receive(head: ResponseHead, flow: TransferFlow) throws {}

    func receive(body: RawSpan) throws -> BodyDemand {
        let position = taken.load(ordering: .relaxed)
        try target.write(body, at: position) {
            var before = ByteSet()
            before.insert(0..<position)
            return before
        }
        taken.store(position +| UInt64(body.byteCount), ordering: .relaxed)
        return .more
    }
}
