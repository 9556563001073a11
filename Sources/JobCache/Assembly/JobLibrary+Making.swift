import ArtifactStore
import PulseAPI
import Synchronization

extension JobLibrary {
    /// A library with all its parts, from the bottom up: each is given what it uses, and tells what it finds to those above by what
    /// they observe.
    ///
    /// - Parameters:
    ///   - geometry: by which parts large files are fetched.
    ///   - openBlobs: how many files of the cache are kept open for readers to come.
    package convenience init(
        _ ground: JobFetcher.Ground, rules: LibraryRules = LibraryRules(), geometry: PartGeometry = .standard,
        openBlobs: Int = 256, time: LibraryTime = LibraryTime()
    ) {
        let (client, store, keyring, tier) = (ground.client, ground.store, ground.keyring, ground.tier)
        let catalog = JobCatalog(store: store, origin: client.origin, keyring: keyring, clock: time.clock)
        let fetcher = JobFetcher(ground, catalog, onExpiry: rules.onExpiry, now: time.now)
        let refresher = JobRefresher(fetcher, time)
        let blobs = OpenBlobs(of: store, most: openBlobs, shown: Self.shownFiles(recalledFrom: store))
        let made = WeakLibrary()
        let ahead = Self.readAhead(ground, catalog, blobs.shown, geometry, rules.prefetch, time) { ordinal, slots in
            guard let job = await refresher.fetchAhead(ordinal, slots), slots.contains(.parts) else { return }
            // The parts are made by what is above the library.
            guard let library = made.library, library.hasParts(job) else { return }
            _ = try? await library.parts(of: job)
        }
        let watches = Self.watches(of: refresher, attending: tier, polls: rules.waiting.polls, time)
        self.init(
            reader: ArtifactReader(refresher, blobs, ahead, maximumSize: rules.maximumArtifactSize),
            large: LargeResults(refresher, blobs, rules.largeResults),
            batches: BatchJobs { id in
                guard catalog.held(id) == nil else { return }
                _ = try? await refresher.ask(id, .prefetch, isPoll: true)
            },
            watches: watches, rules: rules)
        made.library = self
        catalog.observe(watches)
        store.observeEvictions { [weak blobs] keys in blobs?.letGo(of: keys) }
        store.observeShortage { [weak blobs] in blobs?.letGoOfAll() }
        let absences = reader.absences
        ahead.sizes.observeAbsences { artifact, job in await absences.notice(artifact, of: job) }
        ahead.downloads.observeEnds { [weak images = ahead.images] key, failure in
            guard let images, images.ended(key), failure?.isAbsence == true else { return }
            Task { await absences.notice(key) }
        }
    }

    /// What the kernel has bytes of; changes of it are kept, also beyond this process.
    private static func shownFiles(recalledFrom store: ArtifactStore) -> ShownFiles {
        let shown = ShownFiles()
        shown.recall(((try? store.changes()) ?? []).map { (ShownFiles.Place($0.job, $0.slot), $0.at) })
        shown.observeChanges { place, at in
            Task {
                do throws(StoreError) {
                    try await store.record(StoredChange(job: place.job, slot: place.slot, at: at))
                } catch { store.reportUnwritable(error) }
            }
        }
        return shown
    }

    private static func readAhead(
        _ ground: JobFetcher.Ground, _ catalog: JobCatalog, _ shown: ShownFiles, _ geometry: PartGeometry,
        _ rules: PrefetchRules, _ time: LibraryTime,
        fetch: @escaping @Sendable (JobOrdinal, Set<ArtifactSlot>) async -> Void
    ) -> ReadAhead {
        let servers = Servers(api: ground.client.origin)
        let downloads = ArtifactDownloads(
            client: ground.client, store: ground.store, catalog: catalog, servers: servers, parts: geometry,
            shown: shown, tier: ground.tier)
        let sizes = SizeProbe(
            client: ground.client, store: ground.store, catalog: catalog, downloads: downloads,
            keyring: ground.keyring, servers: servers)
        let jobs = JobPrefetch(
            clock: time.clock,
            next: { job, count in ((try? catalog.known(after: job, limit: count)) ?? []).map(\.ordinal) },
            fetch: fetch)
        return ReadAhead(
            images: ImagePrefetch(downloads, rules, clock: time.clock), jobs: jobs, sizes: sizes,
            downloads: downloads)
    }

    /// Waiting for the end of jobs, asking by the same way as those who look.
    private static func watches(
        of refresher: JobRefresher, attending tier: any JobTier, polls: Urgency.Level, _ time: LibraryTime
    ) -> JobWatches {
        let catalog = refresher.fetcher.catalog
        let known = { @Sendable (id: JobID) in (try? catalog.job(id)) ?? nil }
        return JobWatches(
            JobWatches.Ground(
                now: time.clock, sleep: time.sleep, known: known,
                freshness: { id in known(id).map { catalog.freshness(of: $0) ?? .zero } ?? .zero },
                ask: { id throws(Failure) in try await refresher.ask(id, polls, isPoll: true) },
                attend: { id, isAttended in isAttended ? tier.attend(id) : tier.leave(id) }))
    }
}

/// The way from prefetching, which is made before the library, to the parts that only the whole makes.
private final class WeakLibrary: Sendable {
    private struct Held { weak var library: JobLibrary? }
    private let held = Mutex(Held())

    var library: JobLibrary? {
        get { held.withLock { $0.library } }
        set { held.withLock { $0.library = newValue } }
    }
}
