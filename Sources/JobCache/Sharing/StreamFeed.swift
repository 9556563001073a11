import Quantities
import Synchronization
import Transfer

/// Passes on to a sink what was asked for of the contents of pieces, in their order, and offers again what it refuses for a while.
final class StreamFeed: Sendable {
    private struct State {
        /// Where the next byte for the sink stands in the contents.
        var next: UInt64
        /// Of the request that is under way.
        var flow: TransferFlow?
        var isPaused = false
        /// Moves whenever something was passed on, or is to be offered again.
        var moves: UInt64 = 0
    }

    private let range: Range<UInt64>
    private let sink: any BodySink
    private let state: Mutex<State>
    /// For one waiter at a time.
    private let resumes: AsyncStream<Void>
    private let resumed: AsyncStream<Void>.Continuation

    /// - Parameter range: of the contents.
    init(_ range: Range<UInt64>, into sink: any BodySink) {
        (self.range, self.sink) = (range, sink)
        state = Mutex(State(next: range.lowerBound))
        (resumes, resumed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// For the sink, which may keep it for longer than this lives.
    var flow: TransferFlow { TransferFlow { [weak self] in self?.resume() } }

    /// What the sink has not been given.
    var missing: Range<UInt64> { state.withLock { $0.next }..<range.upperBound }
    var isComplete: Bool { missing.isEmpty }
    var hasBegun: Bool { missing.lowerBound > range.lowerBound }

    /// Nil while the sink takes nothing.
    var progress: UInt64? { state.withLock { $0.isPaused ? nil : $0.moves } }

    /// A request has begun to be answered, and is to be resumed with the sink.
    func begin(_ flow: TransferFlow) { state.withLock { $0.flow = flow } }

    private func resume() {
        let flow = state.withLock { state in
            state.moves &+= 1
            return state.flow
        }
        resumed.yield()
        flow?.resume()
    }

    /// Passes on what was asked for of some contents, or nothing of them. Throws what the sink throws.
    /// - Parameter offset: where they begin.
    func take(_ contents: [UInt8], at offset: ByteCount) throws -> BodyDemand {
        let missing = missing
        let end = min(offset.bytes +| UInt64(contents.count), missing.upperBound)
        guard offset.bytes <= missing.lowerBound, missing.lowerBound < end else { return .more }
        let part = contents[Int(clamping: missing.lowerBound -| offset.bytes)..<Int(clamping: end -| offset.bytes)]
        let demand = try sink.receive(body: part.span.bytes)
        state.withLock { state in
            switch demand {
            case .more: (state.next, state.isPaused, state.moves) = (end, false, state.moves &+ 1)
            case .pause: state.isPaused = true
            }
        }
        return demand
    }

    /// The same, until the sink has taken it. Throws `CancellationError` too.
    func pass(_ contents: [UInt8]) async throws {
        while case .pause = try take(contents, at: .zero) { try await waitForResume() }
    }

    /// Returns when the sink is to be asked again.
    func waitForResume() async throws {
        var waits = resumes.makeAsyncIterator()
        guard await waits.next() != nil else { throw CancellationError() }
    }
}
