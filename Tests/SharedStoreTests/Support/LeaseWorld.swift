import SharedStore

/// Machines that want one job which has ended, on one register and one API, as a value: every way in which things may come to pass is tried
/// by copying it. What the machines decide is decided by ``JobLease``.
///
/// The API's answer is an object of its own, which is there before the record that names it. Some machines may be of another key, to which
/// the API does not show the job.
struct LeaseWorld: Hashable {
    enum Content: Hashable {
        case absent
        case asking
        case released
        case ended
    }

    struct Record: Hashable {
        var version = 0
        var content = Content.absent
        var written = Duration.zero
    }

    enum Step: Hashable {
        case look
        case claim(WriteCondition)
        /// Has claimed in this version, or asks for itself.
        case ask(Int?)
        /// The answer, and then the record, in place of this version.
        case put(Int)
        case write(Content, Int)
        case told(Duration)
        case denied
        case dead
    }

    struct Machine: Hashable {
        var lease: JobLease
        var step = Step.look
        var start: Duration
        var due: Duration
        /// Asks when the API has answered.
        var isAsking = false
        let isDenied: Bool
    }

    /// A writing that comes later, and whose writer knows nothing of it any more.
    struct Astray: Hashable {
        let content: Content
        let version: Int
    }

    /// What may become of a request.
    enum Fault: Hashable {
        case none
        /// It never arrives, or cannot.
        case lost
        /// It is done, and neither its answer nor what is read back arrives.
        case unclear
        /// It is done twice.
        case doubled
        /// It is done later.
        case late
        /// The machine dies after it was done.
        case death
    }

    struct Impossible: Error, Hashable {
        let words: String
    }

    /// What a machine does takes effect so much later at most: it may be overtaken by others for so long.
    static let slowest = Duration.milliseconds(500)

    var now = Duration.zero
    var record = Record()
    /// The object that the record names is there.
    var hasAnswer = false
    var hasForgotten = false
    var machines: [Machine]
    var astray: [Astray] = []
    var asks = 0
    /// Reasons for which the API may be asked once more.
    var reasons = 1
    var faults: Int
    var deaths: Int
    /// The engine may forget the answer.
    var forgetting: Int
    /// How long the API takes.
    let answer: Duration

    init(machines: Int, denied: Int = 0, faults: Int = 0, deaths: Int = 0, forgetting: Int = 0, answer: Duration) {
        self.machines = (0..<machines).map { number in
            let start = Duration.milliseconds(500 * number)
            return Machine(lease: JobLease(at: start), start: start, due: start, isDenied: number < denied)
        }
        (self.faults, self.deaths, self.forgetting, self.answer) = (faults, deaths, forgetting, answer)
    }

    private static func etag(_ version: Int) -> ETag { ETag("v\(version)") ?? { preconditionFailure("an etag") }() }
    private static func version(_ etag: ETag) -> Int { Int(etag.text.dropFirst()) ?? -1 }

    /// Whoever sleeps wakes up at one of few moments, so that there are not too many of them to try.
    private static func late(_ time: Duration) -> Duration {
        let grid = 500.0
        return .milliseconds(Int((time / .milliseconds(1) / grid).rounded(.up) * grid))
    }

    // MARK: Moves

    /// Every world that may follow.
    func moves() throws(Impossible) -> [LeaseWorld] {
        var next: [LeaseWorld] = []
        for (number, time) in ready {
            for fault in possible(number) {
                var world = self
                try world.go(number, at: time, fault)
                next.append(world)
            }
        }
        for number in astray.indices {
            var world = self
            let late = world.astray.remove(at: number)
            _ = try world.write(late.content, .ifStill(Self.etag(late.version)), at: world.now)
            next.append(world)
        }
        if forgetting > 0, hasAnswer {
            var world = self
            world.forgetting -= 1
            (world.hasAnswer, world.hasForgotten) = (false, true)
            next.append(world)
        }
        return next
    }

    /// Who can do something next, and when.
    private var ready: [(machine: Int, at: Duration)] {
        let times = machines.indices.compactMap { number -> (Int, Duration)? in
            switch machines[number].step {
            case .told, .denied, .dead: nil
            default: (number, machines[number].due)
            }
        }
        guard let first = times.map(\.1).min() else { return [] }
        return times.map { ($0.0, max($0.1, now)) }.filter { $0.1 <= first + Self.slowest }
    }

    private func possible(_ number: Int) -> [Fault] {
        var possible = [Fault.none]
        if faults > 0 {
            switch machines[number].step {
            case .look: possible.append(.lost)
            case .claim, .put: possible += [.lost, .unclear, .doubled]
            case .write: possible += [.lost, .unclear, .doubled, .late]
            case .ask, .told, .denied, .dead: break
            }
        }
        if deaths > 0 { possible.append(.death) }
        return possible
    }

