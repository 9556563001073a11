import Quantities
import Synchronization
import SystemPackage

/// Keeps a cache within its bounds: what was used least recently goes first, what cannot be fetched again never.
///
/// Whoever has a blob open goes on reading it. One process of a cache evicts at a time, and one caller of a process: the
/// next looks anew when it is its turn, so that nobody is content with what was done for less.
actor Evictor {
    private let index: Index
    private let shelf: BlobShelf
    let directory: CacheDirectory
    let limits: StoreLimits
    let disk: DiskQueue
    private let trouble: StoreTrouble
    private let patience: Duration
    /// Set and cleared here alone, by the run itself.
    private var current: Task<Result<Outcome, StoreError>, Never>?
    private let observer = Mutex<@Sendable ([BlobKey]) -> Void>({ _ in })

    struct Outcome: Sendable {
        var files = 0
        var bytes: UInt64 = 0
    }

    private static let batch = 128

    /// `patience` is how long another process that evicts is waited for. One that is stopped, or slow, is not waited for any
    /// longer: two that evict at once take away more than they have to, and nothing that may not go.
    init(
        index: Index, shelf: BlobShelf, directory: CacheDirectory, limits: StoreLimits, disk: DiskQueue,
        trouble: StoreTrouble, patience: Duration = .seconds(2)
    ) {
        self.index = index
        self.shelf = shelf
        self.directory = directory
        self.limits = limits
        self.disk = disk
        self.trouble = trouble
        self.patience = patience
    }

    /// Calls `observer` with what was removed, before the disk is looked at again: a blob takes its room for as long as
    /// someone has it open. One observer.
    nonisolated func observe(_ observer: @escaping @Sendable ([BlobKey]) -> Void) {
        self.observer.withLock { $0 = observer }
    }

    /// Whether the cache is out of bounds now. One row, one statvfs(2), and a listing of what is on its way in.
    nonisolated func isDue(_ limits: StoreLimits? = nil) -> Bool { (try? excess(limits ?? self.limits)) ?? 0 > 0 }

    /// Evicts until the cache is within these bounds, or nothing may go any more, and at least so many bytes if there are: the
    /// disk may refuse what its numbers would allow, as under a quota. Waits for an eviction that is under way.
    @discardableResult
    func run(_ limits: StoreLimits? = nil, atLeast least: UInt64 = 0) async throws(StoreError) -> Outcome {
        while let current { _ = await current.value }
        let task = Task {
            defer { current = nil }
            do throws(StoreError) {
                return Result<Outcome, StoreError>.success(try await evict(limits ?? self.limits, least))
            } catch {
                return .failure(error)
            }
        }
        current = task
        return try await task.value.get()
    }

    private func evict(_ limits: StoreLimits, _ least: UInt64) async throws(StoreError) -> Outcome {
        var outcome = Outcome()
        guard try due(limits, least) > 0 else { return outcome }
        let lock = try await turn()
        defer { withExtendedLifetime(lock) {} }
        // Whoever evicted before may have made room enough.
        var excess = try due(limits, least)
        // What nobody fetches now goes first: it is no file yet.
        let (directory, needed) = (directory, excess)
        excess -|= try await disk.run { () throws(StoreError) in directory.dropPartials(freeing: needed).bytes }
        var last: EvictionCandidate.Position?
        while excess > 0 {
            let candidates = try index.leastUsed(after: last, limit: Self.batch)
            guard let end = candidates.last else { break }
            last = end.position
            let (shelf, wanted) = (shelf, excess)
            // The bytes first: a row without its blob is noticed and mended, a blob without its row would stay for ever.
            let verdicts = try await disk.run { () throws(StoreError) in
                var freed: UInt64 = 0
                var verdicts: [EvictionVerdict] = []
                for candidate in candidates where freed < wanted {
                    let verdict = EvictionVerdict(removing: candidate, from: shelf)
                    freed = freed.saturating(adding: verdict.freed)
                    verdicts.append(verdict)
                }
                return verdicts
            }
            let gone = verdicts.filter(\.isGone)
            observer.withLock { $0 }(gone.compactMap(\.candidate.key))
            // On a full disk there may be no room for the rows: they are mended by whoever looks for the files.
            do throws(StoreError) { try await index.settle(verdicts) } catch {
                guard error.isOutOfRoom else { throw error }
            }
            for verdict in verdicts {
                if case .setAside(let path) = verdict.fate, let key = verdict.candidate.key {
                    trouble.report(
                        .quarantined(
                            name: verdict.candidate.artifact?.name ?? "\(key.slot.rawValue)", job: key.job,
                            to: path.string))
                }
                guard verdict.freed > 0 else { continue }
                outcome.files += 1
                outcome.bytes = outcome.bytes.saturating(adding: verdict.freed)
                excess = excess.saturating(subtracting: verdict.freed)
            }
        }
        if outcome.files > 0 { trouble.report(.evicted(files: outcome.files, bytes: outcome.bytes)) }
        return outcome
    }

    /// The right to evict among all processes; nil when the one that has it keeps it for too long.
    private func turn() async throws(StoreError) -> FetchLock? {
        let path = directory.claims.appending("eviction")
        let end = ContinuousClock.now + patience
        var pause = Duration.milliseconds(2)
        while true {
            if let lock = try FetchLock.take(path) { return lock }
            guard ContinuousClock.now < end else { return nil }
            do { try await Task.sleep(for: pause) } catch { return nil }
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    private nonisolated func due(_ limits: StoreLimits, _ least: UInt64) throws(StoreError) -> UInt64 {
        max(try excess(limits), least)
    }

    private nonisolated func excess(_ limits: StoreLimits) throws(StoreError) -> UInt64 {
        limits.excess(try space())
    }

    /// What the cache takes of the disk now. One row, one statvfs(2), and a listing of what is on its way in.
    nonisolated func space() throws(StoreError) -> StoreSpace {
        var space = try index.space()
        if let disk = directory.space() { (space.free, space.total) = disk }
        space.arriving = directory.arrivingBytes()
        return space
    }
}
