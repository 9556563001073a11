import ArtifactStore
import Synchronization

/// Asks for the jobs that whoever goes through the listed jobs one after the other, as `grep -r` does, is going to read next.
///
/// Names and attributes start nothing: only reads do. What a job is asked for is what was read of those before it, and the parts if
/// those before it were listed with theirs.
actor JobPrefetch {
    /// Requests ahead of all readers at a time.
    static let width = 32

    private let next: @Sendable (_ after: JobOrdinal, _ count: Int) -> [JobOrdinal]
    private let fetch: @Sendable (JobOrdinal, Set<ArtifactSlot>) async -> Void
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let latest = Mutex<Read?>(nil)
    private let listing = Mutex<Listing?>(nil)
    private var reading = ReadingRun<JobOrdinal, ListingOrder>()
    /// The files that were read of jobs of this run.
    private var wanted: Set<ArtifactSlot> = []
    /// The job whose parts were listed last.
    private var listed: JobOrdinal?
    private var queue: [JobOrdinal] = []
    private var underWay = 0
    private var isClosed = false

    private enum ListingOrder { case listing }

    private struct Read: Equatable {
        let job: JobOrdinal
        let slot: ArtifactSlot
    }

    /// `next` gives the jobs that follow one in the listing. `fetch` brings what is missing of these files of a job, if that
    /// needs the network.
    init(
        clock: @escaping @Sendable () -> ContinuousClock.Instant,
        next: @escaping @Sendable (_ after: JobOrdinal, _ count: Int) -> [JobOrdinal],
        fetch: @escaping @Sendable (JobOrdinal, Set<ArtifactSlot>) async -> Void
    ) {
        self.clock = clock
        self.next = next
        self.fetch = fetch
    }

    /// Takes in that a thread lists the jobs, which starts nothing.
    nonisolated func noticeListing(by reader: Int32) {
        guard reader != 0 else { return }
        listing.withLock { $0 = Listing(reader: reader, at: clock()) }
    }

    /// Takes in that a thread begins to read a file of a job. Does not wait.
    nonisolated func noticeRead(of slot: ArtifactSlot, of job: JobOrdinal, by reader: Int32) {
        let read = Read(job: job, slot: slot.isImage ? .firstImage : slot)
        let isNews = latest.withLock { latest in
            defer { latest = read }
            return latest != read
        }
        guard isNews else { return }
        // Whoever lists the jobs and then reads in one of them, as grep does, reads on.
        let hasListed = listing.withLock { listing in
            guard let found = listing, found.reader == reader else { return false }
            listing = nil
            return found.at.duration(to: clock()) < ImagePrefetch.patience
        }
        Task { await take(read, hasListed) }
    }

    /// Takes in that parts of a job's result were made or read for someone who lists its directory. Does not wait.
    nonisolated func noticeParts(of job: JobOrdinal) { Task { await takeParts(job) } }

    private func takeParts(_ job: JobOrdinal) {
        listed = job
        if reading.isRunning, reading.latest == job || reading.expects(job) { want(.parts, beyond: []) }
        fill()
    }

    /// Of those ahead this was not asked for yet.
    private func want(_ slot: ArtifactSlot, beyond fetched: [JobOrdinal]) {
        guard wanted.insert(slot).inserted, reading.isRunning else { return }
        queue = reading.expected.filter { !fetched.contains($0) }
    }

    private func take(_ read: Read, _ hasListed: Bool) {
        let isAnother = read.job != reading.latest
        let advice = reading.read(read.job, in: [.listing], afterListing: hasListed) { job, _, count in
            next(job, count)
        }
        // A run is of what was read of its jobs, the first one included.
        if isAnother, !reading.isRunning { wanted = [] }
        want(read.slot, beyond: advice.fetch)
        if listed == read.job { want(.parts, beyond: advice.fetch) }
        queue.removeAll { $0 == read.job || advice.drop.contains($0) }
        queue += advice.fetch
        fill()
    }

    private func fill() {
        while !isClosed, underWay < Self.width, !queue.isEmpty {
            let job = queue.removeFirst()
            let wanted = wanted
            underWay += 1
            Task {
                await fetch(job, wanted)
                ended()
            }
        }
    }

    private func ended() {
        underWay -= 1
        fill()
    }

    /// Nothing new is asked for.
    func close() {
        isClosed = true
        queue = []
    }
}
