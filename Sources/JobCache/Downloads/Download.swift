import ArtifactStore
import PulseAPI
import Quantities
import Synchronization
import SystemPackage
import Transfer

/// Bytes on their way in, by one request or by several at a time: readable as far as they have come, by any number of
/// readers.
///
/// A reader waits for the range it asked for and no more. A reader that is cancelled leaves; the download goes on.
final class Download: Sendable {
    /// What a download is for. It may come to be for more.
    enum Wish: Comparable, Sendable {
        /// The size alone: a large file is given up as soon as that is known.
        case size
        /// The size and the first bytes, for someone who has named the file and is likely to read it: the rest waits a while for
        /// that.
        case beginning
        /// Bytes that someone is expected to want.
        case ahead
        case bytes
    }

    /// Why an answer is not taken.
    enum Refusal: Error {
        /// Nobody reads it, and it is large.
        case givenUp
        /// All of the file was answered where a part was asked for.
        case rangeIgnored
        /// The file is not what it was when other parts of it came.
        case changed
        /// The rest of the body comes by other requests.
        case partIsFull
        /// Neither the cache's disk nor memory has room for the file.
        case outgrown
    }

    /// What an answer has turned out to carry.
    struct Reach: Sendable {
        /// All of the file from its first byte on, whatever was asked for.
        var isWhole: Bool
        /// Where its bytes end; nil when nobody knows yet.
        var end: UInt64?
    }

    /// A request to be sent, and how soon.
    struct Errand: Sendable {
        let order: PartPlan.Order
        let urgency: Urgency
    }

    /// Tells it from all others of this process.
    let number = Download.last.add(1, ordering: .relaxed).newValue
    private static let last = Atomic<UInt64>(0)
    private let target: SpoolTarget
    private let whenChanged: @Sendable () -> Void
    private let whenOutgrown: @Sendable (OutgrownFile?) -> Void
    private let state: Mutex<DownloadState>
    private let calls: AsyncStream<Void>.Continuation
    /// Each element asks for one more worker; the end of the download ends it. For one consumer.
    let workerCalls: AsyncStream<Void>

    /// `size` in bytes, if it has been told before, and `ranges` are what to begin with: the answers have the last word.
    /// `whenChanged` is called, before anyone is answered, when the server has changed the file after a reader was given bytes;
    /// `whenOutgrown` when neither the cache nor memory has room for it, with how to read it all the same, if that can be done.
    init(
        into store: ArtifactStore, for wish: Wish, size: UInt64? = nil,
        ranges: PartPlan.Ranges = .unknown, geometry: PartGeometry = .standard,
        whenChanged: @escaping @Sendable () -> Void = {},
        whenOutgrown: @escaping @Sendable (OutgrownFile?) -> Void = { _ in }
    ) {
        self.whenChanged = whenChanged
        self.whenOutgrown = whenOutgrown
        target = SpoolTarget(in: store)
        let plan = PartPlan(size: size, ranges: ranges, geometry: geometry, beginsWithPart: wish == .beginning)
        state = Mutex(DownloadState(plan: plan, wish: wish))
        (workerCalls, calls) = AsyncStream.makeStream()
        callWorkers()
    }

    /// Makes the file that the bytes go to. To be called before the first request is sent.
    func open() async throws(StoreError) { try await target.open() }

    /// Goes on with what an earlier download has left of the file.
    func open(_ file: SpoolFile, _ facts: PartialFacts) {
        target.open(file)
        change { $0.resume(facts) }
        callWorkers()
    }

    func open(_ file: SpoolFile) { target.open(file) }

    /// Somebody else has the file. To be called before the first request is sent.
    /// - Parameters:
    ///   - size: bytes in all.
    ///   - isSentInParts: answers with parts of it can be told to belong together.
    func expect(_ size: UInt64, inParts isSentInParts: Bool) {
        change { $0.expect(size, inParts: isSentInParts) }
        callWorkers()
    }

    /// Calls `observer` once with the size in bytes, as soon as that is known: mostly on the engine's thread, so it returns quickly.
    func observeSize(_ observer: @escaping @Sendable (UInt64) -> Void) { change { $0.sizeObserver = observer } }

    /// What is worth writing down of what has come: nil while the file could not be gone on with.
    var partialFacts: (facts: PartialFacts, arrived: ByteSet)? { state.withLock { $0.partialFacts } }

    /// Where the bytes are that have come so far; nil before `open`.
    var spool: SpoolFile? { target.file }

    /// What to read those bytes from that a wait has promised; nil when it has promised none.
    var file: StoredFile? { state.withLock { $0.blob }.map { .blob($0) } ?? target.file.map { .spool($0) } }

    // MARK: Readers

