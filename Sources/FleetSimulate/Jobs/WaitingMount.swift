import ArtifactStore
import JobCache
import PulseAPI
import Synchronization
import SystemPackage

/// One mount that wants to know of a job: the product's own tier and its loop for those who wait, on a clock and a store of the simulation.
/// What is simulated is the cache, which keeps what is known of the job.
final class WaitingMount: Sendable {
    private struct State {
        var job: Job?
        var clock: StatusClock?
    }

    private final class Watches: Sendable {
        let value = Mutex<JobWatches?>(nil)
    }

    static let id = JobID("job-1")

    let number: Int
    let life: Life
    private let id: JobID
    private let tier: FleetTier
    private let reader: KeyInUse
    private let api: SimulatedAPI
    private let store: ArtifactStore
    private let time: VirtualTime
    private let state = Mutex(State())
    private let watches = Watches()

    init(
        _ number: Int, _ id: JobID, _ tier: FleetTier, _ reader: KeyInUse, _ api: SimulatedAPI, _ store: ArtifactStore,
        _ life: Life
    ) {
        (self.number, self.id, self.tier, self.reader) = (number, id, tier, reader)
        (self.api, self.store, self.life, time) = (api, store, life, life.time)
    }

    /// Returns when this mount knows the end of the job.
    func wait() async -> Bool {
        let watches = JobWatches(
            JobWatches.Ground(
                now: { [time] in time.instant },
                sleep: { [life, time] in try await life.sleep(time.moment(of: $0) - time.passed) },
                known: { [self] _ in state.withLock { $0.job } },
                freshness: { [self] _ in
                    state.withLock { $0.clock?.remaining(at: time.instant) } ?? .zero
                },
                ask: { [self] _ throws(Failure) in try await ask() },
                attend: { [tier, id] _, isAttended in isAttended ? tier.attend(id) : tier.leave(id) }))
        self.watches.value.withLock { $0 = watches }
        return (try? await watches.untilEnded(id, patience: .seconds(3600))) != nil
    }

    /// What is known of the job, from the store or the API.
    @discardableResult
    func ask() async throws(Failure) -> Job {
        let known = state.withLock { $0.job }
        let look = await tier.look(id, for: reader, isPoll: known.map { !$0.phase.isTerminal } ?? false)
        switch look {
        case .document(let document): return try learn(document)
        case .running(let status):
            if let document = status.document {
                _ = try learn(document)
            } else if let known, status.isAnswer {
                put(known)
            }
            if let job = state.withLock({ $0.job }) {
                state.withLock {
                    $0.clock?.followed(interval: status.interval, pause: status.pause, at: time.instant)
                }
                return job
            }
        case .alone, .ask: break
        }
        let answer = await api.ask(number, life)
        let job = job(answer.status, answer.document)
        put(job)
        guard case .ask(let ticket) = look else { return job }
        do {
            let document = try store.spool()
            try document.append(answer.document)
            let interval = state.withLock { $0.clock?.interval } ?? StatusClock.shortest
            tier.settle(ticket, answer.hasEnded ? .ended(document) : .running(document, interval: interval))
        } catch {
            tier.settle(ticket, .failed)
        }
        return job
    }

    private func job(_ status: String, _ document: [UInt8]) -> Job {
        let facts = StoredJob(
            origin: "https://api.example.com", id: id.text, status: status, isTerminal: status == "completed",
            createdAt: nil, updatedAt: nil, checkedAt: Timestamp(seconds: time.seconds), statusDocument: document,
            explanation: nil, largeResultURL: nil)
        return Job(ordinal: JobOrdinal(1), id: id, facts: facts, artifacts: [])
    }

    private func learn(_ document: SpoolFile) throws(Failure) -> Job {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count: Int
        do {
            count = try bytes.withUnsafeMutableBytes { try document.descriptor.read(fromAbsoluteOffset: 0, into: $0) }
        } catch {
            throw Failure(.cacheFailed, "\(error)")
        }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        let status = ["completed", "processing", "pending"].first { text.contains("\"\($0)\"") } ?? "pending"
        let job = job(status, Array(bytes.prefix(count)))
        put(job)
        return job
    }

    private func put(_ job: Job) {
        let now = time.instant
        state.withLock { state in
            let isOther = state.job.map { $0.facts.statusDocument != job.facts.statusDocument } ?? true
            var clock = state.clock ?? StatusClock(checkedAt: now)
            clock.answered(changed: isOther, at: now)
            (state.job, state.clock) = (job, clock)
        }
        watches.value.withLock { $0 }?.answered(job)
    }
}
