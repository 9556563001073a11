import ArtifactStore
import PulseAPI
import Synchronization

/// How far each result that can be fetched only once has come, for as long as it is being fetched.
final class SingleUseRegistry: Sendable {
    private let known = Mutex<[JobOrdinal: SingleUseProgress]>([:])

    /// The progress of a job's result, made when nobody has asked before.
    func progress(of job: Job) -> SingleUseProgress {
        known.withLock { known in
            if let progress = known[job.ordinal] { return progress }
            let progress = SingleUseProgress(of: job.id)
            known[job.ordinal] = progress
            return progress
        }
    }

    /// The fetching begins; `progress` is its own.
    func begin(_ ordinal: JobOrdinal, _ progress: SingleUseProgress) { known.withLock { $0[ordinal] = progress } }

    /// The fetching has ended, however.
    func remove(_ ordinal: JobOrdinal) { known.withLock { $0[ordinal] = nil } }

    /// Whether to break off the fetching of a job's result could lose it.
    func mustFinish(_ ordinal: JobOrdinal) -> Bool { known.withLock { $0[ordinal] }?.mustFinish ?? false }
}
