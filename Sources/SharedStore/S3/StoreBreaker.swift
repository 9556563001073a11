/// Keeps requests from an engine that cannot be reached: decisions only, told what happens and when.
///
/// One request that does not reach it is enough, as a mount does without it at once; of errors that it answers with it takes three
/// calls in a row, for different objects, that came to nothing. Then one request in five seconds finds out.
struct StoreBreaker: Sendable {
    /// Since any one moment; never falls.
    typealias Instant = Duration

    static let pause = Duration.seconds(5)
    private static let mostErrors = 3

    /// Leave to send one request. What becomes of it is to be said once.
    struct Pass: Sendable, Hashable {
        let isProbe: Bool
        fileprivate let answers: UInt64
    }

    private enum State: Hashable {
        case closed
        case open(until: Instant)
        /// One request is finding out.
        case probed
    }

    private var state = State.closed
    private var answers: UInt64 = 0
    private var failing: Set<String> = []

    var isOpen: Bool { state != .closed }

    /// How long the engine is left alone, if it is; at least a moment while one request finds out.
    mutating func admit(at now: Instant) -> Result<Pass, KeptBack> {
        switch state {
        case .closed: return .success(Pass(isProbe: false, answers: answers))
        case .open(let until) where now < until: return .failure(KeptBack(wait: until - now))
        case .open:
            state = .probed
            return .success(Pass(isProbe: true, answers: answers))
        case .probed: return .failure(KeptBack(wait: .zero))
        }
    }

    struct KeptBack: Error, Hashable {
        let wait: Duration
    }

    /// It was answered, with whatever but an error of the engine's own.
    mutating func answered(_ pass: Pass) {
        (state, failing) = (.closed, [])
        answers &+= 1
    }

    /// It was answered with an error of the engine's own, for good. `target` is what was asked for.
    mutating func erred(_ pass: Pass, for target: String, at now: Instant) {
        if failing.count < Self.mostErrors { failing.insert(target) }
        if pass.isProbe || failing.count >= Self.mostErrors { state = .open(until: now + Self.pause) }
    }

    /// The engine was not reached, or said nothing.
    mutating func unreached(_ pass: Pass, at now: Instant) {
        // One request that is stuck while others are answered says nothing of the engine.
        guard pass.isProbe || pass.answers == answers else { return }
        state = .open(until: now + Self.pause)
    }

    /// It was given up, or not sent, for a reason that is not the engine's.
    mutating func withdrawn(_ pass: Pass, at now: Instant) {
        if pass.isProbe, state == .probed { state = .open(until: now) }
    }
}
