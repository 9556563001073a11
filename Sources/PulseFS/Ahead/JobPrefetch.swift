import ArtifactStore
import Synchronization

/// Asks for the jobs that whoever goes through the listed jobs one after the other, as `grep -r` does, is going to read next.
///
/// Names and attributes start nothing: only reads do. What a job is asked for is what was read of those before it.
actor JobPrefetch {
    /// Requests ahead of all readers at a time.
    static let width = 16

    private let next: @Sendable (_ after: JobOrdinal, _ count: Int) -> [JobOrdinal]
    private let fetch: @Sendable (JobOrdinal, Set<ArtifactSlot>) async -> Void
    private let latest = Mutex<Read?>(nil)
    private var reading = ReadingRun<JobOrdinal, ListingOrder>()
    /// The files that were read of jobs of this run.
    private var wanted: Set<ArtifactSlot> = []
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
        next: @escaping @Sendable (_ after: JobOrdinal, _ count: Int) -> [JobOrdinal],
        fetch: @escaping @Sendable (JobOrdinal, Set<ArtifactSlot>) async -> Void
    ) {
        self.next = next
        self.fetch = fetch
    }

    /// Takes in that someone begins to read a file of a job. Does not wait.
    nonisolated func noticeRead(of slot: ArtifactSlot, of job: JobOrdinal) {
        let read = Read(job: job, slot: slot.isImage ? .firstImage : slot)
        let isNews = latest.withLock { latest in
            defer { latest = read }
            return latest != read
        }
        if isNews { Task { await take(read) } }
    }

    private func take(_ read: Read) {
        let isAnother = read.job != reading.latest
        let advice = reading.read(read.job, in: [.listing]) { job, _, count in next(job, count) }
        // A run is of what was read of its jobs, the first one included.
        if isAnother, !reading.isRunning { wanted = [] }
        wanted.insert(read.slot)
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
