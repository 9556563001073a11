package import ArtifactStore
import Synchronization

/// Pages that are short and made in memory, as they were last shown: whoever goes by the size of one is not given the beginning of
/// another.
package final class ShownPages: Sendable {
    private struct Shown {
        let label: PageLabel
        let bytes: [UInt8]
    }

    /// A page without a document takes about 6 KB.
    private let pages = Mutex(GenerationCache<JobOrdinal, Shown>(generation: 128))

    /// The page of this label, made if it is not the one that was shown last; shown from now on.
    package func show(_ label: PageLabel, of job: JobOrdinal, _ make: () -> [UInt8]) -> [UInt8] {
        if let shown = pages.withLock({ $0.value(for: job) }), shown.label == label { return shown.bytes }
        let page = Shown(label: label, bytes: make())
        pages.withLock { $0.set(page, for: job) }
        return page.bytes
    }

    /// The job has a page in the store by now, and that was shown.
    package func remove(_ job: JobOrdinal) { pages.withLock { $0.remove(job) } }

    package func bytes(of job: JobOrdinal) -> [UInt8]? { pages.withLock { $0.value(for: job) }?.bytes }
}
