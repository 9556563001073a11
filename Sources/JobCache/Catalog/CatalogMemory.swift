import ArtifactStore
import PulseAPI

/// What a catalog has in memory: what was shown to one key, and what counts for all.
struct CatalogMemory {
    /// Twice as many at most; one with ten files takes about 5 KB.
    private static let jobsInMemory = 1024
    /// Of the keyring: what the members below belong to.
    var generation: UInt64 = 0
    var jobs = GenerationCache<JobOrdinal, Job>(generation: Self.jobsInMemory)
    var ordinals = GenerationCache<JobID, JobOrdinal>(generation: Self.jobsInMemory)
    var clocks: [JobOrdinal: StatusClock] = [:]
    var refusals = GenerationCache<JobID, Refusal>(generation: 1024)
    /// What the index said of its listing when it was last looked at.
    var listing: ListingState?
    var listingChanged = APITime.now
    var observers: [Observing] = []
    /// Jobs of which a change is known here, and is being told to whoever observes changes.
    var announcements: [JobOrdinal: Announcement] = [:]
    /// Numbers of jobs that the index could not take: they end with this mount.
    var inMemory: [JobID: JobOrdinal] = [:]

    mutating func belong(to generation: UInt64) {
        guard generation != self.generation else { return }
        var fresh = CatalogMemory()
        fresh.generation = generation
        // The index counts for all keys: a change of it that comes next is a change for the kernel.
        fresh.listing = listing
        fresh.observers = observers
        fresh.announcements = announcements
        fresh.inMemory = inMemory
        self = fresh
    }

    struct Observing {
        weak var observer: (any CatalogObserver)?
    }

    /// Of one job: how many changes are being told, and who waits for that.
    struct Announcement {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    struct Refusal {
        let failure: Failure
        let until: ContinuousClock.Instant
    }
}
