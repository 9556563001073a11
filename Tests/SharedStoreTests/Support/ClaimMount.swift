import SharedStore

/// One machine of a ``ClaimWorld``: what the product's shell does around the decisions, a step at a time.
struct ClaimMount: Hashable {
    enum Phase: Hashable {
        case looking(due: Int)
        case claiming(ClaimRecord, WriteCondition)
        case fetching
        /// The end of a claim: it is read, then written.
        case ending(End, ClaimRecord?, WriteCondition?, due: Int)
        case uploading
        case gone(due: Int)
        case took
        case delivered
        case dead
    }

    enum End: Hashable { case deliver, release, gone }

    enum Step: Hashable {
        case look, write, beat, fetch
        /// What was fed until now is cut off, as another has had all of it.
        case cut
        case fail
        case end

        var isWrite: Bool { self == .write || self == .beat || self == .end }
    }

    let number: Int
    var phase = Phase.looking(due: 0)
    var course: ClaimCourse
    var grip: ClaimGrip?
    var nonce: String
    private var attempts = 0
    private var uploads = 0
    private var object = ""
    var received: UInt64 = 0
    private var hasAsked = false
    private var mayFail = true
    private(set) var isDurable = false

    init(number: Int) {
        self.number = number
        (course, nonce) = Self.course(number, 0)
    }