    /// Adds a wish; false when the download has failed or been given up, and another one is needed.
    func join(for wish: Wish) -> Bool {
        guard let paused = state.withLock({ $0.join(for: wish) }) else { return false }
        for resume in paused { resume() }
        if wish != .ahead { raise { $0.upperBound == .max || $0.lowerBound == 0 } }
        if wish > .beginning { callWorkers() }
        return true
    }

    /// A reader waits for some of these bytes.
    private func raise(_ isWanted: (Range<UInt64>) -> Bool) {
        let wanted = state.withLock { $0.toRaise(isWanted) }
        for errand in wanted { errand.urgency.raise() }
    }

    /// A reader has come.
    var isWanted: Bool { state.withLock { $0.wish == .bytes } }

    /// Gives it up if nobody has come to want it; true when it now is.
    func abandon() -> Bool { state.withLock { $0.abandon() } }

    /// The size is known, the first bytes are here or on their way, and nobody wants more of a file that is large.
    var isResting: Bool { state.withLock { $0.isResting } }

    /// The rest has waited for a reader in vain.
    func hasRested(until now: ContinuousClock.Instant) -> Bool { state.withLock { $0.hasRested(until: now) } }

    /// Whether the size that was told before is wrong.
    func disproves(_ told: UInt64) -> Bool {
        state.withLock { state in state.isSizeDoubted || state.size.map { $0 != told } ?? false }
    }

    /// The server has another version.
    var isOutdated: Bool { state.withLock { $0.isOutdated } }

    /// A reader was given bytes of it.
    var isRead: Bool { state.withLock { $0.isRead } }

    /// Which version of the file the bytes are of; nil before an answer has begun, and where another process had fetched it.
    var validators: Validators? { state.withLock { $0.validators } }

    /// Hexadecimal SHA-256 of all bytes, once they are in the cache.
    var digest: String? { state.withLock { $0.blob?.sha256 ?? $0.digest } }

    /// All bytes are in the cache, and this is their digest. To be said before anyone can meet them there as another's.
    func isPublished(as digest: String) { state.withLock { $0.digest = digest } }

    /// All bytes are there.
    var isComplete: Bool { state.withLock { $0.isComplete } }
    /// Why it ended without the whole file.
    var failure: Failure? { state.withLock { $0.failure } }

    /// What has come is of no use to a download after this one: the server has another version of the file, or there is no room
    /// for it.
    var isWorthless: Bool { state.withLock { $0.failure.map { [.changed, .outgrown].contains($0.reason) } ?? false } }

    /// Bytes in all, as far as the answers have said.
    var knownSize: UInt64? { state.withLock { $0.size } }

    /// Bytes that have come.
    var received: UInt64 { state.withLock { $0.arrived.count } }

    /// Bytes in all, as soon as that is known: with the headers, or at the end of a body of unannounced length.
    func size() async throws(Failure) -> UInt64 { try await wait(for: .size) }

    /// Waits until all of `range` has arrived that the file has.
    ///
    /// Returns the end of what can be read, never more than the range's.
    func bytes(in range: Range<UInt64>) async throws(Failure) -> UInt64 { try await wait(for: .bytes(range)) }

