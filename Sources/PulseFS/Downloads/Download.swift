import ArtifactStore
import FUSE
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

    private enum Need {
        case size
        case bytes(Range<UInt64>)
    }

    private struct Waiter {
        let need: Need
        let continuation: CheckedContinuation<Result<UInt64, Failure>, Never>

        /// The first byte that this reader waits for; nil when it waits for the size.
        func firstMissing(from arrived: ByteSet) -> UInt64? {
            guard case .bytes(let range) = need else { return nil }
            let gap = arrived.firstGap(from: range.lowerBound)
            return gap < range.upperBound ? gap : nil
        }
    }

    private struct State {
        /// As an answer announced it, or as counted when nothing was announced and the end has come.
        var size: UInt64?
        var arrived = ByteSet()
        var plan: PartPlan
        /// Which version the bytes are of, as far as the answers say.
        var validators: Validators?
        /// A reader was given bytes.
        var isRead = false
        /// What is here is of an earlier download, and the server has not said yet that it still has that version: nobody is
        /// given any of it.
        var isUnconfirmed = false
        /// Requests that are under way or about to be.
        var workers = 0
        /// What was asked for while no reader waited for it.
        var unurgent: [Errand] = []
        var failure: Failure?
        /// The server has no such range as the size that was told before would have.
        var isSizeDoubted = false
        var wish: Wish
        /// Nobody wanted it when it turned out to be large, or any more.
        var isGivenUp = false
        /// Since when the rest waits for a reader; nil when it does not.
        var restingSince: ContinuousClock.Instant?
        /// What lets bodies go on that wait for a reader.
        var paused: [@Sendable () -> Void] = []
        /// The server has another version: whoever comes from now on wants that one.
        var isOutdated = false
        /// Another process had fetched it already.
        var blob: BlobFile?
        /// Of all bytes, in hexadecimal SHA-256: they are in the cache.
        var digest: String?
        var waiters: [UInt64: Waiter] = [:]
        var nextTicket: UInt64 = 0

        /// What readers wait for, from the front.
        var waitedFor: [UInt64] { waiters.values.compactMap { $0.firstMissing(from: arrived) }.sorted() }

        /// A reader is told that it can have bytes.
        mutating func note(_ answer: Result<UInt64, Failure>, to need: Need) {
            if case .bytes(let range) = need, case .success(let end) = answer, end > range.lowerBound { isRead = true }
        }

        var isComplete: Bool { !isUnconfirmed && (size.map { arrived.contains(0..<$0) } ?? false) }
        var hasEnded: Bool { failure != nil || isComplete }

        /// The size is known, the first bytes are here or on their way, and nobody wants more of a file that is large.
        var isResting: Bool {
            wish == .beginning && size.map { $0 > longestUnwanted } ?? false && !isUnconfirmed && !isGivenUp
                && !hasEnded
        }
    }

    /// Bytes that are fetched though nobody but the cache wants them: about what arrives while a connection is broken off.
    private static let longestUnwanted: UInt64 = 1 << 20
    /// Bytes of a large file that come for whoever has named it.
    private static let beginning: UInt64 = 256 << 10
    /// How long the rest of a file waits for a reader of its beginning.
    private static let rest = Duration.seconds(2)

    /// Tells it from all others of this process.
    let number = Download.last.add(1, ordering: .relaxed).newValue
    private static let last = Atomic<UInt64>(0)
    private let target: SpoolTarget
    private let whenChanged: @Sendable () -> Void
    private let whenOutgrown: @Sendable (OutgrownFile?) -> Void
    private let state: Mutex<State>
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
        state = Mutex(State(plan: plan, wish: wish))
        (workerCalls, calls) = AsyncStream.makeStream()
        callWorkers()
    }

    /// Makes the file that the bytes go to. To be called before the first request is sent.
    func open() async throws(StoreError) { try await target.open() }

    /// Goes on with what an earlier download has left of the file.
    func open(_ file: SpoolFile, _ facts: PartialFacts) {
        target.open(file)
        change { state in
            var arrived = ByteSet()
            for range in facts.ranges { arrived.insert(range) }
            // Something is left to be asked for.
            if arrived.contains(0..<facts.size), let last = facts.ranges.last { arrived.remove(last) }
            state.arrived = arrived
            state.isUnconfirmed = true
            state.size = facts.size
            state.validators = Validators(
                entityTag: facts.entityTag, lastModified: facts.lastModified, size: facts.size)
            state.plan.resume(arrived, of: facts.size)
        }
        callWorkers()
    }

    func open(_ file: SpoolFile) { target.open(file) }

    /// What is worth writing down of what has come: nil while the file could not be gone on with.
    var partialFacts: (facts: PartialFacts, arrived: ByteSet)? {
        state.withLock { state in
            guard let size = state.size, size >= PartialFacts.blockSize, state.plan.ranges == .served,
                let validators = state.validators, validators.isStrong, let tag = validators.entityTag
            else { return nil }
            return (PartialFacts(entityTag: tag, lastModified: validators.lastModified, size: size), state.arrived)
        }
    }

    /// Where the bytes are that have come so far; nil before `open`.
    var spool: SpoolFile? { target.file }

    /// What to read those bytes from that a wait has promised; nil when it has promised none.
    var file: (any OpenFile)? { state.withLock { $0.blob } ?? target.file }

    // MARK: Readers

    /// Adds a wish; false when the download has failed or been given up, and another one is needed.
    func join(for wish: Wish) -> Bool {
        let (isJoined, paused) = state.withLock { state -> (Bool, [@Sendable () -> Void]) in
            // Whoever asks for the size alone is served by one that was given up when it knew.
            guard !state.isOutdated, !state.isGivenUp || (wish <= .beginning && state.size != nil) else {
                return (false, [])
            }
            guard state.failure == nil || state.isGivenUp else { return (false, []) }
            if !state.isGivenUp { state.wish = max(state.wish, wish) }
            guard state.wish > .beginning else { return (true, []) }
            defer { (state.paused, state.restingSince) = ([], nil) }
            return (true, state.paused)
        }
        for resume in paused { resume() }
        if isJoined, wish != .ahead { raise { $0.upperBound == .max || $0.lowerBound == 0 } }
        if isJoined, wish > .beginning { callWorkers() }
        return isJoined
    }

    /// A reader waits for some of these bytes.
    private func raise(_ isWanted: (Range<UInt64>) -> Bool) {
        let wanted = state.withLock { state in
            let wanted = state.unurgent.filter { isWanted($0.order.range) }
            state.unurgent.removeAll { isWanted($0.order.range) }
            return wanted
        }
        for errand in wanted { errand.urgency.raise() }
    }

    /// A reader has come.
    var isWanted: Bool { state.withLock { $0.wish == .bytes } }

    /// Gives it up if nobody has come to want it; true when it now is.
    func abandon() -> Bool {
        state.withLock { state in
            guard state.wish == .ahead || state.isResting, state.waiters.isEmpty, !state.hasEnded else { return false }
            state.isGivenUp = true
            return true
        }
    }

    /// The size is known, the first bytes are here or on their way, and nobody wants more of a file that is large.
    var isResting: Bool { state.withLock { $0.isResting } }

    /// The rest has waited for a reader in vain.
    func hasRested(until now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            state.isResting && state.restingSince.map { $0.duration(to: now) >= Self.rest } ?? false
        }
    }

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

    private func wait(for need: Need) async throws(Failure) -> UInt64 {
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            return state.nextTicket
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let known: Result<UInt64, Failure>? = state.withLock { state in
                    if let answer = Self.answer(need, state) {
                        state.note(answer, to: need)
                        return answer
                    }
                    if Task.isCancelled { return .failure(Failure(.interrupted, "the reader left")) }
                    state.waiters[ticket] = Waiter(need: need, continuation: continuation)
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

    private static func answer(_ need: Need, _ state: State) -> Result<UInt64, Failure>? {
        if state.isUnconfirmed { return state.failure.map { .failure($0) } }
        switch need {
        case .size:
            if let size = state.size { return .success(size) }
        case .bytes(let range):
            let end = min(range.upperBound, state.size ?? .max)
            if range.lowerBound >= end || state.arrived.contains(range.lowerBound..<end) { return .success(end) }
        }
        return state.failure.map { .failure($0) }
    }

    // MARK: Workers

    /// Calls as many workers as are of use now.
    private func callWorkers() {
        let missing = state.withLock { state in
            guard !state.hasEnded, !state.isResting else { return 0 }
            // The first bytes are waited for by whoever begins to read: the other parts do not get in their way.
            var wanted = state.arrived.isEmpty ? 1 : state.plan.usefulWidth
            if state.plan.usefulWidth > 1, !state.plan.claimed.isEmpty,
                state.waitedFor.contains(where: { state.plan.isFree($0) })
            {
                // A reader waits for what nobody has asked for.
                wanted = min(state.workers + 1, state.plan.geometry.greatestWidth)
            }
            let missing = max(0, wanted - state.workers)
            state.workers += missing
            return missing
        }
        for _ in 0..<missing { calls.yield() }
    }

    /// The next part to ask for; nil when there is none for this worker, which then has gone.
    func claim() -> Errand? {
        let errand = state.withLock { state -> Errand? in
            let waitedFor = state.waitedFor
            if !state.hasEnded, !state.isGivenUp, !state.isResting, let order = state.plan.claim(waitedFor: waitedFor) {
                // The front of a file is what its first reader wants, who may not wait yet.
                let isUrgent =
                    waitedFor.contains { order.range.contains($0) }
                    || (state.wish != .ahead && order.range.lowerBound == 0)
                let errand = Errand(order: order, urgency: Urgency(isUrgent ? .foreground : .prefetch))
                if !isUrgent { state.unurgent.append(errand) }
                return errand
            }
            state.workers -= 1
            if state.workers == 0, state.isResting {
                state.restingSince = state.restingSince ?? .now
            } else if state.workers == 0, !state.hasEnded {
                state.failure =
                    state.isGivenUp
                    ? Failure(.interrupted, "nobody wants the file any more")
                    : Failure(.badAnswer, "the server sent some parts of the file and not the others")
            }
            return nil
        }
        if errand == nil { settle() }
        return errand
    }

    /// What is known by now of the server's ranges.
    var ranges: PartPlan.Ranges { state.withLock { $0.plan.ranges } }

    /// Whether a body that was cut can go on where it stopped: the rest is then known to be of the same version.
    var canGoOn: Bool { state.withLock { $0.plan.ranges == .served && $0.validators?.isComparable == true } }

    /// Takes in the head of an answer to a request for `order`, which begins at `start`. Throws a `Refusal`.
    func accept(_ head: ResponseHead, for order: PartPlan.Order, from start: UInt64) throws(Refusal) -> Reach {
        let outcome = state.withLock { state -> Result<Reach, Refusal> in
            let announcement = FileAnnouncement(head)
            let comparison = state.validators?.compared(with: announcement.validators)
            if comparison == .different { return .failure(.changed) }
            if comparison == .same { state.isUnconfirmed = false }
            if head.status == 206 {
                if let known = state.size, let total = announcement.size, known != total { return .failure(.changed) }
                // Nobody knows whether it belongs to what has come: all of the file does, once it is compared with that.
                guard comparison != .unknown else {
                    state.plan.rangesAreIgnored()
                    return .failure(.rangeIgnored)
                }
                state.validators = state.validators ?? announcement.validators
                state.size = state.size ?? announcement.size
                state.plan.answeredInParts(of: announcement.size)
                if !announcement.validators.isComparable { state.plan.rangesAreIgnored() }
                return .success(Reach(isWhole: false, end: head.contentRange.map { ($0.last + 1).bytes }))
            }
            guard start == 0, order == .whole || state.arrived.isEmpty else {
                state.plan.rangesAreIgnored()
                return .failure(.rangeIgnored)
            }
            state.validators = state.validators ?? announcement.validators
            state.plan.announced(servesRanges: announcement.validators.isComparable ? announcement.servesRanges : false)
            state.size = announcement.size ?? state.size
            if state.wish == .size, let size = state.size, size > Self.longestUnwanted {
                state.isGivenUp = true
                return .failure(.givenUp)
            }
            let end = state.plan.answeredWhole(
                size: state.size, isAskedForWhole: order == .whole)
            return .success(Reach(isWhole: true, end: end ?? state.size))
        }
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
            let isPaused = state.isResting && state.arrived.count >= Self.beginning
            if isPaused {
                state.restingSince = state.restingSince ?? .now
                state.paused.append(whenReady)
            }
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

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        settle()
    }

    /// Answers the waiters that can be answered now, and ends the calls when there is nothing left to do.
    private func settle() {
        let (ready, hasEnded) = state.withLock { state in
            var ready: [(Waiter, Result<UInt64, Failure>)] = []
            for (ticket, waiter) in state.waiters {
                guard let answer = Self.answer(waiter.need, state) else { continue }
                state.note(answer, to: waiter.need)
                ready.append((waiter, answer))
                state.waiters[ticket] = nil
            }
            return (ready, state.hasEnded)
        }
        for (waiter, answer) in ready { waiter.continuation.resume(returning: answer) }
        if hasEnded { calls.finish() }
    }
}
