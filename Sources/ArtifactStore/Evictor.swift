import Quantities
import Synchronization
import SystemPackage

/// Keeps a cache within its bounds: what was used least recently goes first, what cannot be fetched again never.
///
/// Whoever has a blob open goes on reading it. One process of a cache evicts at a time.
actor Evictor {
    private let index: Index
    private let shelf: BlobShelf
    private let directory: CacheDirectory
    private let limits: StoreLimits
    private let disk: DiskQueue
    private let trouble: StoreTrouble
    private var task: Task<Result<Outcome, StoreError>, Never>?
    private let observer = Mutex<@Sendable ([BlobKey]) -> Void>({ _ in })

    struct Outcome: Sendable {
        var files = 0
        var bytes: UInt64 = 0
    }

    private static let batch = 128

    init(
        index: Index, shelf: BlobShelf, directory: CacheDirectory, limits: StoreLimits, disk: DiskQueue,
        trouble: StoreTrouble
    ) {
        self.index = index
        self.shelf = shelf
        self.directory = directory
        self.limits = limits
        self.disk = disk
        self.trouble = trouble
    }

    /// Calls `observer` with what was removed, before the disk is looked at again: a blob takes its room for as long as
    /// someone has it open. One observer.
    nonisolated func observe(_ observer: @escaping @Sendable ([BlobKey]) -> Void) {
        self.observer.withLock { $0 = observer }
    }

    /// Whether the cache is out of bounds now. One row and one statvfs(2).
    nonisolated func isDue(_ limits: StoreLimits? = nil) -> Bool { (try? excess(limits ?? self.limits)) ?? 0 > 0 }

    /// Evicts until the cache is within its bounds, or nothing may go any more. Joins an eviction under way.
    @discardableResult
    func run(_ limits: StoreLimits? = nil) async throws(StoreError) -> Outcome {
        let task =
            task
            ?? Task {
                do throws(StoreError) { return .success(try await evict(limits ?? self.limits)) } catch {
                    return .failure(error)
                }
            }
        self.task = task
        defer { self.task = nil }
        return try await task.value.get()
    }

    private func evict(_ limits: StoreLimits) async throws(StoreError) -> Outcome {
        let path = directory.claims.appending("eviction")
        var outcome = Outcome()
        guard let lock = try FetchLock.take(path) else { return outcome }
        defer { withExtendedLifetime(lock) {} }
        var excess = try excess(limits)
        while excess > 0 {
            let candidates = try index.leastUsed(limit: Self.batch)
            guard !candidates.isEmpty else { break }
            var places: [ArtifactPlace] = []
            var keys: [BlobKey] = []
            for candidate in candidates where excess > 0 {
                places.append(candidate.place)
                keys.append(candidate.key)
                outcome.files += 1
                outcome.bytes +|= candidate.bytes
                // A row of no bytes must not keep this going for ever: it goes too, and the rows come to an end.
                excess -|= min(excess, candidate.bytes)
            }
            let (shelf, gone) = (shelf, keys)
            // The bytes first: a row without its blob is noticed and mended, a blob without its row would stay for ever.
            try await disk.run { () throws(StoreError) in for key in gone { shelf.remove(key) } }
            observer.withLock { $0 }(keys)
            try await index.forgetBlobs(places)
        }
        if outcome.files > 0 { trouble.report(.evicted(files: outcome.files, bytes: outcome.bytes)) }
        return outcome
    }

    private nonisolated func excess(_ limits: StoreLimits) throws(StoreError) -> UInt64 {
        let space = directory.space()
        return limits.excess(used: try index.usedBytes(), free: space?.free ?? .max, total: space?.total ?? 0)
    }
}
