import ArtifactStore
import PulseAPI
import PulseFS
import SharedStore

/// Machines that want one result that can be fetched only once, while machines die and come back, stand still and are cut off, and the
/// engine loses, doubles and forgets.
struct SingleUseSimulation: Sendable {
    enum Outcome: String, Sendable, CaseIterable {
        case everywhere = "every machine has it"
        case awayWithMachine = "on a machine that does not come back"
        case lostWithMachine = "lost with who fetched it, before its disk had all"
        case lostWithAnswer = "lost as the answer broke off, and the link was spent"
        case givenUp = "lost as the claim was, of a link that is spent by its first byte"
        case expired = "the hour of the link is over"
        case lostInTransit = "lost though nothing had happened to who fetched it"
        case durableLost = "lost though a machine has it"
        case stuck = "nobody fetches it"

        /// What must never be.
        var isForbidden: Bool { self == .lostInTransit || self == .durableLost || self == .stuck }
    }

    struct Run: Sendable {
        let seed: UInt64
        let outcome: Outcome
        let asked: Int
        /// Answers of the link that nothing explains: neither a takeover nor that an earlier one came to nothing.
        let unexplained: Int
        let takeovers: Int
        /// From machines to which nothing had happened.
        let hastyTakeovers: Int
        /// When the last machine that lives had it.
        let lasted: Duration?
        /// What was not as it must be on the way.
        let violations: [String]
        /// How the machines are in the end, for whoever looks into it.
        let machines: String
    }

    static let origin = "https://api.example.com"
    /// Things happen to machines until then, and last for a while.
    private static let lastChange = Duration.seconds(240)
    private static let horizon = Duration.seconds(1500)

    let mounts: Int
    let store: ArtifactStore
    private let secret = FleetSecret.random()

    init(mounts: Int, store: ArtifactStore) { (self.mounts, self.store) = (mounts, store) }

    func run(_ time: VirtualTime, _ seed: UInt64) async throws -> Run {
        guard let job = JobID("once") else { throw CancellationError() }
        let dice = Dice(seed)
        let mishaps = Mishaps(
            time, dice, rate: dice.happens(0.5) ? 0.03 : 0, forgetting: dice.happens(0.1) ? 2 : 0,
            end: .seconds(600))
        let engine = MemoryObjectStore(
            time: StoreTime(time, wall: { time.seconds }, chance: { dice.unit() }),
            fault: { operation, _ in mishaps.next(operation) })
        Founding.plant(in: engine, secret)
        // The hour may be nearly over.
        let end =
            dice.happens(0.15)
            ? dice.between(.seconds(300), .seconds(900)) : dice.between(.seconds(1600), .seconds(3600))
        let size = UInt64(20 + dice.below(580)) << 20
        let link = Link(
            time, dice.happens(0.25) ? .atFirstByte : .atLastByte, size: size, pace: UInt64(5 + dice.below(45)) << 20,
            end: end)
        let notes = RunNotes()
        let surroundings = ClaimingMachine.Surroundings(
            job: job, engine: engine, secret: secret, link: link, store: store, time: time, traffic: Traffic(time),
            notes: notes, cuts: dice.happens(0.3) ? 0.2 : 0)
        let machines = (0..<mounts).map { ClaimingMachine($0, Dice(seed, UInt64($0)), surroundings) }
        for machine in machines { machine.begin(after: dice.between(.zero, .seconds(60))) }
        for _ in 0..<(1 + dice.below(4)) {
            let at = dice.between(.zero, Self.lastChange)
            Task {
                try? await time.sleep(until: at)
                await Self.change(machines, time, dice)
            }
        }
        let judge = Judge(engine, secret, job, mishaps)
        try await wait(for: machines, until: Self.horizon, time, judge)
        if mishaps.hasForgotten {
            // What the engine has forgotten it gets again a day later, or from the next mount of whoever has it.
            for machine in machines where machine.lives && machine.disk.now.isDurable {
                machine.kill(power: false)
                machine.restart()
            }
            try await wait(for: machines, until: time.passed + .seconds(180), time, judge)
        }
        let outcome = outcome(machines, link, notes.now)
        return Run(
            seed: seed, outcome: outcome, asked: link.asked,
            // In its last minutes each asks that cannot reach the store, and so do those that ask a store that has forgotten.
            unexplained: end < Self.horizon || mishaps.hasForgotten
                ? 0 : max(0, link.downloads - 1 - notes.now.reasons), takeovers: notes.now.takeovers,
            hastyTakeovers: mishaps.hasForgotten ? 0 : notes.now.hastyTakeovers,
            lasted: outcome == .everywhere ? machines.compactMap(\.hadAt).max() : nil,
            violations: judge.violations, machines: machines.map(\.words).joined(separator: "; "))
    }

    private func wait(
        for machines: [ClaimingMachine], until end: Duration, _ time: VirtualTime, _ judge: Judge
    ) async throws {
        while time.passed < end {
            try await time.sleep(for: .seconds(5))
            await judge.look()
            if time.passed > Self.lastChange + .seconds(125),
                !machines.contains(where: { $0.lives && $0.hadAt == nil })
            {
                return
            }
        }
    }

    /// Something happens to one of them: as a rule to the one that has most of the result, and has not shown it to anybody.
    private static func change(_ machines: [ClaimingMachine], _ time: VirtualTime, _ dice: Dice) async {
        let busiest = machines.filter { $0.lives && $0.disk.now.received > 0 && $0.disk.now.published != .store }
            .max { $0.disk.now.received < $1.disk.now.received }
        var victim = machines[dice.below(machines.count)]
        if let busiest, dice.happens(0.7) { victim = busiest }
        switch dice.below(4) {
        case 0, 1:
            victim.kill(power: dice.happens(0.4))
            guard dice.happens(0.8) else { return }
            try? await time.sleep(for: dice.between(.seconds(5), .seconds(120)))
            if !victim.lives { victim.restart() }
        case 2: victim.pause(for: dice.between(.seconds(5), .seconds(150)))
        default: victim.cut(for: dice.between(.seconds(5), .seconds(200)))
        }
    }

    private func outcome(_ machines: [ClaimingMachine], _ link: Link, _ notes: RunNotes.Counts) -> Outcome {
        let living = machines.filter(\.lives)
        if living.allSatisfy({ $0.hadAt != nil }) { return .everywhere }
        let durable = machines.filter(\.disk.now.isDurable)
        if durable.contains(where: \.lives) { return .durableLost }
        if !durable.isEmpty { return .awayWithMachine }
        guard link.isSpent else { return link.isOver ? .expired : .stuck }
        // Bytes that have come, and that a machine has which does not come back.
        if machines.contains(where: { !$0.lives && $0.disk.now.received >= link.size }) { return .awayWithMachine }
        if notes.deathsForGood > 0 { return .lostWithMachine }
        if notes.brokenForGood > 0 { return .lostWithAnswer }
        if notes.givenUpForGood > 0, link.spending == .atFirstByte { return .givenUp }
        return .lostInTransit
    }
}
