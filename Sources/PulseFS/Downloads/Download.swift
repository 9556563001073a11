import ArtifactStore
import FUSE
import Synchronization
package import Transfer

/// Bytes on their way in: readable as far as they have come, by any number of readers.
///
/// A reader waits for the range it asked for and no more. A reader that is cancelled leaves; the download goes on.
package final class Download: BodySink {
    private enum Need {
        case size
        case bytes(UInt64)
    }

    private struct Waiter {
        let need: Need
        let continuation: CheckedContinuation<Result<UInt64, Failure>, Never>
    }

    private struct State {
        /// As announced, or as counted when nothing was announced and the end has come.
        var size: UInt64?
        var received: UInt64 = 0
        var failure: Failure?
        /// Someone wants the bytes, rather than the size alone.
        var isWanted: Bool
        /// Nobody did when it turned out to be large.
        var isGivenUp = false
        /// Another process had fetched it already.
        var blob: BlobFile?
        var waiters: [UInt64: Waiter] = [:]
        var nextTicket: UInt64 = 0
    }

    private let sink: SpoolSink
    private let state: Mutex<State>

    /// Bytes that are fetched though nobody but the cache wants them: about what arrives while a connection is broken off.
    private static let longestUnwanted: UInt64 = 1 << 20

    /// Nobody reads it, and it is large.
    private struct GivenUp: Error {}

    init(into spool: SpoolFile, in store: ArtifactStore, isWanted: Bool = true) {
        sink = SpoolSink(spool, in: store)
        state = Mutex(State(isWanted: isWanted))
    }

    /// Where the bytes are that have come so far.
    var spool: SpoolFile { sink.spool }

    /// What to read those bytes from that a wait has promised.
    var file: any OpenFile { state.withLock { $0.blob } ?? sink.spool }

    // MARK: Readers

    /// Makes sure that the bytes come; false when it has been given up, and another download is needed.
    func want() -> Bool {
        state.withLock { state in
            if !state.isGivenUp { state.isWanted = true }
            return state.isWanted
        }
    }

    /// Bytes in all, if that is known by now.
    var knownSize: UInt64? { state.withLock { $0.size } }

    /// Bytes in all, as soon as that is known: with the headers, or at the end of a body of unannounced length.
    package func size() async throws(Failure) -> UInt64 { try await wait(for: .size) }

    /// Waits until everything below `end` has arrived, or the file ends before it.
    ///
    /// Returns the size of what can be read, never more than `end`.
    package func bytes(upTo end: UInt64) async throws(Failure) -> UInt64 { try await wait(for: .bytes(end)) }

    private func wait(for need: Need) async throws(Failure) -> UInt64 {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Result<UInt64, Failure>? = state.withLock { state in
                    if let answer = Self.answer(need, state) { return answer }
                    if Task.isCancelled { return .failure(Failure(.interrupted, "the reader left")) }
                    state.waiters[ticket] = Waiter(need: need, continuation: continuation)
                    return nil
                }
                if let known { continuation.resume(returning: known) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(returning: .failure(Failure(.interrupted, "the reader left")))
        }
        return try outcome.get()
    }

    private static func answer(_ need: Need, _ state: State) -> Result<UInt64, Failure>? {
        switch need {
        case .size:
            if let size = state.size { return .success(size) }
        case .bytes(let end):
            if state.received >= end { return .success(end) }
            if let size = state.size, state.received >= size { return .success(size) }
        }
        return state.failure.map { .failure($0) }
    }

    // MARK: The transfer

    package func receive(head: ResponseHead, flow: TransferFlow) throws {
        try sink.receive(head: head, flow: flow)
        guard let length = head.contentLength else { return }
        var isGivenUp = false
        advance { state in
            state.size = length
            isGivenUp = !state.isWanted && length > Self.longestUnwanted
            state.isGivenUp = isGivenUp
        }
        if isGivenUp { throw GivenUp() }
    }

    package func receive(body: RawSpan) throws -> BodyDemand {
        let demand = try sink.receive(body: body)
        advance { $0.received = sink.received }
        return demand
    }

    /// The body is complete.
    func complete() -> UInt64 {
        advance {
            $0.received = sink.received
            $0.size = $0.received
        }
        return sink.received
    }

    /// Nothing has to come: this blob is it.
    func complete(with blob: BlobFile) {
        advance {
            $0.blob = blob
            $0.received = blob.size
            $0.size = blob.size
        }
    }

    func fail(_ failure: Failure) {
        advance { $0.failure = failure }
    }

    private func advance(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            var ready: [(Waiter, Result<UInt64, Failure>)] = []
            for (ticket, waiter) in state.waiters {
                guard let answer = Self.answer(waiter.need, state) else { continue }
                ready.append((waiter, answer))
                state.waiters[ticket] = nil
            }
            return ready
        }
        for (waiter, answer) in ready { waiter.continuation.resume(returning: answer) }
    }
}