    private func wait(for need: DownloadState.Need) async throws(Failure) -> UInt64 {
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            return state.nextTicket
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Result<UInt64, Failure>? = state.withLock { state in
                    if let answer = state.answer(need) {
                        state.note(answer, to: need)
                        return answer
                    }
                    if Task.isCancelled { return .failure(Failure(.interrupted, "the reader left")) }
                    state.waiters[ticket] = .init(need: need, continuation: continuation)
                    return nil
                }
                if let known { return continuation.resume(returning: known) }
                callWorkers()
                if case .bytes(let range) = need { raise { $0.overlaps(range) } }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(returning: .failure(Failure(.interrupted, "the reader left")))
        }
        return try outcome.get()
    }

    // MARK: Workers

    /// Calls as many workers as are of use now.
    private func callWorkers() {
        let missing = state.withLock { $0.callWorkers() }
        for _ in 0..<missing { calls.yield() }
    }

    /// The next part to ask for; nil when there is none for this worker, which then has gone.
    func claim() -> Errand? {
        let errand = state.withLock { $0.claim() }
        if errand == nil { settle() }
        return errand
    }

    /// What is known by now of the server's ranges.
    var ranges: PartPlan.Ranges { state.withLock { $0.plan.ranges } }

    /// Whether a body that was cut can go on where it stopped: the rest is then known to be of the same version.
    var canGoOn: Bool { state.withLock { $0.plan.ranges == .served && $0.validators?.isComparable == true } }

    /// Takes in the head of an answer to a request for `order`, which begins at `start`. Throws a `Refusal`.
    func accept(_ head: ResponseHead, for order: PartPlan.Order, from start: UInt64) throws(Refusal) -> Reach {
        let outcome = state.withLock { $0.accept(head, for: order, from: start) }
        settle()
        callWorkers()
        return try outcome.get()
    }

    /// Writes bytes that belong at `position`, and lets readers have them. What has come already is not written again but
    /// compared: throws `Refusal.changed` when it was something else, and `Refusal.outgrown` when there is no room.
    ///
    /// False when nothing was taken, as room or a reader is to be found first: `whenReady` is called when the bytes are to be offered again.
    func take(
        _ bytes: RawSpan, at position: UInt64, whenReady: @escaping @Sendable () -> Void = {}
    ) throws -> Bool {
        let end = position +| UInt64(bytes.byteCount)
        let (size, rest, isNew, isPaused) = state.withLock { state in
            let isPaused = state.pauses(until: whenReady)
            return (
                state.size, state.size.map { $0 -| state.arrived.count },
                state.arrived.isDisjoint(with: position..<end), isPaused
            )
        }
        guard !isPaused else { return false }
        guard target.admits(UInt64(bytes.byteCount), of: rest, whenReady: whenReady) else { return false }
        // Nearly all of them have not come before.
        let pieces = isNew ? [] : state.withLock { $0.arrived.split(position..<end) }
        if isNew { try write(bytes, at: position, of: size) }
        for (range, hasArrived) in pieces {
            let piece = bytes.extracting(
                Int(range.lowerBound -| position)..<Int(range.upperBound -| position))
            if hasArrived {
                guard try holds(piece, at: range.lowerBound) else { throw Refusal.changed }
            } else {
                try write(piece, at: range.lowerBound, of: size)
            }
        }
        let isFirst = state.withLock { state in
            defer { state.arrived.insert(position..<end) }
            return state.arrived.isEmpty
        }
        settle()
        if isFirst { callWorkers() }
        return true
    }

    private func write(_ bytes: RawSpan, at position: UInt64, of size: UInt64?) throws {
        do {
            try target.write(bytes, at: position, of: size) { state.withLock { $0.arrived } }
        } catch is SpoolTarget.Outgrown {
            throw Refusal.outgrown
        }
    }

    /// Whether these are the bytes that have come before.
    private func holds(_ bytes: RawSpan, at position: UInt64) throws -> Bool {
        guard let file = target.file?.descriptor else { throw Errno.badFileDescriptor }
        var known = [UInt8](repeating: 0, count: bytes.byteCount)
        var filled = 0
        while filled < known.count {
            let offset = Int64(clamping: position +| UInt64(filled))
            let got = try known.withUnsafeMutableBytes {
                try file.read(
                    fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
            }
            guard got > 0 else { throw Errno.ioError }
            filled += got
        }
        return bytes.withUnsafeBytes { $0.elementsEqual(known) }
    }

    /// A body of unannounced length has ended here. Throws `Refusal.changed` when more of it had come before.
    func end(at size: UInt64) throws(Refusal) {
        let isShorter = state.withLock { $0.arrived.firstMember(from: size) != nil }
        if isShorter { throw .changed }
        change { if $0.size == nil { $0.size = size } }
    }

    /// The request for the first part of a file of unknown size was refused, or answered with what is no part.
    func firstPartIsRefused() { state.withLock { $0.plan.firstPartIsRefused() } }

    /// A part does not come by the request that was to bring it.
    func giveBack(_ range: Range<UInt64>) { state.withLock { $0.plan.giveBack(range) } }

    /// Nothing has to come: this blob is it.
    func complete(with blob: BlobFile) {
        change { state in
            state.blob = blob
            state.size = blob.size
            // Another process or machine has asked for it, and has written down what the server said.
            state.validators = blob.validators ?? state.validators
            state.arrived.insert(0..<blob.size)
        }
    }

    /// The server refuses a range as one that the file does not have (416).
    func doubtSize() { state.withLock { $0.isSizeDoubted = true } }

    /// The first failure counts.
    func fail(_ failure: Failure) {
        let isRead = state.withLock { state in
            // Before anyone can notice, and look the file up again.
            if failure.reason == .changed { state.isOutdated = true }
            return !state.hasEnded && state.isRead
        }
        // Whoever is answered from here on finds that what was shown is another version's.
        if failure.reason == .changed, isRead { whenChanged() }
        if failure.reason == .outgrown, state.withLock({ !$0.hasEnded }) { whenOutgrown(OutgrownFile(self)) }
        change { if !$0.hasEnded { $0.failure = failure } }
    }

    private func change(_ body: (inout DownloadState) -> Void) {
        state.withLock { body(&$0) }
        settle()
    }

    /// Answers the waiters that can be answered now, and ends the calls when there is nothing left to do.
    private func settle() {
        let (ready, hasEnded, sized) = state.withLock { state in
            let ready = state.answerable()
            return (ready, state.hasEnded, state.observerOfSize())
        }
        if let sized { sized.observer(sized.size) }
        for (waiter, answer) in ready { waiter.continuation.resume(returning: answer) }
        if hasEnded { calls.finish() }
    }
}
