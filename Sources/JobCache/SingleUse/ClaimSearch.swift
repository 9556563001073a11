import ArtifactStore
import PulseAPI
import SharedStore

/// Finds out who asks for a result that can be fetched only once, a step at a time: the shell around ``ClaimCourse``.
struct ClaimSearch {
    enum Step: Sendable {
        /// It is this machine's to ask for; in place of whom, if somebody has fallen silent.
        case hold(ClaimGrip, after: ClaimRecord.Claimant?)
        /// Look again after so long.
        case wait(Duration)
        /// Its bytes are in the store.
        case take(ClaimRecord.Delivery)
        /// The API has told somebody that the link is spent.
        case gone(ClaimRecord)
        /// Ask without a claim.
        case askAlone
        /// What stands there is no claim, and nobody may write over it.
        case damaged(String)
    }

    private var course: ClaimCourse
    private let job: JobID
    private let tier: any ClaimTier
    private var silent: ClaimRecord.Claimant?
    /// The store said what stands there when it was last asked.
    private(set) var isAnswered = false
    /// Bytes of a part that has come, and was found not to be all of it.
    private var knownPart: UInt64 = 0

    /// - Parameters:
    ///   - end: when the link ends, by the API's clock.
    ///   - time: now, by this machine's.
    ///   - chance: evenly from 0 to 1: of many who ask late not all do so at once.
    init(
        _ job: JobID, until end: Timestamp, in tier: any ClaimTier, time: Timestamp,
        chance: Double = Double.random(in: 0...1)
    ) {
        let rules = tier.claimRules
        let left = Duration.nanoseconds(end.nanoseconds) - .nanoseconds(time.nanoseconds)
        let late = left - rules.latest - (rules.late - rules.latest) * chance
        course = ClaimCourse(
            rules, nonce: SealedHeader.randomNonce(), machine: tier.machine, mayClaim: tier.mayClaim,
            lateFrom: tier.mayAskLate ? tier.now() + late : nil)
        (self.job, self.tier) = (job, tier)
    }

    /// What is on the disk was looked at before, and is not all of it.
    func isKnown(_ remains: SingleUseRemains) -> Bool { remains.received > 0 && remains.received == knownPart }

    mutating func know(_ remains: SingleUseRemains) { knownPart = remains.received }

    /// - Parameters:
    ///   - former: the nonce that a process of this cache had claimed under which has ended.
    ///   - seen: told what stands there.
    mutating func next(former: String?, seen: (ClaimSeen) -> Void) async -> Step {
        while !Task.isCancelled {
            let begun = tier.now()
            let there = await tier.claim(of: job)
            seen(there)
            if case .unreachable = there { isAnswered = false } else { isAnswered = true }
            var decision = course.saw(
                there, begun: begun, at: tier.now(), time: FleetRules.seconds(.now), former: former)
            while case .claim(let record, let condition) = decision {
                silent = nil
                if case .record(let before, _) = there, before.isClaimed, before.nonce != former {
                    silent = record.silent.last
                }
                let outcome = await tier.write(record, of: job, condition)
                if case .done(let etag) = outcome { seen(.record(record, etag)) }
                decision = course.wrote(outcome, at: tier.now())
            }
            switch decision {
            case .hold(let grip): return .hold(grip, after: silent)
            case .readAgain(let pause) where pause <= .zero: continue
            case .readAgain(let pause): return .wait(pause)
            case .take(let delivery): return .take(delivery)
            case .gone(let record): return .gone(record)
            case .askAlone: return .askAlone
            case .damaged(let words): return .damaged(words)
            case .claim: continue
            }
        }
        return .wait(tier.claimRules.look)
    }
}
