/// Whether a store is worth asking: decisions only, told what happens and when.
///
/// Readers meet a store that cannot be asked once. From then on they go on without it, and one request in five seconds, which
/// nobody waits for, finds out whether it is back.
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

    private enum State: Hashable {
        case good
        case away(until: Instant)
        case probed
        /// It is another store than was meant.
        case refused
    }

    private var state: State

    /// `isGood` is whether it has been asked already which store it is.
    init(isGood: Bool) { state = isGood ? .good : .away(until: .zero) }

    var isGood: Bool { state == .good }
    var isRefused: Bool { state == .refused }

    mutating func admit(at now: Instant) -> Admission {
        switch state {
        case .good: return .ask
        case .away(let until) where until <= now:
            state = .probed
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
        guard state == .probed else { return false }
        state = isGood ? .good : .away(until: now + Self.pause)
        return isGood
    }

    mutating func refuse() { state = .refused }
}
