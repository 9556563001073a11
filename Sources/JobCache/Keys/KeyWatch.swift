package import PulseAPI

/// Decides whether what a key reads is open, and when the API is to be asked about the key again.
///
/// What happens goes in, what to do comes out; whoever asks keeps the time and does the work. A key is refused only when
/// the API has said so of the key itself: a job that it keeps from the key, or an API that does not answer, close nothing.
package struct KeyWatch: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package enum Standing: Sendable, Hashable {
        /// The API has not been heard on this key.
        case unchecked
        case good
        /// With the API's words.
        case refused(String)
    }

    package enum Door: Sendable, Hashable {
        case open
        case closed(Failure.Reason, String)
        /// The API is to be asked first.
        case pending
    }

    package enum Effect: Sendable, Hashable {
        /// Everything that the key read is closed, what the kernel holds included.
        case close(String)
        case open
        case remember(refused: Bool)
    }

    /// What an earlier mount heard of the key.
    package struct Memory: Sendable, Hashable {
        /// Nil when that is not known, as the date is one to come.
        let age: Duration?
        let isRefused: Bool

        package init(age: Duration?, isRefused: Bool) {
            self.age = age
            self.isRefused = isRefused
        }
    }

    private let rules: KeyRules
    package private(set) var standing: Standing
    /// When the key was last known to be good, or else first watched.
    private var confirmed: Instant
    /// When the API was last asked, and did not call the key good.
    private var attempted: Instant?
    /// Why the last question got no answer, if it got none.
    private var silence: String?
    private var remembered: Instant?
    private var isStale = false
    private var isChecking = false
    /// Someone has asked since the last check began.
    private var isWanted = false
    /// A refusal that an earlier mount heard, or a key that came while all was closed: nothing opens before an answer.
    private var awaitsVerdict = false
    private var isClosed = false

    package init(_ rules: KeyRules, memory: Memory?, at now: Instant) {
        self.rules = rules
        standing = .unchecked
        confirmed = now
        recall(memory, at: now)
    }

    private mutating func recall(_ memory: Memory?, at now: Instant) {
        standing = .unchecked
        confirmed = now
        attempted = nil
        silence = nil
        remembered = nil
        awaitsVerdict = isClosed
        if let memory {
            // A date to come is one of a clock that was wrong: it is as good as none.
            confirmed = now - (memory.age.flatMap { $0 < .zero ? nil : $0 } ?? rules.ttl)
            standing = memory.isRefused ? .refused("the API refused the key when it was last asked") : .good
            awaitsVerdict = awaitsVerdict || memory.isRefused
        }
        isStale = confirmed + rules.ttl <= now
    }

    // MARK: What is so now

    package var door: Door {
        if awaitsVerdict { return .pending }
        if case .refused(let words) = standing { return .closed(.keyRefused, words) }
        guard isStale, rules.offline == .deny else { return .open }
        return silence.map { .closed(.keyUnconfirmed, $0) } ?? .pending
    }

    package var isRefused: Bool { if case .refused = standing { true } else { false } }

    /// One word for the metrics: `unchecked`, `good`, `refused`, or `unconfirmed` when the last good answer is too old.
    package var word: String {
        switch standing {
        case .refused: "refused"
        case _ where isStale: "unconfirmed"
        case .good: "good"
        case .unchecked: "unchecked"
        }
    }

    package static let words = ["unchecked", "good", "unconfirmed", "refused"]

    // MARK: What happens

    /// Someone wants something that only a good key reads.
    package mutating func asked() -> Door {
        isWanted = true
        return door
    }

    /// Time has passed. `isInUse` says that the kernel holds something.
    package mutating func tick(at now: Instant, isInUse: Bool) -> (effects: [Effect], isDue: Bool) {
        let effects = settled(at: now)
        // What is refused is closed to the kernel as well: nothing it holds needs a check.
        let wanted = isWanted || isInUse && !isRefused
        return (effects, wanted && !isChecking && now >= due)
    }

    private var due: Instant {
        let next = attempted.map { $0 + (isClosed ? rules.pauseWhileClosed : rules.pauseWhileOpen) }
        if isRefused { return next ?? confirmed }
        return max(confirmed + rules.ttl, next ?? confirmed)
    }

    /// The API is being asked about the key.
    package mutating func began() {
        isChecking = true
        isWanted = false
    }

    /// The API has been asked about the key, `age` ago.
    package mutating func ended(_ verdict: KeyVerdict, age: Duration = .zero, at now: Instant) -> [Effect] {
        isChecking = false
        awaitsVerdict = false
        var effects: [Effect] = []
        switch verdict {
        // What is remembered is what this machine was told.
        case .good: effects = confirm(at: now - age, remembering: age == .zero)
        case .refused(let words):
            attempted = now
            if !isRefused { effects = [.remember(refused: true)] }
            standing = .refused(words)
        case .unknown(let words):
            attempted = now
            silence = words
        }
        return effects + settled(at: now)
    }

    /// The API has answered the key about a job. An answer on its way since before a refusal undoes nothing: only a check
    /// opens what a check has closed.
    package mutating func accepted(at now: Instant) -> [Effect] {
        guard !isRefused, !awaitsVerdict else { return [] }
        let isOld = remembered.map { $0 + rules.ttl / 4 <= now } ?? true
        return confirm(at: now, remembering: isOld) + settled(at: now)
    }

    /// Another key is in use from now on.
    package mutating func replaced(memory: Memory?, at now: Instant) -> [Effect] {
        recall(memory, at: now)
        return settled(at: now)
    }

    private mutating func confirm(at now: Instant, remembering: Bool) -> [Effect] {
        standing = .good
        confirmed = now
        attempted = nil
        silence = nil
        guard remembering else { return [] }
        remembered = now
        return [.remember(refused: false)]
    }

    private mutating func settled(at now: Instant) -> [Effect] {
        let wasStale = isStale
        isStale = confirmed + rules.ttl <= now
        // A silence of the time when nothing hung on it: the API is asked again first.
        if isStale, !wasStale, attempted != now { silence = nil }
        switch door {
        case .closed(_, let words) where !isClosed:
            isClosed = true
            return [.close(words)]
        case .open where isClosed:
            isClosed = false
            return [.open]
        default: return []
        }
    }
}
