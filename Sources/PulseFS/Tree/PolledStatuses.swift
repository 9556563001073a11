import ArtifactStore
import JobCache
import Synchronization

/// Which revision of a job's status each polling thread was last told of. Those who have not polled for long are forgotten.
final class PolledStatuses: Sendable {
    private struct Poller: Hashable {
        let thread: Int32
        let job: JobOrdinal
    }

    private let told = Mutex(GenerationCache<Poller, UInt64>(generation: 4096))

    /// Notes that a thread is told of a revision; returns what it was told before.
    func told(_ revision: UInt64, to thread: Int32, of job: JobOrdinal) -> UInt64? {
        let poller = Poller(thread: thread, job: job)
        return told.withLock { told in
            defer { told.set(revision, for: poller) }
            return told.value(for: poller)
        }
    }
}
