import ArtifactStore
import PulseAPI
import Quantities
import Transfer

/// What is known of a download, and what follows from it: pure decisions, which `Download` carries out.
struct DownloadState {
    enum Need {
        case size
        case bytes(Range<UInt64>)
    }

    struct Waiter {
        let need: Need
        let continuation: CheckedContinuation<Result<UInt64, Failure>, Never>

        /// The first byte that this reader waits for; nil when it waits for the size.
        func firstMissing(from arrived: ByteSet) -> UInt64? {
            guard case .bytes(let range) = need else { return nil }
            let gap = arrived.firstGap(from: range.lowerBound)
            return gap < range.upperBound ? gap : nil
        }
    }

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
    var unurgent: [Download.Errand] = []
    var failure: Failure?
    /// The server has no such range as the size that was told before would have.
    var isSizeDoubted = false
    var wish: Download.Wish
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
    var sizeObserver: (@Sendable (UInt64) -> Void)?
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
        wish == .beginning && size.map { $0 > Self.longestUnwanted } ?? false && !isUnconfirmed && !isGivenUp
            && !hasEnded
    }

    init(plan: PartPlan, wish: Download.Wish) {
        self.plan = plan
        self.wish = wish
    }

    /// Bytes that are fetched though nobody but the cache wants them: about what arrives while a connection is broken off.
    private static let longestUnwanted: UInt64 = 1 << 20
    /// Bytes of a large file that come for whoever has named it.
    private static let beginning: UInt64 = 256 << 10
    /// How long the rest of a file waits for a reader of its beginning.
    private static let rest = Duration.seconds(2)

    // MARK: What came earlier

    /// Goes on with what an earlier download has left of the file.
    mutating func resume(_ facts: PartialFacts) {
        var arrived = ByteSet()
        for range in facts.ranges { arrived.insert(range) }
        // Something is left to be asked for.
        if arrived.contains(0..<facts.size), let last = facts.ranges.last { arrived.remove(last) }
        self.arrived = arrived
        isUnconfirmed = true
        size = facts.size
        validators = Validators(entityTag: facts.entityTag, lastModified: facts.lastModified, size: facts.size)
        plan.resume(arrived, of: facts.size)
    }

    /// What is worth writing down of what has come: nil while the file could not be gone on with.
    var partialFacts: (facts: PartialFacts, arrived: ByteSet)? {
        guard let size, size >= PartialFacts.blockSize, plan.ranges == .served,
            let validators, validators.isStrong, let tag = validators.entityTag
        else { return nil }
        return (PartialFacts(entityTag: tag, lastModified: validators.lastModified, size: size), arrived)
    }

    // MARK: What others have

    /// Somebody has the file. Changes nothing of what goes on with an earlier download.
    mutating func expect(_ size: UInt64, inParts isSentInParts: Bool) {
        guard !isUnconfirmed, self.size == nil else { return }
        self.size = size
        plan.expect(size, inParts: isSentInParts)
        if wish == .size, size > Self.longestUnwanted { isGivenUp = true }
    }

    /// Whom to tell the size, once it is known for certain; he is not told again.
    mutating func observerOfSize() -> (observer: @Sendable (UInt64) -> Void, size: UInt64)? {
        guard let sizeObserver, let size, !isUnconfirmed else { return nil }
        self.sizeObserver = nil
        return (sizeObserver, size)
    }

    // MARK: Readers

    /// Adds a wish; nil when another download is needed, else what lets bodies go on that waited for a reader.
    mutating func join(for wish: Download.Wish) -> [@Sendable () -> Void]? {
        // Whoever asks for the size alone is served by one that was given up when it knew.
        guard !isOutdated, !isGivenUp || (wish <= .beginning && size != nil) else { return nil }
        guard failure == nil || isGivenUp else { return nil }
        if !isGivenUp { self.wish = max(self.wish, wish) }
        guard self.wish > .beginning else { return [] }
        defer { (paused, restingSince) = ([], nil) }
        return paused
    }

    /// What was asked for while no reader waited for it, and is waited for now.
    mutating func toRaise(_ isWanted: (Range<UInt64>) -> Bool) -> [Download.Errand] {
        let wanted = unurgent.filter { isWanted($0.order.range) }
        unurgent.removeAll { isWanted($0.order.range) }
        return wanted
    }

    /// Gives it up if nobody has come to want it; true when it now is.
    mutating func abandon() -> Bool {
        guard wish == .ahead || isResting, waiters.isEmpty, !hasEnded else { return false }
        isGivenUp = true
        return true
    }

    /// The rest has waited for a reader in vain.
    func hasRested(until now: ContinuousClock.Instant) -> Bool {
        isResting && restingSince.map { $0.duration(to: now) >= Self.rest } ?? false
    }

    func answer(_ need: Need) -> Result<UInt64, Failure>? {
        if isUnconfirmed { return failure.map { .failure($0) } }
        switch need {
        case .size:
            if let size { return .success(size) }
        case .bytes(let range):
            let end = min(range.upperBound, size ?? .max)
            if range.lowerBound >= end || arrived.contains(range.lowerBound..<end) { return .success(end) }
        }
        return failure.map { .failure($0) }
    }

    /// The waiters that can be answered now; they wait no more.
    mutating func answerable() -> [(Waiter, Result<UInt64, Failure>)] {
        var ready: [(Waiter, Result<UInt64, Failure>)] = []
        for (ticket, waiter) in waiters {
            guard let answer = answer(waiter.need) else { continue }
            note(answer, to: waiter.need)
            ready.append((waiter, answer))
            waiters[ticket] = nil
        }
        return ready
    }

    // MARK: Workers

    /// How many more workers are of use now; they count from then on.
    mutating func callWorkers() -> Int {
        guard !hasEnded, !isResting else { return 0 }
        // The first bytes are waited for by whoever begins to read: the other parts do not get in their way.
        var wanted = arrived.isEmpty ? 1 : plan.usefulWidth
        if plan.usefulWidth > 1, !plan.claimed.isEmpty, waitedFor.contains(where: { plan.isFree($0) }) {
            // A reader waits for what nobody has asked for.
            wanted = min(workers + 1, plan.geometry.greatestWidth)
        }
        let missing = max(0, wanted - workers)
        workers += missing
        return missing
    }

    /// The next part to ask for; nil when there is none for this worker, which then has gone.
    mutating func claim() -> Download.Errand? {
        let waitedFor = waitedFor
        if !hasEnded, !isGivenUp, !isResting, let order = plan.claim(waitedFor: waitedFor) {
            // The front of a file is what its first reader wants, who may not wait yet.
            let isUrgent =
                waitedFor.contains { order.range.contains($0) } || (wish != .ahead && order.range.lowerBound == 0)
            let errand = Download.Errand(order: order, urgency: Urgency(isUrgent ? .foreground : .prefetch))
            if !isUrgent { unurgent.append(errand) }
            return errand
        }
        workers -= 1
        if workers == 0, isResting {
            restingSince = restingSince ?? .now
        } else if workers == 0, !hasEnded {
            failure =
                isGivenUp
                ? Failure(.interrupted, "nobody wants the file any more")
                : Failure(.badAnswer, "the server sent some parts of the file and not the others")
        }
        return nil
    }

    /// Takes in the head of an answer to a request for `order`, which begins at `start`.
    mutating func accept(
        _ head: ResponseHead, for order: PartPlan.Order, from start: UInt64
    ) -> Result<Download.Reach, Download.Refusal> {
        let announcement = FileAnnouncement(head)
        let comparison = validators?.compared(with: announcement.validators)
        if comparison == .different { return .failure(.changed) }
        if comparison == .same { isUnconfirmed = false }
        if head.status == 206 {
            if let known = size, let total = announcement.size, known != total { return .failure(.changed) }
            // Nobody knows whether it belongs to what has come: all of the file does, once it is compared with that.
            guard comparison != .unknown else {
                plan.rangesAreIgnored()
                return .failure(.rangeIgnored)
            }
            validators = validators ?? announcement.validators
            size = size ?? announcement.size
            plan.answeredInParts(of: announcement.size)
            if !announcement.validators.isComparable { plan.rangesAreIgnored() }
            return .success(Download.Reach(isWhole: false, end: head.contentRange.map { ($0.last + 1).bytes }))
        }
        guard start == 0, order == .whole || arrived.isEmpty else {
            plan.rangesAreIgnored()
            return .failure(.rangeIgnored)
        }
        validators = validators ?? announcement.validators
        plan.announced(servesRanges: announcement.validators.isComparable ? announcement.servesRanges : false)
        size = announcement.size ?? size
        if wish == .size, let size = size, size > Self.longestUnwanted {
            isGivenUp = true
            return .failure(.givenUp)
        }
        let end = plan.answeredWhole(
            size: size, isAskedForWhole: order == .whole)
        return .success(Download.Reach(isWhole: true, end: end ?? size))
    }

    /// Whether bytes wait for a reader of what came before them: `whenReady` is then called when they are to be offered again.
    mutating func pauses(until whenReady: @escaping @Sendable () -> Void) -> Bool {
        guard isResting, arrived.count >= Self.beginning else { return false }
        restingSince = restingSince ?? .now
        paused.append(whenReady)
        return true
    }
}
