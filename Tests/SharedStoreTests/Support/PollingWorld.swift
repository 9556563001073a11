@testable import SharedStore

/// Machines that wait for one job, on one register and one API, as a value: every way in which things may come to pass is tried by
/// copying it. Times are of all machines alike; none of them is told another's.
struct PollingWorld: Hashable {
    /// What the register holds.
    struct Record: Hashable {
        var version = 0
        var poller: Int?
        var isDue = false
        var hasEnded = false
        var written = Duration.zero
    }

    enum Step: Hashable {
        case look
        /// Has read this record, and replaces it.
        case takeOver(Int)
        case ask(Int?)
        /// Has been told this, and writes it in place of that version.
        case write(Int, hasEnded: Bool)
        case told(Duration)
        case dead
    }

    struct Machine: Hashable {
        var lease = PollLease()
        var step = Step.look
        var due: Duration
        /// Asked the API without being the one to.
        var strayAsks = 0
    }

    /// What may become of a request, and how often it does.
    enum Fault: Hashable, CaseIterable {
        case none
        /// It never arrives.
        case lost
        /// It is done, and neither its answer nor what is read back arrives.
        case unclear
        /// It arrives twice; what is read back says that it was done.
        case doubled
        /// The machine dies after it was done.
        case death
        /// Nobody waits on it any more, which it says instead.
        case leaving
    }

    static let interval = Duration.seconds(2)
    /// One machine's request may be overtaken by others' for so long.
    static let slowest = Duration.milliseconds(1500)

    var now = Duration.zero
    var record = Record()
    var machines: [Machine]
    var asks = 0
    var faults: Int
    var deaths: Int
    var leavings: Int
    /// Losses of which somebody may stray once more for each.
    var mishaps = 0
    let end: Duration

    init(machines: Int, faults: Int, deaths: Int, leavings: Int = 0, end: Duration) {
        // The first has just asked, for the others too.
        record.poller = 0
        self.machines = (0..<machines).map { Machine(due: .milliseconds(500 * $0)) }
        (self.faults, self.deaths, self.leavings, self.end) = (faults, deaths, leavings, end)
    }

    /// Which machine can do something next, and when.
    var ready: [(machine: Int, at: Duration)] {
        let times = machines.indices.compactMap { number -> (Int, Duration)? in
            switch machines[number].step {
            case .told, .dead: nil
            default: (number, machines[number].due)
            }
        }
        guard let first = times.map(\.1).min() else { return [] }
        return times.map { ($0.0, max($0.1, now)) }.filter { $0.1 <= first + Self.slowest }
    }

    func faults(of machine: Int) -> [Fault] {
        var possible = [Fault.none]
        if faults > 0 {
            switch machines[machine].step {
            case .look, .ask: possible.append(.lost)
            case .takeOver, .write: possible += [.lost, .unclear, .doubled]
            case .told, .dead: break
            }
        }
        if deaths > 0 { possible.append(.death) }
        let others = machines.indices.contains { other in
            guard other != machine else { return false }
            switch machines[other].step {
            case .told, .dead: return false
            default: return true
            }
        }
        if leavings > 0, others, machines[machine].step == .look, record.poller == machine { possible.append(.leaving) }
        return possible
    }

    /// What a machine does at that time. Throws what must never be.
    mutating func go(_ number: Int, at now: Duration, _ fault: Fault) throws(Impossible) {
        switch fault {
        case .none: break
        case .lost, .unclear, .doubled: faults -= 1
        case .death: deaths -= 1
        case .leaving: return leave(number, at: now)
        }
        self.now = now
        machines[number].due = now
        switch machines[number].step {
        case .look: try look(number, at: now, fault)
        case .takeOver(let version): try takeOver(number, version, at: now, fault)
        case .ask(let version): ask(number, version, at: now, fault)
        case .write(let version, let hasEnded): write(number, version, hasEnded, at: now, fault)
        case .told, .dead: break
        }
        if fault == .death { machines[number].step = .dead }
    }

    private mutating func leave(_ number: Int, at now: Duration) {
        leavings -= 1
        record = Record(version: record.version + 1, poller: nil, isDue: true, hasEnded: record.hasEnded, written: now)
        machines[number].step = .dead
    }

    struct Impossible: Error, Hashable {
        let words: String
    }

