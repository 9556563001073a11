package import ArtifactStore
package import FUSE
package import PulseAPI
import Synchronization

/// Everything a mount knows or can find out about jobs: answers from the cache at once, and work that fetches the rest,
/// the same work once however many ask.
package final class JobLibrary: Sendable {
    package let store: ArtifactStore
    package let catalog: JobCatalog
    private let fetcher: JobFetcher
    private let downloads: ArtifactDownloads
    private let fetches = Flights<JobID, Job>()
    private let largeResults = Flights<JobOrdinal, Job>()
    private let openBlobs = Mutex(GenerationCache<BlobKey, BlobFile>(generation: 128))

    /// `actor` says in the ledger who fetched what, such as `the mount on /home/me/pulse`.
    package init(client: PulseClient, store: ArtifactStore, keyring: Keyring, actor: String) {
        self.store = store
        catalog = JobCatalog(store: store, origin: client.origin, keyring: keyring)
        fetcher = JobFetcher(client: client, store: store, catalog: catalog, keyring: keyring, actor: actor)
        downloads = ArtifactDownloads(client: client, store: store, catalog: catalog)
    }

    // MARK: Jobs

    /// Asks the API about a job, once for all who ask now.
    ///
    /// A job that is known stays known when the API cannot be asked, or no longer has it.
    package func refresh(_ id: JobID) async throws(Failure) -> Job {
        do throws(Failure) {
            return try await fetches.join(id) { [fetcher, catalog] () throws(Failure) in
                // Whoever came a moment later finds the work done.
                if let known = try catalog.job(id), catalog.freshness(of: known) != .zero { return known }
                return try await fetcher.fetch(id)
            }
        } catch {
            guard error.leavesKnownJobsReadable, let known = try catalog.job(id) else { throw error }
            catalog.postpone(known)
            return known
        }
    }

    /// Brings a result that came as a link; the job as it is when there is none to bring.
    package func fetchLargeResult(of job: Job) async throws(Failure) -> Job {
        guard job.awaitsLargeResult else { return job }
        return try await largeResults.join(job.ordinal) { [fetcher, catalog] () throws(Failure) in
            // Whoever came a moment later finds the work done.
            let job = try catalog.job(job.ordinal) ?? job
            return try await fetcher.fetchLargeResult(of: job)
        }
    }

    // MARK: Files

    /// The bytes of a file, if they are on disk.
    package func blob(_ slot: ArtifactSlot, of job: Job) -> BlobFile? {
        let key = job.blobKey(slot)
        if let open = openBlobs.withLock({ $0.value(for: key) }) { return open }
        guard let blob = store.open(key) else { return nil }
        openBlobs.withLock { $0.set(blob, for: key) }
        return blob
    }

    /// An image by name, with its size; it starts to arrive, as that is how the size of one becomes known.
    package func image(named name: String, of job: Job) async throws(Failure) -> StoredArtifact {
        let job = try catalog.job(job.ordinal) ?? job
        if let known = job.image(named: name) { return try await sized(known, of: job) }
        let source = ArtifactSource.image(.endpoint(PathSegment(encoding: name)))
        let download: Download
        switch try downloads.supply(name, from: source, of: job) {
        case .stored(let artifact): return artifact
        case .arriving(let arriving): download = arriving
        }
        let size = try await download.size()
        do throws(StoreError) {
            let slot = try await store.slot(forUnlisted: name, of: job.ordinal, from: .firstImage)
            guard slot <= .last else { throw StoreError(.index, "job \(job.id) has more files than numbers for them") }
            let artifact = StoredArtifact(
                slot: slot, name: name, size: size, source: source.text, isListed: false, isStored: false)
            return learn(artifact, of: job)
        } catch {
            throw Failure(error)
        }
    }

    /// The artifact with its size.
    package func sized(_ artifact: StoredArtifact, of job: Job) async throws(Failure) -> StoredArtifact {
        let artifact = try catalog.job(job.ordinal)?.artifact(artifact.slot) ?? artifact
        guard artifact.size == nil else { return artifact }
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            throw Failure(.cacheFailed, "the cache does not know where \(artifact.name) of job \(job.id) comes from")
        }
        switch try downloads.supply(artifact.name, from: source, of: job) {
        case .stored(let artifact): return artifact
        case .arriving(let download):
            var artifact = artifact
            artifact.size = try await download.size()
            return learn(artifact, of: job)
        }
    }

    private func learn(_ artifact: StoredArtifact, of job: Job) -> StoredArtifact {
        // The download may have ended meanwhile, and then more is known than this.
        let known = ((try? catalog.job(job.ordinal)) ?? nil)?.artifact(artifact.slot)
        if let known, known.isStored { return known }
        catalog.put(artifact, of: job.ordinal)
        return artifact
    }

    /// Bytes of a file that was not on disk a moment ago: from the download under way, or a new one, or the job's document
    /// again.
    package func read(
        _ artifact: StoredArtifact, of job: Job, at offset: UInt64, count: Int
    ) async throws(Failure) -> ReadReply {
        guard let source = artifact.source.flatMap(ArtifactSource.init(text:)) else {
            let job = try await refetch(job)
            guard let artifact = job.artifact(artifact.slot), let blob = blob(artifact.slot, of: job) else {
                throw Failure(
                    .cacheFailed, "\(artifact.name) of job \(job.id) is no longer in the cache, nor at the API")
            }
            return .file(blob, offset: offset, length: count, size: blob.size)
        }
        var supply = try downloads.supply(artifact.name, from: source, of: job)
        if case .stored(let stored) = supply {
            if let blob = blob(stored.slot, of: job) {
                return .file(blob, offset: offset, length: count, size: blob.size)
            }
            supply = try downloads.supply(artifact.name, from: source, of: job, isLost: true)
        }
        guard case .arriving(let download) = supply else {
            throw Failure(.cacheFailed, "\(artifact.name) of job \(job.id) is not in the cache where it was just put")
        }
        let (end, overflow) = offset.addingReportingOverflow(UInt64(count))
        let available = try await download.bytes(upTo: overflow ? .max : end)
        return .file(download, offset: offset, length: count, size: available)
    }

    /// The job's document once more, for a file that was cut out of it and is gone from the disk.
    private func refetch(_ job: Job) async throws(Failure) -> Job {
        try await fetches.join(job.id) { [fetcher] () throws(Failure) in try await fetcher.fetch(job.id) }
    }

    /// Lets work under way end within `grace`; nothing new is begun.
    package func close(grace: Duration) async {
        await largeResults.close(grace: grace)
        await fetches.close(grace: grace)
        await downloads.close(grace: grace)
    }
}

extension BlobFile: OpenFile {}

extension ReadReply {
    /// What of `length` bytes at `offset` lies within `size`.
    static func file(_ file: any OpenFile, offset: UInt64, length: Int, size: UInt64) -> ReadReply {
        guard offset < size else { return .bytes([]) }
        return .file(file, offset: offset, count: Int(min(UInt64(length), size - offset)))
    }
}

extension Failure {
    /// Says nothing about the job itself or the right to see it, or only that the API has let go of it.
    var leavesKnownJobsReadable: Bool {
        switch reason {
        case .keyRefused, .forbidden, .noKey, .interrupted, .shuttingDown: false
        default: true
        }
    }
}
