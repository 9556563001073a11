import ArtifactStore
import Crypto
import JobCache
import PulseAPI
import Quantities
import SharedStore
import Synchronization
import Transfer

/// A result in memory.
private final class SmallBody: BodySource {
    let bytes: [UInt8]
    var length: ByteCount { ByteCount(UInt64(bytes.count)) }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: ByteCount) throws -> Int {
        let part = bytes.dropFirst(Int(clamping: offset.bytes)).prefix(buffer.count)
        part.withUnsafeBytes { buffer.copyMemory(from: $0) }
        return part.count
    }
}

/// What one process does with its disk and the link, for the product's own ``SharedFetch``: both are simulated, and so is a file system
/// that survives the process.
struct SimulatedWork: SingleUseWork {
    /// The lock goes with the process.
    struct Lock: Sendable {
        let received: UInt64
        let nonce: String?
    }

    /// What stands for the bytes of the result, of which the simulation counts another number.
    static let content = Array("what can be fetched only once".utf8)
    private static let digest = SHA256.hash(data: content).map { byte in
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0\(digits)" : digits
    }.joined()

    struct Process: Sendable {
        let life: Life
        let disk: SimulatedDisk
        let tier: FleetTier
        let dice: Dice
    }

    private let run: ClaimingMachine.Surroundings
    private let process: Process
    private let progress: SingleUseProgress

    init(_ run: ClaimingMachine.Surroundings, _ process: Process, _ progress: SingleUseProgress) {
        (self.run, self.process, self.progress) = (run, process, progress)
    }

    var job: JobID { run.job }
    var disk: SimulatedDisk { process.disk }
    private var life: Life { process.life }
    private var dice: Dice { process.dice }
    private var link: Link { run.link }
    private var notes: RunNotes { run.notes }

    /// A process that died had it all, and nobody has said so.
    var hasLeftover: Bool { disk.now.published == nil && disk.now.received >= link.size }

    private func rest(_ duration: Duration) async throws(Failure) {
        do { try await life.sleep(duration) } catch { throw Failure(.interrupted, "it was given up") }
    }

    func lock() async throws(Failure) -> Lock {
        while !disk.change({ disk in
            defer { disk.isLocked = true }
            return !disk.isLocked
        }) { try await rest(.milliseconds(200)) }
        let now = disk.now
        return Lock(received: now.received, nonce: now.nonce)
    }

    func leave(_ lock: Lock) async { disk.change { $0.isLocked = false } }

    func remains(in lock: Lock) -> SingleUseRemains { SingleUseRemains(received: lock.received, nonce: lock.nonce) }

    func found(_ lock: inout Lock, isPartKnown: Bool) async throws(Failure) -> SimulatedDisk.Source? {
        let now = disk.now
        if let published = now.published {
            disk.change { $0.isLocked = false }
            return published
        }
        // A process that died had it all, and nobody has said so.
        guard now.received >= link.size, !isPartKnown else { return nil }
        return try await publish()
    }

    func note(nonce: String, in lock: Lock) async {
        await life.live()
        disk.change { $0.nonce = nonce }
    }

    func ask(_ lock: Lock) async throws(Failure) -> SingleUseAnswer<SimulatedDisk.Source> {
        progress.note(.asking, received: lock.received)
        try await rest(dice.between(.milliseconds(50), .milliseconds(400)))
        guard link.begin() else { return .spent(Failure(.gone, "410")) }
        progress.expect(link.size)
        var received = min(disk.now.received, link.size - 1)
        let cut = dice.happens(run.cuts) ? UInt64(dice.unit() * Double(link.size)) : link.size
        while true {
            let begun = life.time.passed
            try await next()
            // Whoever takes nothing for long is cut off, as a rule.
            let isStuck = life.time.passed - begun > .seconds(30) && dice.happens(0.7)
            if isStuck || received > cut {
                notes.noteBroken(isSpent: link.isSpent)
                throw Failure(.connectionLost, "the answer broke off")
            }
            guard received + link.pace >= link.size else {
                received += link.pace
                disk.change { $0.received = received }
                progress.note(.arriving, received: received)
                continue
            }
            guard link.finish() else {
                notes.noteBroken(isSpent: true)
                return .spent(Failure(.gone, "410"))
            }
            disk.change { $0.received = link.size }
            progress.note(.publishing, received: link.size)
            return .whole(try await publish())
        }
    }