    private static func name(_ number: Int, _ count: Int) -> String {
        let digits = "\(number)\(count)"
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    private static func course(_ number: Int, _ attempt: Int) -> (ClaimCourse, String) {
        let nonce = name(number, attempt)
        return (
            ClaimCourse(ClaimWorld.rules, nonce: nonce, machine: "\(number)", mayClaim: true, lateFrom: nil), nonce
        )
    }

    private mutating func beginAnew(at now: Int) {
        attempts += 1
        (course, nonce) = Self.course(number, attempts)
        (phase, grip, hasAsked) = (.looking(due: now), nil, false)
    }

    var hasBegun: Bool { phase != .looking(due: 0) }

    var mayCrash: Bool { phase != .dead && phase != .took && phase != .delivered }

    mutating func crash() {
        if !isDurable { received = 0 }
        (phase, grip, hasAsked) = (.dead, nil, false)
    }

    mutating func restart(at now: Int) {
        beginAnew(at: now)
        if isDurable { phase = .uploading }
    }

    /// It looks whether the store still has what it has.
    mutating func beginAudit() {
        guard phase == .delivered, isDurable else { return }
        phase = .ending(.deliver, nil, nil, due: 0)
    }

    // MARK: Steps

    func steps(in world: ClaimWorld) -> [Step] {
        switch phase {
        case .looking(let due), .gone(let due): return due <= world.now ? [.look] : []
        case .claiming: return [.write]
        case .uploading: return [.fetch]
        case .ending(_, _, _, let due): return due <= world.now ? [.end] : []
        case .took, .delivered: return []
        case .dead: return []
        case .fetching:
            var steps: [Step] = []
            var grip = grip
            switch grip?.next(received: received, total: ClaimWorld.size, at: world.time) {
            case .write, .read: steps.append(.beat)
            case .wait, nil: break
            }
            steps.append(.fetch)
            if world.isSpent, hasAsked, received < ClaimWorld.size, world.spending == .atLastByte {
                steps.append(.cut)
            }
            if mayFail, world.budget.faults > 0, received > 0, received < ClaimWorld.size { steps.append(.fail) }
            return steps
        }
    }

    mutating func take(_ step: Step, in world: inout ClaimWorld, _ fault: ClaimWorld.Fault?) {
        switch step {
        case .look:
            if case .gone = phase { beginAnew(at: world.now) }
            let seen = fault == .unreachable ? .unreachable : world.seen
            apply(course.saw(seen, begun: world.time, at: world.time, time: 0), &world)
        case .write:
            guard case .claiming(let record, let condition) = phase else { return }
            apply(course.wrote(world.write(record, condition, fault), at: world.time), &world)
        case .beat: beat(&world, fault)
        case .fetch: fetch(&world)
        case .cut: (phase, grip) = (.ending(.gone, nil, nil, due: world.now), nil)
        case .fail:
            mayFail = false
            (phase, grip) = (.ending(.release, nil, nil, due: world.now), nil)
        case .end: end(&world, fault)
        }
    }

    private mutating func apply(_ decision: ClaimCourse.Decision, _ world: inout ClaimWorld) {
        switch decision {
        case .claim(let record, let condition): phase = .claiming(record, condition)
        case .hold(let grip): (phase, self.grip, hasAsked) = (.fetching, grip, false)
        case .readAgain(let pause):
            phase = .looking(due: world.now + Int((pause / .seconds(1)).rounded(.up)))
        case .take(let delivery):
            if world.objects.contains(delivery.object) {
                phase = .took
            } else {
                if !world.hasForgotten { world.violation = "what was delivered is not there" }
                phase = .gone(due: world.now + 3)
            }
        case .gone: phase = .gone(due: world.now + 3)
        case .askAlone, .damaged: world.violation = "a decision that nothing here leads to"
        }
    }

    private mutating func beat(_ world: inout ClaimWorld, _ fault: ClaimWorld.Fault?) {
        switch grip?.next(received: received, total: ClaimWorld.size, at: world.time) {
        case .write(let record, let condition):
            let outcome = world.write(record, condition, fault)
            grip?.wrote(outcome, at: world.time)
        case .read: grip?.saw(fault == .unreachable ? .unreachable : world.seen, at: world.time)
        case .wait, nil: break
        }
    }

    private mutating func fetch(_ world: inout ClaimWorld) {
        if phase == .uploading {
            uploads += 1
            object = Self.name(number, 50 + uploads)
            world.objects.insert(object)
            phase = .ending(.deliver, nil, nil, due: world.now)
            return
        }
        if received < ClaimWorld.size {
            if grip?.mustStop(received: received, total: ClaimWorld.size, at: world.time) == true {
                return beginAnew(at: world.now)
            }
            // Somebody else has the claim, and this one neither knows nor has come to the end of its patience.
            if ClaimWorld.size - received > ClaimWorld.rules.smallRest, grip?.isTaken == false, !world.hasForgotten,
                let there = world.register?.record, there.isClaimed, there.nonce != nonce
            {
                world.violation = "two fetch at once"
            }
        }
        if !hasAsked {
            guard !world.isSpent else {
                (phase, grip) = (.ending(.gone, nil, nil, due: world.now), nil)
                return
            }
            (hasAsked, received) = (true, max(received, 90))
            if world.spending == .atFirstByte { world.isSpent = true }
            return
        }
        switch received {
        case ..<100: (received, world.isSpent) = (100, true)
        default:
            isDurable = true
            (phase, grip) = (.uploading, nil)
        }
    }

    private mutating func end(_ world: inout ClaimWorld, _ fault: ClaimWorld.Fault?) {
        guard case .ending(let end, let record, let condition, _) = phase else { return }
        if let record, let condition {
            switch world.write(record, condition, fault) {
            case .done: finish(end, &world)
            case .lost, .unclear, .failed, .refused: phase = .ending(end, nil, nil, due: world.now)
            }
            return
        }
        let seen = fault == nil ? world.seen : .unreachable
        switch decision(end, seen, world) {
        case .write(let record, let condition): phase = .ending(end, record, condition, due: world.now)
        case .done: finish(end, &world)
        case .delivered: finish(end == .deliver ? .deliver : .release, &world)
        case .leave: finish(end, &world)
        case .unreachable: phase = .ending(end, nil, nil, due: world.now + 1)
        case nil: phase = .uploading
        }
    }

    /// Nil when it is to be uploaded again.
    private func decision(_ end: End, _ seen: ClaimSeen, _ world: ClaimWorld) -> ClaimEnd.Decision? {
        switch end {
        case .release: return ClaimEnd.release(nonce: nonce, after: seen)
        case .gone:
            return ClaimEnd.gone(.init(words: "410", machine: "\(number)", time: 0), nonce: nonce, after: seen)
        case .deliver:
            var missing: String?
            if case .record(let record, _) = seen, let there = record.delivery, !world.objects.contains(there.object) {
                missing = there.object
            }
            guard world.objects.contains(object) else { return nil }
            guard
                let delivery = ClaimRecord.Delivery(
                    object: object, size: ClaimWorld.size, sha256: ClaimWorld.digest, machine: "\(number)", time: 0)
            else { return .unreachable }
            return ClaimEnd.deliver(delivery, nonce: nonce, after: seen, missing: missing)
        }
    }

    private mutating func finish(_ end: End, _ world: inout ClaimWorld) {
        switch end {
        case .deliver: phase = .delivered
        case .release: beginAnew(at: world.now)
        case .gone: phase = .gone(due: world.now + 3)
        }
    }
}
