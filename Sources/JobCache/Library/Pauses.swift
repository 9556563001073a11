import ArtifactStore
import Synchronization

/// How long jobs are not asked about again. The latest few thousand are kept.
package final class Pauses: Sendable {
    private let ends = Mutex(GenerationCache<JobOrdinal, ContinuousClock.Instant>(generation: 1024))

    func begin(for job: JobOrdinal, until end: ContinuousClock.Instant) {
        ends.withLock { $0.set(end, for: job) }
    }

    func isOver(for job: JobOrdinal, at now: ContinuousClock.Instant) -> Bool {
        ends.withLock { $0.value(for: job) }.map { $0 <= now } ?? true
    }
}
