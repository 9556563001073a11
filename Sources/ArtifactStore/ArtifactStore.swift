import Quantities
import Synchronization
import System
package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A cache directory: facts and bytes of jobs, durable, shared by whoever opens it.
///
/// Knows neither the network nor the kernel. Looking facts up and opening a blob are synchronous and touch only the local
/// disk; everything that writes is asynchronous and runs elsewhere than on the caller's thread.
package final class ArtifactStore: Sendable {
    package let directory: CacheDirectory
    package let limits: StoreLimits
    package let steps: PublishingSteps
    let index: Index
    let shelf: BlobShelf
    let disk: DiskQueue
    let trouble = StoreTrouble()
    let evictor: Evictor
    let ledgerFile: Ledger
    let rescueShelf: RescueShelf?
    private let secret: FingerprintSecret
    private let uses: UseNotes
    let unkept: UnkeptBlobs
    /// What files take of memory that the disk does not take.
    let memory: MemoryBudget
    /// Room for bytes on their way in.
    package let arrivals: ArrivalRoom
    /// For what is fetched at a time, by this process.
    let fetches: Seats
    private let substitute: Substitute?

    /// What a cache has that stands in the place of one which cannot be written.
    private struct Substitute {
        /// Its directory, which ends with it.
        let place: TemporaryCache
        /// The blobs of the other one, which can be read.
        let readOnly: BlobShelf
    }

    /// How often this object has read its index.
    package var indexReads: UInt64 { index.reads.load(ordering: .relaxed) }

    /// What is here goes when this is released: nothing may be put here that cannot be fetched again.
    package var isTemporary: Bool { substitute != nil }

    /// Opens the cache at `path`, made if missing. Refuses a directory that others own or can write.
    ///
    /// `rescue` is a directory elsewhere, made when it is needed, that keeps what can be fetched only once while the cache's
    /// disk has no room for it.
    package convenience init(
        at path: FilePath, limits: StoreLimits = .standard, steps: PublishingSteps = PublishingSteps(),
        rescue: FilePath? = nil, descriptors: StoreDescriptors = .standard
    ) throws(StoreError) {
        let directory = try CacheDirectory(at: path)
        let secret = try FingerprintSecret(at: directory.secret)
        try self.init(
            directory, secret, limits, steps, substitute: nil, rescue: rescue, descriptors: descriptors)
    }

    /// A cache that ends with this object, in the place of one at `path` that cannot be written. What that one has is used
    /// where it can be read.
    package convenience init(
        temporaryInsteadOf path: FilePath, descriptors: StoreDescriptors = .standard
    ) throws(StoreError) {
        let temporary = try TemporaryCache()
        let directory = try CacheDirectory(at: temporary.path)
        let secret =
            if let kept = FingerprintSecret(reading: path.appending("secret")) { kept } else {
                try FingerprintSecret(at: directory.secret)
            }
        let shelf = BlobShelf(
            root: path.appending("blobs"), quarantine: directory.quarantine, steps: PublishingSteps())
        try self.init(
            directory, secret, StoreLimits(size: Self.temporarySize), PublishingSteps(),
            substitute: Substitute(place: temporary, readOnly: shelf), rescue: nil, descriptors: descriptors)
    }

    /// It takes memory, as a rule.
    private static let temporarySize: UInt64 = 48 << 20
    /// Bytes of memory for files that the disk does not take.
    private static let mostInMemory: UInt64 = 32 << 20

    private init(
        _ directory: CacheDirectory, _ secret: FingerprintSecret, _ limits: StoreLimits, _ steps: PublishingSteps,
        substitute: Substitute?, rescue: FilePath?, descriptors: StoreDescriptors
    ) throws(StoreError) {
        rescueShelf = rescue.map { RescueShelf(directory: $0) }
        self.limits = limits
        self.steps = steps
        self.directory = directory
        self.secret = secret
        self.substitute = substitute
        let shelf = BlobShelf(root: directory.blobs, quarantine: directory.quarantine, steps: steps)
        self.shelf = shelf
        index = try Self.index(in: directory, shelf, readers: descriptors.indexReaders)
        disk = DiskQueue(label: "pulsefs.store", width: descriptors.diskWork)
        fetches = Seats(descriptors.fetches)
        let most = substitute == nil ? Self.mostInMemory : Self.mostInMemory / 4
        let unkept = UnkeptBlobs(limit: most / 4 *| 3)
        self.unkept = unkept
        memory = MemoryBudget(limit: most) { unkept.giveUp() }
        ledgerFile = Ledger(path: directory.ledger)
        uses = UseNotes(index: index)
        evictor = Evictor(
            index: index, shelf: shelf, directory: directory, limits: limits, disk: disk, trouble: trouble)
        arrivals = ArrivalRoom { [evictor] wish in await evictor.roomToWrite(wish) }
    }

    /// The index; on a full disk, which has no room to open it, files that can be fetched again go first.
    private static func index(
        in directory: CacheDirectory, _ shelf: BlobShelf, readers: Int
    ) throws(StoreError) -> Index {
        do throws(StoreError) { return try Index(in: directory, readers: readers) } catch {
            guard error.isOutOfRoom else { throw error }
            var freed = directory.dropPartials(freeing: roomForIndex).bytes
            if freed < roomForIndex { freed +|= shelf.makeRoom(roomForIndex -| freed) }
            guard freed > 0 else { throw error }
            return try Index(in: directory, readers: readers)
        }
    }

    /// Bytes for the log of the index and what its users share.
    private static let roomForIndex: UInt64 = 1 << 20

    /// Calls `observer` with what the owner of the cache should know. One observer.
    package func observe(_ observer: @escaping @Sendable (StoreEvent) -> Void) { trouble.observe(observer) }

    /// Calls `observer` with blobs that this process has just evicted, whose room on the disk is free once nobody has them
    /// open. One observer.
    package func observeEvictions(_ observer: @escaping @Sendable ([BlobKey]) -> Void) { evictor.observe(observer) }

    /// Calls `observer`, on any thread, when there are no descriptors left for a blob that is to be read. One observer.
    package func observeShortage(_ observer: @escaping @Sendable () -> Void) { shelf.shortage.observe(observer) }

    /// Enters what is still to be written. Call it before the process ends.
    package func close() async { await uses.flush() }

    static var now: Timestamp { .now }

    // MARK: Facts

    package func fingerprint(ofKey key: String) -> KeyFingerprint { secret.fingerprint(of: key) }

    package func tree(origin: String, id: String) throws(StoreError) -> StoredTree? {
        try index.tree(origin: origin, id: id)
    }

    package func tree(_ ordinal: JobOrdinal) throws(StoreError) -> StoredTree? { try index.tree(ordinal) }

    /// One file of a job, by its number if that is known, and by its name else.
    package func artifact(
        of job: JobOrdinal, _ slot: ArtifactSlot?, named name: String
    ) throws(StoreError) -> StoredArtifact? {
        try index.artifact(of: job, slot, named: name)
    }

    package func isKnown(_ job: JobOrdinal) throws(StoreError) -> Bool { try index.isKnown(job) }

    /// The jobs that `fingerprint` may read, or all without one, by ordinal, at most `limit` after `ordinal`.
    package func knownJobs(
        origin: String, fingerprint: KeyFingerprint?, after ordinal: JobOrdinal, limit: Int
    ) throws(StoreError) -> [KnownJob] {
        try index.knownJobs(origin: origin, fingerprint: fingerprint, after: ordinal, limit: limit)
    }

    /// Differs from what it was whenever a job or a grant has come or gone, by any process of the cache.
    package func listing() throws(StoreError) -> ListingState { try index.listing() }

    package func isGranted(_ ordinal: JobOrdinal, to fingerprint: KeyFingerprint) throws(StoreError) -> Bool {
        try index.isGranted(ordinal, to: fingerprint)
    }

    /// Takes a grant back: the API has said no to this key for this job.
    package func revoke(_ ordinal: JobOrdinal, from fingerprint: KeyFingerprint) async throws(StoreError) {
        try await index.revoke(ordinal, from: fingerprint)
    }

    /// Takes in what the API has just said of a job, and that it said so to `fingerprint`.
    ///
    /// `artifacts` replace those of the same slot; nil leaves them as they are. A file that is not stored, as the caller has
    /// it, and whose blob is here all the same, becomes a stored one.
    package func record(
        _ job: StoredJob, artifacts: [StoredArtifact]?, grantedTo fingerprint: KeyFingerprint
    ) async throws(StoreError) -> JobOrdinal {
        let found = artifacts.map { withBlobsFound($0, of: job) }
        let ordinal = try await index.record(job, artifacts: found, grantedTo: fingerprint, at: Self.now)
        steps.reached(.indexed)
        evictIfDue()
        return ordinal
    }

    package func put(_ artifact: StoredArtifact, of job: JobOrdinal) async throws(StoreError) {
        try await index.put(artifact, of: job, at: Self.now)
        steps.reached(.indexed)
        evictIfDue()
    }

    /// Enters sizes that became known before the bytes have come, all or none. What is stored by now, or forgotten, stays
    /// as it is.
    package func learn(_ sizes: [LearntSize]) async throws(StoreError) { try await index.learn(sizes) }

    /// A blob counts once it has its row: before that, the last one would always be one too many.
    private func evictIfDue() {
        if evictor.isDue() { Task { [evictor] in try? await evictor.run() } }
    }

    /// The slot of a name that no listing has; given on the first call, the same ever after.
    package func slot(
        forUnlisted name: String, of job: JobOrdinal, from first: ArtifactSlot
    ) async throws(StoreError) -> ArtifactSlot {
        try await index.slot(forUnlisted: name, of: job, from: first)
    }

    // MARK: Bytes

    /// Runs work that reads or writes spool files, away from the caller's thread.
    package func onDisk<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await disk.run(work)
    }

    /// When the bytes of a blob were written; nil when it is not on the disk. Costs one lstat(2).
    package func publicationTime(of key: BlobKey) -> Timestamp? {
        FileFacts(of: shelf.path(key)).map { Timestamp(seconds: Int64($0.modified), nanoseconds: $0.modifiedFraction) }
    }

    /// Nil when the blob is not here, or not whole.
    package func open(_ key: BlobKey) -> BlobFile? {
        shelf.open(key) ?? unkept.blob(key) ?? substitute?.readOnly.open(key)
    }

    /// Says that a blob was used, which is what eviction goes by.
    package func noteUse(of slot: ArtifactSlot, job: JobOrdinal) {
        uses.note(ArtifactPlace(job: job, slot: slot), at: Self.now)
    }

    /// Where blobs may be: what was published here, and what stood here before.
    var shelves: [BlobShelf] { [shelf] + (substitute.map { [$0.readOnly] } ?? []) }

    /// Sets a blob aside whose bytes are not what was published, and forgets that it was here. What another process has
    /// published in its place meanwhile stays.
    package func quarantine(
        _ blob: BlobFile, _ key: BlobKey, name: String, job: JobOrdinal
    ) async throws(StoreError) {
        unkept.remove(key)
        let shelf = shelf
        let path = shelf.path(key)
        let target = try await disk.run { () throws(StoreError) -> FilePath? in
            guard let identity = FileIdentity(of: blob.descriptor), identity == FileIdentity(of: path) else {
                return nil
            }
            return try shelf.setAside(key)
        }
        guard let target else { return }
        trouble.report(.quarantined(name: name, job: key.job, to: target.string))
        try await index.forgetBlobs([ArtifactPlace(job: job, slot: key.slot)])
    }
}
