import PulseAPI
import Quantities
import Synchronization
import Transfer

/// One answer on its way into a download: where its next byte belongs, and where it ends.
final class DownloadPart: BodySink {
    private struct State {
        var next: UInt64
        var flow: TransferFlow?
        var reach: Download.Reach?
        var refusal: Download.Refusal?
    }

    private let download: Download
    private let order: PartPlan.Order
    private let start: UInt64
    private let state: Mutex<State>

    /// `start` lies in what was ordered: where the request begins.
    init(of download: Download, for order: PartPlan.Order, from start: UInt64) {
        self.download = download
        self.order = order
        self.start = start
        state = Mutex(State(next: start))
    }

    /// Where the next byte belongs.
    var next: UInt64 { state.withLock { $0.next } }

    /// What the answer carries; nil before it has begun.
    var reach: Download.Reach? { state.withLock { $0.reach } }

    /// Why the answer was not taken, or not all of it.
    var refusal: Download.Refusal? { state.withLock { $0.refusal } }

    func receive(head: ResponseHead, flow: TransferFlow) throws {
        do throws(Download.Refusal) {
            let reach = try download.accept(head, for: order, from: start)
            state.withLock { ($0.reach, $0.flow) = (reach, flow) }
        } catch {
            state.withLock { $0.refusal = error }
            throw error
        }
    }

    func receive(body: RawSpan) throws -> BodyDemand {
        let (next, end, flow) = state.withLock { ($0.next, $0.reach?.end, $0.flow) }
        let room = end.map { $0 -| next } ?? .max
        let piece = body.extracting(first: Int(clamping: min(room, UInt64(body.byteCount))))
        if piece.byteCount > 0 {
            do {
                guard try download.take(piece, at: next, whenReady: { flow?.resume() }) else { return .pause }
            } catch let refusal as Download.Refusal {
                state.withLock { $0.refusal = refusal }
                throw refusal
            }
            state.withLock { $0.next +|= UInt64(piece.byteCount) }
        }
        guard piece.byteCount == body.byteCount else {
            state.withLock { $0.refusal = .partIsFull }
            throw Download.Refusal.partIsFull
        }
        return .more
    }
}
