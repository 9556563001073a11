import ArtifactStore

@testable import JobCache

/// Tells a test what a catalog tells its observers. Hold it for as long as it is to be told.
final class CatalogListener: CatalogObserver {
    private let listing: @Sendable (ListingChange) -> Void
    private let change: @Sendable (Job) -> Void
    private let expiry: @Sendable (JobOrdinal, Set<ArtifactSlot>) -> Void

    init(
        of catalog: JobCatalog, listing: @escaping @Sendable (ListingChange) -> Void = { _ in },
        change: @escaping @Sendable (Job) -> Void = { _ in },
        expiry: @escaping @Sendable (JobOrdinal, Set<ArtifactSlot>) -> Void = { _, _ in }
    ) {
        (self.listing, self.change, self.expiry) = (listing, change, expiry)
        catalog.observe(self)
    }

    func listingChanged(_ change: ListingChange) { listing(change) }
    func changed(_ job: Job, from previous: Job?) { change(job) }
    func hasExpired(_ job: JobOrdinal, _ slots: Set<ArtifactSlot>) { expiry(job, slots) }
}
