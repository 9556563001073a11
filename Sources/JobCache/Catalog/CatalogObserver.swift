package import ArtifactStore
package import PulseAPI

/// Who is told what becomes known of jobs, before anyone is answered who caused it. No call may wait for anything.
package protocol CatalogObserver: AnyObject, Sendable {
    /// The listing of known jobs is another.
    func listingChanged(_ change: ListingChange)
    /// The size that was shown of a file has turned out to be wrong, or the file is not there any more.
    func sizeChanged(of slot: ArtifactSlot, _ job: JobOrdinal)
    /// A directory of the job has another listing than before.
    func contentsChanged(of job: JobOrdinal)
    /// The API says something else of a job than before; `previous` is what was in memory of it.
    func changed(_ job: Job, from previous: Job?)
    /// The API was asked about a job. This comes after all have been told of its change.
    func answered(_ job: Job)
    /// A job has expired, or come back: what was told of these files of it may be true no more.
    func hasExpired(_ job: JobOrdinal, _ slots: Set<ArtifactSlot>)
}

extension CatalogObserver {
    package func listingChanged(_ change: ListingChange) {}
    package func sizeChanged(of slot: ArtifactSlot, _ job: JobOrdinal) {}
    package func contentsChanged(of job: JobOrdinal) {}
    package func changed(_ job: Job, from previous: Job?) {}
    package func answered(_ job: Job) {}
    package func hasExpired(_ job: JobOrdinal, _ slots: Set<ArtifactSlot>) {}
}

/// How the listing of known jobs has changed.
package struct ListingChange: Sendable {
    /// Jobs that were held here and are known no more.
    package let removed: [JobID]
}
