import ArtifactStore
import JobCache
import Pages
import Quantities
import Synchronization

/// `jobs/index.html`: made from the index alone when it is looked up, at most once a second, and the same for all reads of that
/// look. Its date changes when what it says does.
final class JobsPageFile: Sendable {
    struct Content: Sendable {
        let bytes: [UInt8]
        let time: FileTime
        fileprivate let madeAt: ContinuousClock.Instant
        fileprivate let generation: UInt64
    }

    /// More are no page to look at.
    static let longest = 1000
    private static let patience = Duration.seconds(1)

    private let library: JobLibrary
    private let made = Mutex<Content?>(nil)

    init(_ library: JobLibrary) { self.library = library }

    /// As it was last made for the key that is in use; nil when it was not, or is to be made anew.
    func content(renewing: Bool) -> Content? {
        guard let content = made.withLock({ $0 }), content.generation == library.keyring.inUse.generation else {
            return nil
        }
        return renewing && library.refresher.time.clock() - content.madeAt >= Self.patience ? nil : content
    }

    func make() async throws(Failure) -> Content {
        let reader = library.keyring.inUse
        do throws(StoreError) {
            let (store, origin) = (library.store, library.origin)
            // A few milliseconds for a thousand jobs.
            return try await store.onDisk { [self] () throws(StoreError) in
                made(
                    of: try store.latestJobs(
                        origin: origin, fingerprint: reader.fingerprint, limit: Self.longest + 1, filesFrom: .firstImage
                    ),
                    for: reader)
            }
        } catch {
            throw Failure(error)
        }
    }

    private func made(of jobs: [LatestJob], for reader: KeyInUse) -> Content {
        // Of jobs of one moment, and of those without a date, the one that became known last is first.
        let newest = jobs.prefix(Self.longest).enumerated().sorted { left, right in
            let dates = (
                left.element.job.createdAt?.nanoseconds ?? .min, right.element.job.createdAt?.nanoseconds ?? .min
            )
            return dates.0 == dates.1 ? left.offset < right.offset : dates.0 > dates.1
        }
        let rows = newest.map(\.element).map { latest in
            JobsPage.Row(
                id: latest.job.id, status: latest.job.status, created: latest.job.createdAt.map(APITime.text),
                updated: latest.job.updatedAt.map(APITime.text),
                pageCount: latest.job.pageCount, thumbnail: latest.file?.name, title: latest.job.title,
                kind: latest.job.kind)
        }
        let bytes = JobsPage(rows: rows, isCut: jobs.count > Self.longest).html()
        return made.withLock { made in
            let isSame = made?.bytes == bytes && made?.generation == reader.generation
            let content = Content(
                bytes: bytes, time: isSame ? made?.time ?? .now : .now, madeAt: library.refresher.time.clock(),
                generation: reader.generation)
            made = content
            return content
        }
    }
}
