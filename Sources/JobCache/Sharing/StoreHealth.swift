/// Whether a store is worth asking: decisions only, told what happens and when.
///
/// Readers meet a store that cannot be asked once. From then on they go on without it, and one request in five seconds, which
/// nobody waits for, finds out whether it is back. A store that is another than was meant, or none, is looked at once a minute: an
/// operator may put it right.
struct StoreHealth: Sendable {
    /// Since any one moment; never falls.
    typealias Instant = Duration

    enum Admission: Sendable, Hashable {
        case ask
        /// Go on without it.
        case leave
        /// The same, and find out aside whether it is back.
        case probe
    }

    static let pause = Duration.seconds(5)
    static let pauseOfAnother = Duration.seconds(60)

    private enum State: Hashable {
        case good
        case away(until: Instant)
        /// `isRefused` is what it was before.
        case probed(isRefused: Bool)
        /// It is another store than was meant.
        case refused(until: Instant)
    }

    private var state: State

    /// `isGood` is whether it has been asked already which store it is.
    init(isGood: Bool) { state = isGood ? .good : .away(until: .zero) }

    var isGood: Bool { state == .good }
    var isRefused: Bool {
        switch state {
        case .refused: true
        case .probed(let isRefused): isRefused
        case .good, .away: false
        }
    }

    mutating func admit(at now: Instant) -> Admission {
        switch state {
        case .good: return .ask
        case .away(let until) where until <= now, .refused(let until) where until <= now:
            state = .probed(isRefused: isRefused)
            return .probe
        case .away, .probed, .refused: return .leave
        }
    }

    /// Somebody's request came to nothing; whether that is news.
    mutating func failed(at now: Instant) -> Bool {
        guard state == .good else { return false }
        state = .away(until: now + Self.pause)
        return true
    }

    /// What finding out came to. Whether that is news.
    mutating func probed(_ isGood: Bool, at now: Instant) -> Bool {
        guard case .probed = state else { return false }
        state = isGood ? .good : .away(until: now + Self.pause)
        return isGood
    }

    /// It was found to be another than was meant. Whether that is news.
    mutating func refuse(at now: Instant) -> Bool {
        defer { state = .refused(until: now + Self.pauseOfAnother) }
        return !isRefused
    }
}
