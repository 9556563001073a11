import ArtifactStore
import PulseAPI
import Synchronization

/// Jobs that the API has let go of.
extension JobFetcher {
    /// Takes in that the API denies a job that it has shown before (404, 410). Nil when that is not said, or is not believed
    /// yet: one that is still running may be denied by an API that is not at one with itself.
    func denied(_ job: Job, _ failure: Failure, for reader: KeyInUse) async throws(Failure) -> Job? {
        guard failure.isDenial else {
            denials.forget(job.id)
            return nil
        }
        guard job.phase.isTerminal || denials.isEnough(job.id), keyring.generation == reader.generation else {
            return nil
        }
        var facts = job.facts
        facts.checkedAt = now()
        guard job.phase != .expired else {
            // Nothing is new but that it was asked for.
            return try await expired(job, as: facts, of: job.id, for: reader)
        }
        facts.status = "expired"
        facts.isTerminal = true
        facts.updatedAt = facts.checkedAt
        facts.largeResultURL = nil
        return try await expire(job, as: facts, of: job.id, for: reader) { remains in
            Explanation.gone(job.id, failure, remains)
        }
    }

    /// Records that a job has expired, and does with its cached files what the policy says. `explanation` makes the words of
    /// `error.txt`.
    func expire(
        _ known: Job?, as facts: StoredJob, of id: JobID, for reader: KeyInUse,
        _ explanation: (Remains) -> String
    ) async throws(Failure) -> Job {
        var remains = Remains(files: .none, lacksLargeResult: known?.awaitsLargeResult ?? false)
        var isDropped = false
        if let known, known.hasFiles {
            remains.files = .kept
            if onExpiry == .drop, known.phase != .expired {
                remains.files = try await drop(known) ? .droppedInPart : .dropped
                isDropped = true
            }
        }
        var facts = facts
        facts.explanation = explanation(remains)
        return try await expired(known, as: facts, of: id, isDropped: isDropped, for: reader)
    }

    /// Removes the bytes of a job's files. True when some are left, as they can be fetched only once.
    private func drop(_ job: Job) async throws(Failure) -> Bool {
        do throws(StoreError) { return try await store.drop(job.artifacts, of: job.facts) } catch {
            throw Failure(error)
        }
    }

    /// The job as it is from now on: as the index has it, or in memory alone while the index takes nothing.
    private func expired(
        _ known: Job?, as facts: StoredJob, of id: JobID, isDropped: Bool = false, for reader: KeyInUse
    ) async throws(Failure) -> Job {
        let job: Job
        do throws(Failure) {
            let ordinal = try await record(facts, nil, reader.fingerprint)
            if isDropped {
                do throws(StoreError) { try await store.forgetDropped(of: ordinal) } catch { throw Failure(error) }
            }
            job = try reload(ordinal, id, facts)
        } catch {
            guard let cause = error.storeError else { throw error }
            store.reportUnwritable(cause)
            let ordinal = known?.ordinal ?? catalog.ordinalInMemory(for: id)
            job = Job(ordinal: ordinal, id: id, facts: facts, artifacts: isDropped ? [] : known?.artifacts ?? [])
        }
        if known?.phase != .expired {
            events.record(.jobExpired, Place(job: id.text), message: "the API has deleted the job")
        }
        catalog.put(job, for: reader, changed: true)
        return job
    }
}

/// How often in a row the API has denied jobs that it said were running.
final class Denials: Sendable {
    private let counts = Mutex(GenerationCache<JobID, Int>(generation: 256))
    private static let enough = 3

    /// Counts one more; true when it is to be believed.
    func isEnough(_ id: JobID) -> Bool {
        counts.withLock { counts in
            let count = (counts.value(for: id) ?? 0) + 1
            counts.set(count, for: id)
            return count >= Self.enough
        }
    }

    /// Something else has come of asking.
    func forget(_ id: JobID) { counts.withLock { $0.remove(id) } }
}
