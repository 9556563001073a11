import SharedStore

/// Some machines, a register, a link that works once, and whatever may happen to them: each move is one step of one machine, of a request
/// on its way, or of time. What the machines decide is decided by the product.
struct ClaimWorld: Hashable {
    struct Version: Hashable {
        let record: ClaimRecord
        let etag: ETag
        /// When it was written.
        let at: Int
    }

    /// A writing that its writer knows nothing of any more.
    struct Astray: Hashable {
        let record: ClaimRecord
        let condition: WriteCondition
    }

    enum Spending: Hashable { case atFirstByte, atLastByte }

    /// What may yet go wrong.
    struct Budget: Hashable {
        var faults = 0
        var crashes = 0
        var forgetting = 0
    }

    enum Fault: CaseIterable { case lostBefore, lostAfter, doubled, delayed, unreachable }

    static let size: UInt64 = 100
    static let digest = String(repeating: "ab", count: 32)
    static let rules = {
        var rules = ClaimRules()
        (rules.beat, rules.repeated, rules.patience, rules.silence) = (
            .seconds(1), .seconds(1), .seconds(2), .seconds(3)
        )
        (rules.look, rules.longestLook, rules.recheck, rules.smallRest) = (.seconds(1), .seconds(1), .seconds(3), 30)
        return rules
    }()

    let spending: Spending
    /// How often time may go on yet.
    var pauses: Int
    var now = 0
    var register: Version?
    var objects: Set<String> = []
    var astray: [Astray] = []
    var isSpent = false
    var hasForgotten = false
    var budget: Budget
    var mounts: [ClaimMount]
    /// What must never be so, and was.
    var violation: String?

    init(mounts: Int, _ budget: Budget, spending: Spending, pauses: Int) {
        (self.budget, self.spending, self.pauses) = (budget, spending, pauses)
        self.mounts = (0..<mounts).map { ClaimMount(number: $0) }
    }

    var time: Duration { .seconds(now) }

    var seen: ClaimSeen { register.map { .record($0.record, $0.etag) } ?? .absent }

    // MARK: The register

    /// True when the condition held.
    mutating func write(_ record: ClaimRecord, _ condition: WriteCondition) -> ETag? {
        switch condition {
        case .none: break
        case .ifAbsent: guard register == nil else { return nil }
        case .ifStill(let etag): guard register?.etag == etag else { return nil }
        }
        check(record)
        guard let etag = Self.etag(record) else { return nil }
        register = Version(record: record, etag: etag, at: now)
        return etag
    }

    /// Equal bytes have equal ones, as engines have it.
    private static func etag(_ record: ClaimRecord) -> ETag? {
        let text =
            switch record.state {
            case .claimed(let progress): "\(progress.beat)-\(progress.received)"
            case .released, .gone: record.word
            case .delivered(let delivery): delivery.object
            }
        return ETag("\"\(record.epoch)-\(record.nonce)-\(text)\"")
    }

    private mutating func check(_ new: ClaimRecord) {
        if let delivery = new.delivery, !objects.contains(delivery.object) {
            violation = "a record names an object that is not there"
        }
        guard let old = register else { return }
        if let before = old.record.delivery {
            guard let after = new.delivery, after.hasContent(of: before), !objects.contains(before.object) else {
                violation = "what was delivered is so no more"
                return
            }
        }
        if old.record.isClaimed, case .gone(let evidence) = new.state, evidence.machine != old.record.machine {
            violation = "another's claim is said to be of a link that is spent"
        }
        guard old.record.isClaimed, new.isClaimed, old.record.nonce != new.nonce else { return }
        if .seconds(now - old.at) < Self.rules.silence { violation = "a claimant that beats was taken over from" }
    }

    /// A writing with what becomes of it.
    mutating func write(_ record: ClaimRecord, _ condition: WriteCondition, _ fault: Fault?) -> ClaimWritten {
        switch fault {
        case nil: return write(record, condition).map { .done($0) } ?? .lost
        case .lostBefore: return .unclear
        case .lostAfter:
            _ = write(record, condition)
            return .unclear
        case .doubled:
            _ = write(record, condition)
            return write(record, condition).map { .done($0) } ?? .lost
        case .delayed:
            astray.append(Astray(record: record, condition: condition))
            return .unclear
        case .unreachable: return .failed
        }
    }

    // MARK: Moves

    /// Every world that may follow.
    func moves() -> [ClaimWorld] {
        var next: [ClaimWorld] = []
        // All are alike: the first to look is the first of them.
        let isBegun = mounts[0].hasBegun
        for number in mounts.indices where isBegun || number == 0 {
            for step in mounts[number].steps(in: self) {
                next.append(after(step, of: number, nil))
                guard budget.faults > 0, step.isWrite else { continue }
                for fault in Fault.allCases {
                    var world = after(step, of: number, fault)
                    world.budget.faults -= 1
                    next.append(world)
                }
            }
            if budget.crashes > 0, mounts[number].mayCrash {
                var world = self
                world.budget.crashes -= 1
                world.mounts[number].crash()
                next.append(world)
            }
        }
        for number in astray.indices {
            var world = self
            let late = world.astray.remove(at: number)
            _ = world.write(late.record, late.condition)
            next.append(world)
        }
        if budget.forgetting > 0, register != nil {
            var world = self
            world.budget.forgetting -= 1
            world.hasForgotten = true
            world.register = nil
            next.append(world)
            if let object = register?.record.delivery?.object, objects.contains(object) {
                world.register = register
                world.objects.remove(object)
                next.append(world)
            }
        }
        // A moment later, or so much that whoever has said nothing meanwhile is taken for dead.
        for step in [1, 3] where pauses > 0 {
            var world = self
            world.now += step
            world.pauses -= 1
            next.append(world)
        }
        return next
    }

    func after(_ step: ClaimMount.Step, of number: Int, _ fault: Fault?) -> ClaimWorld {
        var world = self
        var mount = mounts[number]
        mount.take(step, in: &world, fault)
        world.mounts[number] = mount
        return world
    }

    // MARK: The end

    /// What comes of it when nothing more goes wrong and everybody comes back; nil when that is as it should be.
    func troubleInTheEnd() -> String? {
        var world = self
        world.budget = Budget()
        while let late = world.astray.popLast() { _ = world.write(late.record, late.condition) }
        for round in 0..<40 {
            for number in world.mounts.indices {
                if world.mounts[number].phase == .dead { world.mounts[number].restart(at: world.now) }
                if round == 20 { world.mounts[number].beginAudit() }
                for _ in 0..<20 {
                    guard let step = world.mounts[number].steps(in: world).first(where: { $0 != .cut }) else { break }
                    world = world.after(step, of: number, nil)
                }
            }
            if let violation = world.violation { return violation }
            world.now += 1
        }
        if mounts.contains(where: \.isDurable) || world.mounts.contains(where: \.isDurable) {
            guard let delivery = world.register?.record.delivery, world.objects.contains(delivery.object) else {
                return "bytes that a machine has made durable do not get to the others"
            }
            let lacking = world.mounts.first { $0.phase != .took && $0.phase != .delivered }
            return lacking.map { "one does not get what is there: \($0.phase)" }
        }
        guard world.isSpent else { return "nobody fetches it" }
        let waiting = world.mounts.first { if case .gone = $0.phase { false } else { true } }
        return waiting.map { "one is not told that it is gone: \($0.phase)" }
    }
}