    /// Whoever sleeps wakes up at one of few moments, so that there are not too many of them to try.
    private static func late(_ time: Duration) -> Duration {
        let grid = 500.0
        return .milliseconds(Int((time / .milliseconds(1) / grid).rounded(.up) * grid))
    }

    private func etag(_ version: Int) -> ETag { ETag("v\(version)") ?? { preconditionFailure("an etag") }() }

    private func version(_ etag: ETag) -> Int { Int(etag.text.dropFirst()) ?? -1 }

    private mutating func look(_ number: Int, at now: Duration, _ fault: Fault) throws(Impossible) {
        let chance = number % 2 == 0 ? 0.0 : 1.0
        switch machines[number].lease.next(at: now) {
        case .poll(let own):
            if version(own) != record.version { try stray(number) }
            machines[number].step = .ask(version(own))
        case .read(let unless):
            if fault == .lost {
                // Another kind of failure: the engine is gone, and one asks for oneself.
                machines[number].lease.lost()
                mishaps += 1
                machines[number].step = .ask(nil)
                return
            }
            if record.hasEnded { return machines[number].step = .told(now) }
            let decision: PollLease.Decision
            if let unless, version(unless) == record.version {
                decision = machines[number].lease.unchanged(at: now, chance: chance)
            } else {
                let poller: PollLease.Poller = record.poller.map { $0 == number ? .this : .another } ?? .nobody
                // An engine's clock has whole seconds.
                let age = now.components.seconds - record.written.components.seconds
                decision = machines[number].lease.saw(
                    .init(
                        etag: etag(record.version), interval: Self.interval, age: .seconds(age), poller: poller,
                        isDue: record.isDue), at: now, chance: chance)
            }
            switch decision {
            case .readAgain(let pause):
                guard pause >= PollLease.shortestPause else { throw Impossible(words: "it looks again too soon") }
                machines[number].due = Self.late(now + pause)
            case .poll(let etag): machines[number].step = .ask(version(etag))
            case .takeOver(let etag): machines[number].step = .takeOver(version(etag))
            }
        }
    }

    private mutating func takeOver(_ number: Int, _ version: Int, at now: Duration, _ fault: Fault) throws(Impossible) {
        var isDone = false
        if record.version == version, fault != .lost {
            let silent = now - record.written
            guard record.poller == nil || silent >= PollLease.silence(Self.interval) else {
                throw Impossible(words: "machine \(number) takes over after \(silent)")
            }
            let due = Record(version: version + 1, poller: number, isDue: true, written: now)
            record = due
            isDone = true
        }
        guard isDone, fault != .unclear else {
            mishaps += 1
            machines[number].lease.lost()
            machines[number].step = .look
            return
        }
        machines[number].lease.wrote(
            etag(record.version), interval: Self.interval, isPoller: true, isDue: true, at: now)
        machines[number].step = .ask(record.version)
    }

    private mutating func ask(_ number: Int, _ version: Int?, at now: Duration, _ fault: Fault) {
        asks += 1
        guard fault != .lost else {
            mishaps += 1
            machines[number].lease.pollFailed()
            machines[number].step = .look
            machines[number].due = now + .seconds(1)
            return
        }
        let hasEnded = now >= end
        if let version {
            machines[number].step = .write(version, hasEnded: hasEnded)
        } else {
            machines[number].step = hasEnded ? .told(now) : .look
            machines[number].due = now + Self.interval
        }
    }

    private mutating func write(_ number: Int, _ version: Int, _ hasEnded: Bool, at now: Duration, _ fault: Fault) {
        // The end is written over whatever says that the job runs.
        let isDone = fault != .lost && (record.version == version || (hasEnded && !record.hasEnded))
        if isDone {
            record = Record(
                version: record.version + 1, poller: number, isDue: false, hasEnded: hasEnded, written: now)
        }
        machines[number].strayAsks = 0
        if isDone, fault != .unclear {
            machines[number].lease.wrote(
                etag(record.version), interval: Self.interval, isPoller: true, isDue: false, at: now)
        } else {
            mishaps += 1
            machines[number].lease.lost()
        }
        machines[number].step = hasEnded ? .told(now) : .look
        machines[number].due = now + Self.interval
    }

    /// Somebody has taken over, and this one does not know yet: that is found out when it writes.
    private mutating func stray(_ number: Int) throws(Impossible) {
        machines[number].strayAsks += 1
        guard machines[number].strayAsks <= 1 else {
            throw Impossible(words: "machine \(number) goes on polling for nobody")
        }
    }
}