    private mutating func go(_ number: Int, at now: Duration, _ fault: Fault) throws(Impossible) {
        if fault == .death { deaths -= 1 } else if fault != .none { faults -= 1 }
        if fault != .none { reasons += 1 }
        self.now = now
        machines[number].due = now
        switch machines[number].step {
        case .look: look(number, at: now, fault)
        case .claim(let condition): try claim(number, condition, at: now, fault)
        case .ask(let version): ask(number, version, at: now)
        case .put(let version):
            // Without it the record that would name it is not written.
            let isDone = fault != .lost
            if isDone { hasAnswer = true }
            let isKnown = isDone && fault != .unclear
            machines[number].step = .write(isKnown ? .ended : .released, version)
        case .write(let content, let version):
            let condition = WriteCondition.ifStill(Self.etag(version))
            switch fault {
            case .lost: break
            case .late: astray.append(Astray(content: content, version: version))
            case .doubled:
                _ = try write(content, condition, at: now)
                _ = try write(content, condition, at: now)
            case .none, .unclear, .death: _ = try write(content, condition, at: now)
            }
            machines[number].step = machines[number].isDenied ? .denied : .told(now)
        case .told, .denied, .dead: break
        }
        if fault == .death { machines[number].step = .dead }
    }

    private mutating func look(_ number: Int, at now: Duration, _ fault: Fault) {
        guard fault != .lost else { return alone(number) }
        let etag = Self.etag(record.version)
        let seen: JobLease.Seen
        switch record.content {
        case .absent: seen = .absent
        case .asking: seen = .asking(etag)
        case .released: seen = .free(etag)
        case .ended:
            // What another key was shown is not shown to this one; an answer that is gone is asked for again, and written again.
            if !machines[number].isDenied, hasAnswer { return machines[number].step = .told(now) }
            reasons += 1
            machines[number].step = .ask(record.version)
            return
        }
        decide(machines[number].lease.saw(seen, at: now), number, at: now)
    }

    private mutating func decide(_ decision: JobLease.Decision, _ number: Int, at now: Duration) {
        switch decision {
        case .claim(let condition): machines[number].step = .claim(condition)
        case .readAgain(let pause):
            machines[number].step = .look
            machines[number].due = pause > .zero ? Self.late(now + pause) : now
        case .ask(let etag): machines[number].step = .ask(Self.version(etag))
        case .askAlone:
            // Nor is it one that a claim came to nothing: somebody else asks then.
            if now - machines[number].start >= JobLease.patience { reasons += 1 }
            alone(number)
        }
    }

    private mutating func alone(_ number: Int) { machines[number].step = .ask(nil) }

    private mutating func claim(
        _ number: Int, _ condition: WriteCondition, at now: Duration, _ fault: Fault
    ) throws(Impossible) {
        var etag: ETag?
        if fault != .lost {
            if record.content == .asking, case .ifStill(let other) = condition, other == Self.etag(record.version) {
                guard now - record.written >= JobLease.silence else {
                    throw Impossible(words: "machine \(number) takes over after \(now - record.written)")
                }
                reasons += 1
            }
            etag = try write(.asking, condition, at: now)
            // The second finds the first there, which is known by its nonce.
            if fault == .doubled { _ = try write(.asking, condition, at: now) }
        }
        let outcome: JobLease.Written =
            fault == .lost || fault == .unclear ? .unclear : etag.map { .done($0) } ?? .lost
        decide(machines[number].lease.wrote(outcome), number, at: now)
    }

    private mutating func ask(_ number: Int, _ version: Int?, at now: Duration) {
        guard machines[number].isAsking else {
            asks += 1
            machines[number].isAsking = true
            machines[number].due = Self.late(now + answer)
            return
        }
        machines[number].isAsking = false
        if machines[number].isDenied {
            // Nobody is told of a denial: the next one asks for itself.
            reasons += 1
            let isLease = version.map { record.version == $0 && record.content == .asking } ?? false
            machines[number].step = isLease ? .write(.released, version ?? 0) : .denied
        } else {
            machines[number].step = version.map { .put($0) } ?? .told(now)
        }
    }

    private mutating func write(
        _ content: Content, _ condition: WriteCondition, at now: Duration
    ) throws(Impossible) -> ETag? {
        switch condition {
        case .none: break
        case .ifAbsent: guard record.content == .absent else { return nil }
        case .ifStill(let etag): guard etag == Self.etag(record.version) else { return nil }
        }
        if content == .ended, !hasAnswer, !hasForgotten {
            throw Impossible(words: "a record names an answer that is not there")
        }
        record = Record(version: record.version + 1, content: content, written: now)
        return Self.etag(record.version)
    }

    // MARK: The end

    /// What is wrong where nothing more can happen; nil when that is as it should be.
    var trouble: String? {
        guard ready.isEmpty else { return nil }
        for machine in machines {
            guard case .told(let time) = machine.step else { continue }
            // It waits for others for ten seconds, and then for the API.
            if time - machine.start > JobLease.patience + answer + .seconds(3) {
                return "a machine is told after \(time - machine.start)"
            }
        }
        if asks > reasons { return "the API is asked \(asks) times, for \(reasons) reasons" }
        return nil
    }

    var hasEnded: Bool { ready.isEmpty && astray.isEmpty }
}
