import ArtifactStore
import FUSE
import JobCache

/// Takes back what the kernel holds of jobs that have changed.
final class CatalogInvalidation: CatalogObserver {
    private let session: Session
    private let recall: KernelRecall
    private let shown: ShownFiles

    init(_ session: Session, _ recall: KernelRecall, _ shown: ShownFiles) {
        self.session = session
        self.recall = recall
        self.shown = shown
    }

    func listingChanged(_ change: ListingChange) {
        recall.forget(change.removed)
        session.invalidateAttributes(of: Node.jobs.id)
    }

    func sizeChanged(of slot: ArtifactSlot, _ job: JobOrdinal) {
        session.invalidateAttributes(of: shown.node(of: .init(job, slot)))
    }

    func contentsChanged(of job: JobOrdinal) { recall.recallListings(of: job) }

    func changed(_ job: Job, from previous: Job?) {
        session.invalidateAttributes(of: Node.file(job.ordinal, .status).id)
        session.invalidateAttributes(of: Node.file(job.ordinal, .page).id)
        session.invalidateAttributes(of: Node.job(job.ordinal).id)
        let wait = Node.file(job.ordinal, .wait).id
        if let previous, previous.phase.isTerminal {
            session.invalidateAttributes(of: wait)
        } else if let ending = JobEnding(job) {
            session.store(ending.content, in: wait)
        }
    }

    func hasExpired(_ job: JobOrdinal, _ slots: Set<ArtifactSlot>) { recall.recall(job, slots) }
}