    /// A second of the download. It is given up when the claim is.
    private func next() async throws(Failure) {
        do throws(Failure) { try await rest(.seconds(1)) } catch {
            notes.noteGivenUp(isSpent: link.isSpent)
            throw error
        }
    }

    /// From here on nobody else can have it.
    private func publish() async throws(Failure) -> SimulatedDisk.Source {
        // It goes on when it is cancelled.
        let durable = Task {
            try? await life.sleep(dice.between(.milliseconds(20), .seconds(2)))
            disk.change { $0.isDurable = true }
            try? await life.sleep(.milliseconds(50))
            disk.change { ($0.published, $0.isLocked) = (.link, false) }
        }
        await durable.value
        await life.live()
        return .link
    }

    func isSpent() async throws(Failure) -> Bool { disk.now.isSpent }

    func noteSpent(_ lock: Lock) async throws(Failure) {
        await life.live()
        // A part of it is set aside: it is no beginning of anything any more.
        disk.change { ($0.isSpent, $0.received) = (true, 0) }
    }

    func file(for delivery: ClaimRecord.Delivery) async throws(Failure) -> SpoolFile {
        do throws(StoreError) { return try run.store.spool() } catch { throw Failure(error) }
    }

    func publish(
        _ file: SpoolFile, _ delivery: ClaimRecord.Delivery, _ lock: Lock
    ) async throws(Failure) -> SimulatedDisk.Source {
        await life.live()
        disk.change { ($0.published, $0.isLocked) = (.store, false) }
        return .store
    }

    func delivery(of whole: SimulatedDisk.Source) -> SharedDelivery { delivery(isNeeded: whole == .link) }

    func delivery(isNeeded: Bool) -> SharedDelivery {
        SharedDelivery(of: job, isNeeded: isNeeded) {
            await life.live()
            guard let there = await process.tier.put(SmallBody(Self.content), sha256: Self.digest, of: job) else {
                return .failed
            }
            return .done(there)
        } noteUploaded: { _ in
        }
    }

    func words(for record: ClaimRecord) async throws(Failure) -> String { "gone" }
    func words(forSpent words: String) async throws(Failure) -> String { words }
    func words(forMissing delivery: ClaimRecord.Delivery) -> String { "missing" }
    func noteTakenOver(from machine: String) { notes.noteTakenOver(from: machine, at: life.time.passed) }
}

/// What happened in a run, for whoever judges its end.
final class RunNotes: Sendable {
    struct Counts: Sendable {
        var takeovers = 0
        /// Of those, the ones from a machine to which nothing had happened for long.
        var hastyTakeovers = 0
        var deaths = 0
        /// Processes that died with bytes that nobody could have any more, and were not on the disk.
        var deathsForGood = 0
        /// Answers that broke off, and those of them after which the link was spent.
        var broken = 0
        var brokenForGood = 0
        /// Answers that were given up with the claim, and those of them after which the link was spent.
        var givenUp = 0
        var givenUpForGood = 0

        /// For which the link may be asked once more.
        var reasons: Int { takeovers + deaths + broken + givenUp }
    }

    /// After a mishap a claimant may be silent for as long as it is waited for, and whoever waits may see that a while later.
    private static let patience = Duration.seconds(150)

    private let counts = Mutex(Counts())
    /// Until when something is the matter with a machine.
    private let disturbed = Mutex<[String: Duration]>([:])

    var now: Counts { counts.withLock { $0 } }

    func noteDisturbed(_ machine: String, until end: Duration) { disturbed.withLock { $0[machine] = end } }

    func noteTakenOver(from machine: String, at now: Duration) {
        let isHasty = disturbed.withLock { $0[machine].map { $0 + Self.patience < now } ?? true }
        counts.withLock { counts in
            counts.takeovers += 1
            if isHasty { counts.hastyTakeovers += 1 }
        }
    }
    func noteDeath(isForGood: Bool) {
        counts.withLock { counts in
            counts.deaths += 1
            if isForGood { counts.deathsForGood += 1 }
        }
    }
    func noteGivenUp(isSpent: Bool) {
        counts.withLock { counts in
            counts.givenUp += 1
            if isSpent { counts.givenUpForGood += 1 }
        }
    }
    func noteBroken(isSpent: Bool) {
        counts.withLock { counts in
            counts.broken += 1
            if isSpent { counts.brokenForGood += 1 }
        }
    }
}
