import ArtifactStore
import FUSE
import SystemPackage

/// What is missing of jobs that the API has let go of, and how long the kernel may go by that.
extension PulseFileSystem {
    /// How long the kernel may take for absent what may come after all: nothing but time tells it of a name that it has not.
    private static let shortAbsence = CacheLifetime.limited(.seconds(10))

    /// How long a name may be taken for absent that a job's directory does not have now.
    func absenceLifetime(of slot: ArtifactSlot, in job: Job) -> CacheLifetime {
        // Fetching the large result may bring something to explain.
        if job.awaitsLargeResult { return .none }
        // Any answer may bring it, and then it must be there at once.
        if !job.phase.isTerminal { return .none }
        // The job may expire, or the API have it again.
        if job.isGone || (slot == .error && job.phase == .completed) { return Self.shortAbsence }
        return lifetime(of: job)
    }

    /// The answer when the API has been asked about a job once more, where that may bring back what is missing; else nil.
    func askingAgain<Value: Sendable>(
        _ job: Job, _ answer: @escaping @Sendable (Job) -> Answer<Value>
    ) -> Answer<Value>? {
        guard library.isWorthAskingAgain(job) else { return nil }
        return .later { [library] () throws(Errno) in try await answer(await library.doubt(job)).resolved() }
    }
}
