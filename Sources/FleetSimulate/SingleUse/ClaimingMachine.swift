import ArtifactStore
import JobCache
import PulseAPI
import SharedStore
import Synchronization

/// One machine that wants a result that can be fetched only once: its disk, and its processes one after the other, each with the product's
/// own tier and its own decisions.
final class ClaimingMachine: Sendable {
    /// What the machines of a run have in common.
    struct Surroundings: Sendable {
        let job: JobID
        let engine: any ObjectStore
        let secret: FleetSecret
        let link: Link
        let store: ArtifactStore
        let time: VirtualTime
        let traffic: Traffic
        let notes: RunNotes
        /// Of answers of the link, so many break off.
        let cuts: Double
    }

    let number: Int
    let disk = SimulatedDisk()
    private let surroundings: Surroundings
    private let dice: Dice
    private let process: Mutex<Life>
    private let has = Mutex<Duration?>(nil)

    init(_ number: Int, _ dice: Dice, _ surroundings: Surroundings) {
        (self.number, self.dice, self.surroundings) = (number, dice, surroundings)
        process = Mutex(Life(surroundings.time))
    }

    var life: Life { process.withLock { $0 } }
    var lives: Bool { !life.isDead }
    /// When a reader had the result.
    var hadAt: Duration? { has.withLock { $0 } }

    var words: String {
        let now = disk.now
        let has = now.published.map { $0 == .link ? "has it from the link" : "has it from the store" }
        return
            "\(number) \(lives ? "lives" : "is dead"), \(has ?? "has \(now.received >> 20) of \(surroundings.link.size >> 20) MB")"
            + (now.isDurable ? ", durable" : "") + (now.isLocked ? ", locked" : "") + (now.isSpent ? ", told 410" : "")
            + (hadAt == nil ? ", no reader has it" : "")
    }

    private var name: String { "machine-\(number)" }

    // MARK: What happens to it

    func kill(power: Bool) {
        let (life, link, now) = (life, surroundings.link, disk.now)
        guard !life.isDead else { return }
        life.end()
        surroundings.notes.noteDisturbed(name, until: .seconds(1_000_000))
        disk.endProcess(power: power)
        let isLeft = now.isDurable || now.published != nil || (now.received >= link.size && !power)
        let isForGood = link.isSpent && now.received > 0 && !isLeft
        surroundings.notes.noteDeath(isForGood: isForGood)
    }

    func pause(for duration: Duration) {
        life.pause(for: duration)
        surroundings.notes.noteDisturbed(name, until: surroundings.time.passed + duration)
    }

    func cut(for duration: Duration) {
        life.cut(for: duration)
        surroundings.notes.noteDisturbed(name, until: surroundings.time.passed + duration)
    }

    /// A new process on the same disk.
    func restart() {
        process.withLock { $0 = Life(surroundings.time) }
        surroundings.notes.noteDisturbed(name, until: surroundings.time.passed)
        begin(after: .zero)
    }

    /// - Parameter arrival: when somebody wants the result.
    func begin(after arrival: Duration) {
        let (life, surroundings) = (life, surroundings)
        let (time, link) = (surroundings.time, surroundings.link)
        var rules = FleetRules()
        (rules.machine, rules.writer) = (name, name)
        let line = Line(
            surroundings.engine, life, dice, surroundings.traffic,
            uploadTime: .seconds(Double(link.size) / Double(link.pace) / 2))
        let tier = FleetTier(
            FleetStore(line, surroundings.secret, rules, .fits(claims: true)), origin: SingleUseSimulation.origin,
            store: surroundings.store, time: FleetTime(now: { time.passed }, sleep: { try await life.sleep($0) }))
        let results = SharedResults(of: tier)
        let work = { @Sendable [disk, dice] (progress: SingleUseProgress) in
            SimulatedWork(
                surroundings, SimulatedWork.Process(life: life, disk: disk, tier: tier, dice: dice), progress)
        }
        results.audit { await Self.audit(work(Self.progress(surroundings)), results) }
        Task { [self] in
            guard (try? await life.sleep(arrival)) != nil else { return }
            while true {
                let progress = Self.progress(surroundings)
                let fetch = SharedFetch(
                    work(progress), results, progress, until: Timestamp(seconds: time.seconds(at: link.end)),
                    time: { Timestamp(seconds: time.seconds) }, chance: { [dice] in dice.unit() })
                do throws(Failure) {
                    if try await fetch() != nil { break }
                } catch {
                    // Whoever wants it looks again.
                    guard (try? await life.sleep(.seconds(5))) != nil else { return }
                }
            }
            has.withLock { $0 = $0 ?? time.passed }
        }
    }

    private static func progress(_ surroundings: Surroundings) -> SingleUseProgress {
        let time = surroundings.time
        return SingleUseProgress(of: surroundings.job) { time.instant }
    }

    /// What is here is brought to the others, whether anybody wants it here or not.
    private static func audit(_ work: SimulatedWork, _ results: SharedResults) async -> Bool {
        if work.hasLeftover, var lock = try? await work.lock() {
            if (try? await work.found(&lock, isPartKnown: false)) == nil { await work.leave(lock) }
        }
        guard work.disk.now.published == .link else { return true }
        let delivery = work.delivery(isNeeded: true)
        let begun = results.deliver(work.job) { await delivery.bring(in: results, isPatient: false) }
        return await begun.task?.value == true
    }
}
