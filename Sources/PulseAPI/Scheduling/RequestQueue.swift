/// Which requests go on and which wait: decisions only, told what happens and when.
///
/// A request under way holds a place, of which there are as many as the limit says. One that has been silent for a while
/// lends its place to those that wait, and takes it again when it moves; until others end there may then be more places
/// held than the limit.
struct RequestQueue {
    /// Since any one moment; never falls.
    typealias Instant = Duration

    /// Names one request.
    struct Ticket: Hashable, Sendable {
        let number: UInt64
    }

    /// What a request says of the API's load by its end.
    enum Outcome: Hashable, Sendable {
        case answered
        /// 429 or 503.
        case overloaded
        /// Nothing: another error of the server, no answer, or given up.
        case other
    }

    private struct Running {
        var level: Urgency.Level
        /// Cuts of the limit before it began.
        let cuts: Int
        /// When it began, or when the last byte of its answer came.
        var heard: Instant
        var holdsPlace = true
    }

    /// How long a request is silent before it lends its place: longer than a healthy answer takes to begin.
    static let silence = Duration.seconds(1)

    private var limit: AIMDLimit
    private var waiting: [Urgency.Level: [Ticket]] = [.foreground: [], .prefetch: []]
    private var running: [Ticket: Running] = [:]
    /// Places held.
    private var held: [Urgency.Level: Int] = [.foreground: 0, .prefetch: 0]

    init(ceiling: Int) { limit = AIMDLimit(ceiling: ceiling) }

    // MARK: What happens

    mutating func enter(_ ticket: Ticket, _ level: Urgency.Level) { waiting[level, default: []].append(ticket) }

    /// A reader wants it now. It goes behind those that readers have waited for longer.
    mutating func raise(_ ticket: Ticket) {
        if remove(ticket, from: .prefetch) {
            enter(ticket, .foreground)
        } else if let request = running[ticket], request.level == .prefetch {
            running[ticket]?.level = .foreground
            guard request.holdsPlace else { return }
            held[.prefetch, default: 0] -= 1
            held[.foreground, default: 0] += 1
        }
    }

    /// It waits no longer; false when it was under way, or over, already.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        remove(ticket, from: .foreground) || remove(ticket, from: .prefetch)
    }

    /// A byte of its answer came.
    mutating func move(_ ticket: Ticket, at now: Instant) {
        guard let request = running[ticket] else { return }
        running[ticket]?.heard = now
        guard !request.holdsPlace else { return }
        running[ticket]?.holdsPlace = true
        held[request.level, default: 0] += 1
    }

    mutating func end(_ ticket: Ticket, _ outcome: Outcome) {
        guard let request = running.removeValue(forKey: ticket) else { return }
        if request.holdsPlace { held[request.level, default: 0] -= 1 }
        switch outcome {
        case .answered: limit.increase()
        case .overloaded: limit.decrease(begunAfter: request.cuts)
        case .other: break
        }
    }

    /// The requests that start now, in order.
    mutating func start(at now: Instant) -> [Ticket] {
        guard somethingWaits else { return [] }
        lend(at: now)
        var started: [Ticket] = []
        while let level = nextLevel, let ticket = waiting[level]?.removeFirst() {
            running[ticket] = Running(level: level, cuts: limit.cuts, heard: now)
            held[level, default: 0] += 1
            started.append(ticket)
        }
        return started
    }

    /// When something that waits may have a place lent to it; nil when nothing waits.
    var nextLoan: Instant? {
        guard somethingWaits else { return nil }
        return running.values.lazy.filter(\.holdsPlace).map { $0.heard + Self.silence }.min()
    }

    // MARK: Rules

    private var somethingWaits: Bool { waiting.values.contains { !$0.isEmpty } }

    /// The class of which a request may start.
    private var nextLevel: Urgency.Level? {
        let (foreground, prefetch) = (held[.foreground, default: 0], held[.prefetch, default: 0])
        guard foreground + prefetch < limit.value else { return nil }
        if waiting[.foreground]?.isEmpty == false { return .foreground }
        // The other half is kept free, so that whatever a reader wants next finds a place at once.
        let share = foreground == 0 ? max(1, limit.value / 2) : limit.value / 2
        return waiting[.prefetch]?.isEmpty == false && prefetch < share ? .prefetch : nil
    }

    private mutating func lend(at now: Instant) {
        for (ticket, request) in running where request.holdsPlace && now >= request.heard + Self.silence {
            running[ticket]?.holdsPlace = false
            held[request.level, default: 0] -= 1
        }
    }

    private mutating func remove(_ ticket: Ticket, from level: Urgency.Level) -> Bool {
        guard let index = waiting[level]?.firstIndex(of: ticket) else { return false }
        waiting[level]?.remove(at: index)
        return true
    }
}

extension RequestQueue {
    var snapshot: RequestScheduler.Snapshot {
        let moving = held.values.reduce(0, +)
        return RequestScheduler.Snapshot(
            inFlight: running.count, silent: running.count - moving, limit: limit.value, cuts: limit.cuts,
            queuedForeground: waiting[.foreground]?.count ?? 0, queuedPrefetch: waiting[.prefetch]?.count ?? 0)
    }
}
