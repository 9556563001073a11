/// How a machine that wants a result that can be fetched only once comes to have it: decisions only, told what was read and when.
///
/// A claim is a lease: as long as its ETag is another whenever it is looked at, its claimant is there. One that has been the same for
/// ``ClaimRules/silence`` of the own time of whoever looks is taken over, under the condition that it still is. No clock is compared
/// with another machine's.
package struct ClaimCourse: Sendable, Hashable {
    /// Since any one moment, by the own clock of this machine, which goes on while it sleeps; never falls.
    package typealias Instant = Duration

    package enum Decision: Sendable, Hashable {
        /// Write this under this condition, and tell what came of it.
        case claim(ClaimRecord, WriteCondition)
        /// It is this machine's to fetch.
        case hold(ClaimGrip)
        case readAgain(after: Duration)
        /// Its bytes are in the store.
        case take(ClaimRecord.Delivery)
        /// The API says that the link is spent; whoever has the bytes may still deliver them.
        case gone(ClaimRecord)
        /// Ask the API without a claim.
        case askAlone
        /// Nobody can tell, and nobody may decide.
        case damaged(String)
    }

    private struct Watched: Hashable {
        let etag: ETag
        /// When it had been read first.
        let since: Instant
    }

    private struct Written: Hashable {
        let record: ClaimRecord
        let begun: Instant
    }

    private let rules: ClaimRules
    private let nonce: String
    private let machine: String
    /// When it may be asked without a claim; nil for never.
    private let lateFrom: Instant?
    /// Whether a claim is worth anything, and this machine may write one.
    private var mayClaim: Bool
    private var watched: Watched?
    /// A claim that was written; of the last one it is known when that was begun.
    private var written: Written?
    private var pause: Duration

    /// - Parameter nonce: 16 random bytes as hexadecimal digits, of this course alone.
    package init(
        _ rules: ClaimRules, nonce: String, machine: String, mayClaim: Bool, lateFrom: Instant?
    ) {
        (self.rules, self.nonce, self.machine) = (rules, nonce, machine)
        (self.mayClaim, self.lateFrom, pause) = (mayClaim, lateFrom, rules.look)
    }

    /// - Parameters:
    ///   - begun: when the reading was begun.
    ///   - now: when it had ended.
    ///   - time: seconds since 1970, to be told to others.
    ///   - former: the nonce of a claimant that is known to have died, as one of this machine.
    package mutating func saw(
        _ seen: ClaimSeen, begun: Instant, at now: Instant, time: Int64, former: String? = nil
    ) -> Decision {
        switch seen {
        case .unreachable: return wait(at: now)
        case .damaged(let words): return .damaged(words)
        case .absent: return claim(after: nil, .ifAbsent, now, time)
        case .record(let record, let etag):
            switch record.state {
            case .delivered(let delivery): return .take(delivery)
            case .gone: return .gone(record)
            case .released: return claim(after: record, .ifStill(etag), now, time)
            case .claimed:
                // An answer that was lost, or came late.
                if let written, record.nonce == nonce {
                    return .hold(ClaimGrip(rules, record, etag, beaten: written.begun))
                }
                if let former, record.nonce == former { return claim(after: record, .ifStill(etag), now, time) }
                guard let watched, watched.etag == etag else {
                    self.watched = Watched(etag: etag, since: now)
                    return .readAgain(after: nextPause(atMost: rules.silence))
                }
                guard begun - watched.since >= rules.silence else {
                    return .readAgain(after: nextPause(atMost: rules.silence - (begun - watched.since)))
                }
                return claim(after: record, .ifStill(etag), now, time)
            }
        }
    }

    /// What came of the last claim.
    package mutating func wrote(_ outcome: ClaimWritten, at now: Instant) -> Decision {
        switch outcome {
        case .done(let etag):
            guard let written else { return .readAgain(after: rules.look) }
            return .hold(ClaimGrip(rules, written.record, etag, beaten: written.begun))
        // It is read back, and known by its nonce.
        case .lost, .unclear: return .readAgain(after: .zero)
        case .failed: return wait(at: now)
        case .refused:
            mayClaim = false
            return wait(at: now)
        }
    }

    /// The moment of a claim is that before it is sent: others count from later.
    private mutating func claim(
        after record: ClaimRecord?, _ condition: WriteCondition, _ now: Instant, _ time: Int64
    ) -> Decision {
        guard mayClaim else { return wait(at: now) }
        let claim =
            record?.next(nonce: nonce, machine: machine, time: time)
            ?? ClaimRecord(epoch: 1, nonce: nonce, machine: machine, time: time, .claimed(.init()))
        written = Written(record: claim, begun: now)
        return .claim(claim, condition)
    }

    private mutating func wait(at now: Instant) -> Decision {
        if let lateFrom, now >= lateFrom { return .askAlone }
        return .readAgain(after: nextPause(atMost: lateFrom.map { max($0 - now, .milliseconds(1)) } ?? rules.silence))
    }

    private mutating func nextPause(atMost limit: Duration) -> Duration {
        defer { pause = min(pause * 1.5, rules.longestLook) }
        return min(pause, limit)
    }
}
