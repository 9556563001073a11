import Quantities

/// A claim that this machine has, for as long as it fetches and uploads: decisions only, told what came of what and when.
///
/// It is alive for others as long as its object changes. When that cannot be written for ``ClaimRules/patience``, which is shorter
/// than others wait, a claimant with much to fetch yet gives up: somebody else may begin soon. One that has been taken over all the
/// same, as it was stopped for a while, goes on: what it has may be all that there will ever be.
package struct ClaimGrip: Sendable, Hashable {
    package typealias Instant = ClaimCourse.Instant

    package enum Decision: Sendable, Hashable {
        /// Write this under this condition, and tell what came of it.
        case write(ClaimRecord, WriteCondition)
        /// Read the claim, and tell what was there.
        case read
        case wait(Duration)
    }

    /// As this machine wrote it last, as far as it knows.
    package private(set) var record: ClaimRecord
    /// Somebody else has it by now.
    package private(set) var isTaken = false
    private let rules: ClaimRules
    /// Nil when it is to be read.
    private var condition: WriteCondition?
    /// When the last writing was begun that is known to have been done.
    private var beaten: Instant
    /// When the next is due.
    private var due: Instant
    private var pending: Pending?
    private var lastBeat: UInt64 = 0

    private struct Pending: Hashable {
        let record: ClaimRecord
        let begun: Instant
    }

    /// - Parameter beaten: when the writing of the claim was begun.
    init(_ rules: ClaimRules, _ record: ClaimRecord, _ etag: ETag, beaten: Instant) {
        (self.rules, self.record, condition) = (rules, record, .ifStill(etag))
        (self.beaten, due) = (beaten, beaten + rules.beat)
    }

    /// Nil when there is nothing more to be done about it.
    /// - Parameters:
    ///   - received: bytes that have come.
    ///   - total: bytes in all, if that is known.
    package mutating func next(received: UInt64, total: UInt64?, at now: Instant) -> Decision? {
        guard !isTaken else { return nil }
        guard now >= due else { return .wait(due - now) }
        guard let condition else { return .read }
        // Each writing has a number of its own: one that came late is not taken for one that was begun later.
        lastBeat &+= 1
        let next = record.now(.claimed(.init(beat: lastBeat, received: received, total: total)))
        pending = Pending(record: next, begun: now)
        return .write(next, condition)
    }

    package mutating func wrote(_ outcome: ClaimWritten, at now: Instant) {
        guard let pending else { return }
        switch outcome {
        case .done(let etag):
            (record, condition, beaten) = (pending.record, .ifStill(etag), pending.begun)
            due = pending.begun + rules.beat
            self.pending = nil
        case .lost, .unclear:
            condition = nil
            due = now
        case .failed, .refused: due = now + rules.repeated
        }
    }

    /// What was read, as `.read` said.
    package mutating func saw(_ seen: ClaimSeen, at now: Instant) {
        switch seen {
        case .unreachable: due = now + rules.repeated
        case .damaged: isTaken = true
        case .absent:
            // The store has forgotten it, and nobody has claimed it since.
            (condition, due) = (.ifAbsent, now)
        case .record(let there, let etag):
            guard there.nonce == record.nonce, there.isClaimed else {
                isTaken = true
                return
            }
            condition = .ifStill(etag)
            if let pending, pending.record == there {
                (record, beaten) = (there, pending.begun)
                due = max(now, pending.begun + rules.beat)
            } else {
                due = now
            }
        }
    }

    /// Whether to leave the fetching to others: they may have taken over, and much is missing.
    package func mustStop(received: UInt64, total: UInt64?, at now: Instant) -> Bool {
        guard !isTaken, now - beaten >= rules.patience else { return false }
        guard let total else { return received == 0 }
        return total > received && total -| received > rules.smallRest
    }

    /// When ``mustStop(received:total:at:)`` is to be asked.
    package var deadline: Instant { beaten + rules.patience }
}
