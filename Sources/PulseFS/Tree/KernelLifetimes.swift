import ArtifactStore
import FUSE
import JobCache

/// How long the kernel may go by an answer: the only table of these. What it may go by for good is taken back when that changes
/// (`CatalogInvalidation`).
extension CacheLifetime {
    /// What is always there, and is what it was.
    static let fixed = CacheLifetime.forever
    /// What is made when it is looked at: the kernel asks each time.
    static let madeAnew = CacheLifetime.none
    /// What is said to whoever asks now, and may be otherwise for the next: the kernel keeps nothing of it.
    static let askAgain = CacheLifetime.none
    /// A name that nothing could ever have.
    static let impossible = CacheLifetime.forever
    /// A name that the API does not know.
    static let unknown = CacheLifetime.limited(.seconds(1))
    /// A name that may come after all: nothing but time tells the kernel of one that it has not.
    static let mayComeBack = CacheLifetime.limited(.seconds(10))
    /// What comes with the large result of a job, or goes then.
    static let untilLargeResult = CacheLifetime.none
    /// What comes with any answer about a job that has not ended, and must be there at once.
    static let untilNextAnswer = CacheLifetime.none
    /// A job whose result is withheld: it may have been fetched by hand when someone looks again.
    static let withheld = CacheLifetime.limited(.seconds(1))
}

extension PulseFileSystem {
    /// Without end for what is final; for the rest as long as the last answer is good.
    func lifetime(of job: Job) -> CacheLifetime {
        if library.withholds(job) { return .withheld }
        return library.catalog.freshness(of: job).map { .limited($0) } ?? .fixed
    }

    /// Of a file of a job that is there.
    func lifetime(of slot: ArtifactSlot, in job: Job) -> CacheLifetime {
        // What explains why a result has not come yet goes when it comes.
        slot == .error && job.awaitsLargeResult ? .untilLargeResult : lifetime(of: job)
    }

    /// How long a name may be taken for absent that a job's directory does not have now.
    func absenceLifetime(of slot: ArtifactSlot, in job: Job) -> CacheLifetime {
        // Fetching the large result may bring something to explain.
        if job.awaitsLargeResult { return .untilLargeResult }
        if !job.phase.isTerminal { return .untilNextAnswer }
        // The job may expire, or the API have it again.
        if job.isGone || (slot == .error && job.phase == .completed) { return .mayComeBack }
        return lifetime(of: job)
    }
}
