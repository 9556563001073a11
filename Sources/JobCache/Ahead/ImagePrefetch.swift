import ArtifactStore
import Quantities
import Synchronization

/// Fetches the images that whoever reads a job's images one after the other is going to read next.
///
/// A look at names and sizes starts nothing: only reads do. What is fetched ahead is bounded in bytes and in number, and given
/// up when nobody follows.
final class ImagePrefetch: Sendable {
    /// What is on its way.
    private struct Ahead {
        let slot: ArtifactSlot
        /// The bytes it is taken to have.
        let size: UInt64
        let since: ContinuousClock.Instant
    }

    private struct State {
        var runs = GenerationCache<JobOrdinal, ImageRun>(generation: 64)
        var underWay: [ArtifactKey: Ahead] = [:]
        var isClosed = false
    }

    /// Bytes of an image of which nothing is known.
    private static let usualSize: UInt64 = 256 << 10
    /// A run that nobody has followed for so long is over.
    static let patience = Duration.seconds(5)

    private let downloads: ArtifactDownloads
    private let rules: PrefetchRules
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    init(
        _ downloads: ArtifactDownloads, _ rules: PrefetchRules, clock: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.downloads = downloads
        self.rules = rules
        self.clock = clock
    }

    /// Takes in that a thread begins to read an image. Does not wait, and does nothing on the disk.
    func noticeRead(of slot: ArtifactSlot, of job: Job, by reader: Int32) {
        let now = clock()
        let hasMore = state.withLock { state in
            guard !state.isClosed else { return false }
            var run = state.runs.value(for: job.ordinal) ?? ImageRun(job: job, readAt: now)
            (run.job, run.reader, run.readAt) = (job, reader, now)
            // Whoever lists a directory and then reads a file of it, as cp and grep do, reads on.
            let hasListed = run.listing.map { $0.reader == reader && $0.at.duration(to: now) < Self.patience } ?? false
            if run.listing?.reader == reader { run.listing = nil }
            let advice = run.noticeRead(of: slot, hasListed: hasListed)
            run.queue.removeAll { $0 == slot || advice.drop.contains($0) }
            run.queue += advice.fetch
            state.runs.set(run, for: job.ordinal)
            return !advice.fetch.isEmpty
        }
        if hasMore { Task { fill(from: job.ordinal) } }
    }

    /// Takes in that a thread lists the images of a job, which starts nothing.
    func noticeListing(of job: Job, by reader: Int32) {
        guard reader != 0 else { return }
        let now = clock()
        state.withLock { state in
            var run = state.runs.value(for: job.ordinal) ?? ImageRun(job: job, readAt: now)
            run.listing = Listing(reader: reader, at: now)
            state.runs.set(run, for: job.ordinal)
        }
    }

    /// Takes in that a thread waits for bytes of a job's image; `noticeAnswer` is to follow.
    func noticeWait(of job: Job) {
        let now = clock()
        state.withLock { state in
            var run = state.runs.value(for: job.ordinal) ?? ImageRun(job: job, readAt: now)
            run.waiting += 1
            state.runs.set(run, for: job.ordinal)
        }
    }

    /// Takes in that a thread has the bytes that it waited for, or is told that there are none.
    func noticeAnswer(of job: Job) {
        let now = clock()
        state.withLock { state in
            guard var run = state.runs.value(for: job.ordinal) else { return }
            (run.waiting, run.readAt) = (max(0, run.waiting - 1), now)
            state.runs.set(run, for: job.ordinal)
        }
    }

    /// Takes in that a thread has been told the size that it asked for: what it does next it does from now on.
    func noticeLookAnswer(of job: Job, by reader: Int32) {
        let now = clock()
        state.withLock { state in
            guard var run = state.runs.value(for: job.ordinal), run.listing?.reader == reader else { return }
            run.listing?.at = now
            state.runs.set(run, for: job.ordinal)
        }
    }

    /// Whether a look at this image is likely to be followed by a read: whoever looks has just read the one before it.
    func expectsRead(of slot: ArtifactSlot, of job: Job, by reader: Int32) -> Bool {
        guard reader != 0 else { return false }
        return state.withLock { state in
            guard let run = state.runs.value(for: job.ordinal), run.reader == reader,
                run.isRecent(at: clock(), Self.patience)
            else { return false }
            return run.reading.expects(slot) || run.follows(slot)
        }
    }

    /// A download has ended: there may be room for another. True if it was ahead of its readers.
    func ended(_ key: ArtifactKey) -> Bool {
        let wasAhead = state.withLock { $0.underWay.removeValue(forKey: key) != nil }
        if wasAhead { fill(from: key.job) }
        return wasAhead
    }

    /// Ends the runs that nobody has followed lately, and gives up what has been on its way for so long and nobody is expected
    /// to read. What a run that went elsewhere has begun may still come meanwhile: it is asked for already.
    func sweep() {
        let now = clock()
        let idle = state.withLock { state -> [ArtifactKey] in
            for run in state.runs.values
            where run.reading.isRunning && !run.isRecent(at: now, Self.patience) {
                var ended = run
                ended.end()
                state.runs.set(ended, for: run.job.ordinal)
            }
            return state.underWay.filter { key, ahead in
                ahead.since.duration(to: now) >= Self.patience
                    && state.runs.value(for: key.job)?.reading.expects(ahead.slot) != true
            }.map(\.key)
        }
        for key in idle { downloads.abandon(key) }
    }

    func close() { state.withLock { $0.isClosed = true } }

    // MARK: Fetching

    /// Starts what there is room for, of one job.
    private func fill(from ordinal: JobOrdinal) {
        while let (artifact, source, job) = next(of: ordinal) {
            let key = ArtifactKey(job, artifact.name, source)
            let supply = try? downloads.supply(artifact.name, from: source, of: job, for: .ahead)
            // It may be there already, and it may have ended before this was noted.
            guard case .arriving(let download) = supply, !download.isComplete else {
                _ = state.withLock { $0.underWay.removeValue(forKey: key) }
                continue
            }
        }
    }

    /// The next image of a job to fetch, counted as on its way; nil when there is none, or no room.
    private func next(of ordinal: JobOrdinal) -> (StoredArtifact, ArtifactSource, Job)? {
        state.withLock { state in
            guard !state.isClosed, var run = state.runs.value(for: ordinal) else { return nil }
            defer { state.runs.set(run, for: ordinal) }
            while let slot = run.queue.first {
                guard let artifact = run.job.artifact(slot), !artifact.isStored,
                    let source = artifact.source.flatMap(ArtifactSource.init(text:))
                else {
                    run.queue.removeFirst()
                    continue
                }
                let key = ArtifactKey(run.job, artifact.name, source)
                let size = artifact.size ?? Self.usualSize
                let bytes = state.underWay.values.map(\.size).saturatingSum
                let most = rules.mostBytes(isFollowed: run.reading.isFollowed)
                let isRoom = bytes +| size <= most && state.underWay.count < rules.mostFiles
                guard isRoom || state.underWay.isEmpty else { return nil }
                run.queue.removeFirst()
                guard state.underWay[key] == nil else { continue }
                state.underWay[key] = Ahead(slot: slot, size: size, since: clock())
                return (artifact, source, run.job)
            }
            return nil
        }
    }
}
