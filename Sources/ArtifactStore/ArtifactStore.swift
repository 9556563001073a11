import Quantities
import Synchronization
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
    private let fetches: Seats
    private let temporary: TemporaryCache?
    /// The blobs of a cache that can only be read, in whose place this one stands.
    private let readOnly: BlobShelf?

    /// How often this object has read its index.
    package var indexReads: UInt64 { index.reads.load(ordering: .relaxed) }

    /// What is here goes when this is released: nothing may be put here that cannot be fetched again.
    package var isTemporary: Bool { temporary != nil }

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
            directory, secret, limits, steps, temporary: nil, readOnly: nil, rescue: rescue, descriptors: descriptors)
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
            directory, secret, StoreLimits(size: Self.temporarySize), PublishingSteps(), temporary: temporary,
            readOnly: shelf, rescue: nil, descriptors: descriptors)
    }

    /// It takes memory, as a rule.
    private static let temporarySize: UInt64 = 48 << 20
    /// Bytes of memory for files that the disk does not take.
    private static let mostInMemory: UInt64 = 32 << 20

    private init(
        _ directory: CacheDirectory, _ secret: FingerprintSecret, _ limits: StoreLimits, _ steps: PublishingSteps,
        temporary: TemporaryCache?, readOnly: BlobShelf?, rescue: FilePath?, descriptors: StoreDescriptors
    ) throws(StoreError) {
        rescueShelf = rescue.map { RescueShelf(directory: $0) }
        self.limits = limits
        self.steps = steps
        self.directory = directory
        self.secret = secret
        self.temporary = temporary
        self.readOnly = readOnly
        index = try Index(in: directory, readers: descriptors.indexReaders)
        disk = DiskQueue(label: "pulsefs.store", width: descriptors.diskWork)
        fetches = Seats(descriptors.fetches)
        let most = temporary == nil ? Self.mostInMemory : Self.mostInMemory / 4
        let unkept = UnkeptBlobs(limit: most / 4 *| 3)
        self.unkept = unkept
        memory = MemoryBudget(limit: most) { unkept.giveUp() }
        shelf = BlobShelf(root: directory.blobs, quarantine: directory.quarantine, steps: steps)
        ledgerFile = Ledger(path: directory.ledger)
        uses = UseNotes(index: index)
        evictor = Evictor(
            index: index, shelf: shelf, directory: directory, limits: limits, disk: disk, trouble: trouble)
        arrivals = ArrivalRoom { [evictor] wish in await evictor.roomToWrite(wish) }
    }

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

    /// The jobs that `fingerprint` may read, by ordinal, at most `limit` after `ordinal`.
    package func knownJobs(
        origin: String, fingerprint: KeyFingerprint, after ordinal: JobOrdinal, limit: Int
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

    // MARK: Fetching once

    /// The right, among all processes of this cache, to fetch something of a job. Waits while another holds it; leaves when
    /// cancelled, or when the holder was stopped by a signal, with nil. Look at the facts again afterwards: whoever held it
    /// before may have fetched it.
    ///
    /// At most as many are held at once as there are descriptors for; whoever comes then waits.
    package func fetchLock(origin: String, id: String, what: String) async throws(StoreError) -> FetchLock? {
        let path = fetchLockPath(origin: origin, id: id, what: what)
        guard let seat = await fetches.take() else { return nil }
        return try await waiting(for: { () throws(StoreError) in try FetchLock.take(path, holding: seat) }) {
            LockHolder(ofFileAt: path)?.isStopped == true
        }
    }

    func fetchLockPath(origin: String, id: String, what: String) -> FilePath {
        let name = Hexadecimal.text(Array(OriginName.of("\(origin) \(id) \(what)").utf8).prefix(16))
        return directory.claims.appending("fetch-\(name)")
    }

    /// The claim on a job's result, if no other process of this cache, and nobody else in this one, holds it.
    ///
    /// Look at the job again afterwards: whoever held the claim before may have delivered.
    package func claimNow(origin: String, id: String) async throws(StoreError) -> SingleUseClaim? {
        let path = claimPath(origin: origin, id: id)
        return try await disk.run { () throws(StoreError) in try SingleUseClaim.take(path) }
    }

    /// Who holds the claim on a job's result, and how many bytes of it have come; nil when that cannot be seen.
    package func claimant(origin: String, id: String) -> (holder: LockHolder?, received: UInt64)? {
        let path = claimPath(origin: origin, id: id)
        return FileFacts(of: path).map { (LockHolder(ofFileAt: path), $0.size) }
    }

    /// Takes the claim on a job's result. Waits while another process of this cache holds it; leaves when cancelled, with nil.
    package func claim(origin: String, id: String) async throws(StoreError) -> SingleUseClaim? {
        let path = claimPath(origin: origin, id: id)
        return try await waiting { () throws(StoreError) in try SingleUseClaim.take(path) }
    }

    func claimPath(origin: String, id: String) -> FilePath {
        directory.claims.appending("\(OriginName.of(origin))-\(id)")
    }

    /// What `take` waits for; nil when the caller is cancelled, or `isInVain` says that there is nothing to wait for. That is
    /// asked from the second second on.
    func waiting<Lock: Sendable>(
        for take: @escaping @Sendable () throws(StoreError) -> Lock?, unless isInVain: @Sendable () -> Bool = { false }
    ) async throws(StoreError) -> Lock? {
        let begin = ContinuousClock.now
        var pause = Duration.milliseconds(2)
        while true {
            do throws(StoreError) {
                // A few system calls on the local disk: a hop to another thread would cost more.
                if let lock = try take() { return lock }
            } catch  where error.cause?.isOutOfDescriptors == true {
                // Others end and give theirs back.
                if begin.duration(to: .now) > Self.shortage { throw error }
            }
            if begin.duration(to: .now) > .seconds(1), isInVain() { return nil }
            do { try await Task.sleep(for: pause) } catch { return nil }
            pause = min(pause * 2, .milliseconds(100))
        }
    }

    /// Descriptors are waited for this long.
    private static let shortage = Duration.seconds(3)

    /// Adds a line to the ledger; on disk when this returns.
    package func enter(
        _ event: LedgerEvent, origin: String, id: String, actor: String, at time: Timestamp
    ) async throws(StoreError) {
        let ledgerFile = ledgerFile
        try await disk.run { () throws(StoreError) in
            try ledgerFile.enter(LedgerEntry(event: event, time: time, actor: actor), origin: origin, job: id)
        }
    }

    /// What the ledger says of a job, oldest first.
    package func ledger(origin: String, id: String) throws(StoreError) -> [LedgerEntry] {
        try ledgerFile.entries(origin: origin, job: id)
    }

    // MARK: Bytes

    /// A fresh file for bytes on their way in; in memory while the disk takes none. Blocks on the disk.
    package func spool() throws(StoreError) -> SpoolFile {
        do throws(StoreError) {
            let file = try SpoolFile(in: directory.spool)
            steps.reached(.spooled)
            return file
        } catch  where error.cause?.isOutOfDescriptors == true {
            shelf.shortage.report()
            throw error
        } catch {
            trouble.began(error)
            return try SpoolFile(inMemoryOf: memory)
        }
    }

    /// The same; waits where there are no descriptors.
    package func spoolWhenPossible() async throws(StoreError) -> SpoolFile {
        let begin = ContinuousClock.now
        while true {
            do throws(StoreError) { return try spool() } catch  where error.cause?.isOutOfDescriptors == true {
                guard begin.duration(to: .now) < Self.shortage else { throw error }
                do { try await Task.sleep(for: .milliseconds(20)) } catch { throw cancelled }
            }
        }
    }

    private var cancelled: StoreError { StoreError(.system, "cannot make a file in the cache", cause: .canceled) }

    /// Takes note that the cache cannot be written.
    package func reportUnwritable(_ error: StoreError) { trouble.began(error) }

    /// A file in memory that holds these ranges of another, each in its place, for when the disk takes no more. Throws
    /// `.outgrown` when memory has no room for them.
    package func spoolInMemory(
        holding ranges: [Range<UInt64>], of file: SpoolFile, because error: StoreError
    ) throws(StoreError) -> SpoolFile {
        trouble.began(error)
        let copy = try SpoolFile(inMemoryOf: memory)
        for range in ranges { try file.copy(range, inPlaceTo: copy) }
        return copy
    }

    /// A fresh file in memory, after the disk has refused one.
    package func spoolInMemory(because error: StoreError) throws(StoreError) -> SpoolFile {
        trouble.began(error)
        return try SpoolFile(inMemoryOf: memory)
    }

    /// Bytes of memory that one file may take at the most.
    package var mostInMemory: UInt64 { memory.limit }

    /// Makes the spooled bytes a blob: digest, label, fsync, rename, fsync of the directory. Only then is it there.
    ///
    /// Where the disk takes it not, even after others have gone, the blob is in memory alone: `isKept` says so.
    package func publish(_ spool: SpoolFile, _ facts: BlobFacts) async throws(StoreError) -> BlobFile {
        // What is on the disk already needs room for what stands behind it alone.
        let missing = (spool.isInMemory ? try spool.size() : 0) +| (1 << 20)
        let mayFit = spool.isInMemory ? await arrivals.find(missing, of: missing) : true
        for attempt in 0..<2 where mayFit {
            do throws(StoreError) {
                let blob = try await publishOnDisk(spool, facts)
                trouble.written()
                unkept.remove(facts.key)
                return blob
            } catch  where error.code == .system {
                if attempt == 0, error.cause == .noSpace || error.cause == .diskQuotaExceeded {
                    try await evictor.run(limits.makingRoom(for: missing), atLeast: missing)
                    continue
                }
                trouble.began(error)
            }
        }
        let memory = memory
        let blob = try await disk.run { () throws(StoreError) in
            if !spool.isInMemory, let copy = try? SpoolFile(inMemoryOf: memory) {
                // What has no name on the disk would take its room there all the same.
                do throws(StoreError) {
                    try spool.copy(0..<(try spool.size()), to: copy)
                    return try BlobShelf.unkept(copy, facts)
                } catch  where error.code == .outgrown {}
            }
            return try BlobShelf.unkept(spool, facts)
        }
        if blob.isInMemory { unkept.put(blob, as: facts.key) }
        return blob
    }

    /// Makes the file that a result was downloaded into the blob of it: its bytes are written once. When this fails the
    /// claim's document holds what it held before.
    package func adopt(_ claim: SingleUseClaim, _ facts: BlobFacts) async throws(StoreError) -> BlobFile {
        let shelf = shelf
        var isLast = false
        while true {
            do throws(StoreError) {
                let blob = try await disk.run { () throws(StoreError) in try shelf.publish(claim.document, facts) }
                trouble.written()
                return blob
            } catch {
                trouble.began(error)
                guard error.code == .system, !isLast, error.isOutOfRoom else { throw error }
                isLast = true
                _ = try await evict(atLeast: Self.roomForLabels)
            }
        }
    }

    /// Bytes for what stands behind a blob, and the rows and lines about it.
    static let roomForLabels: UInt64 = 1 << 20

    /// Makes room for a result that can be fetched only once, and sets it apart: `bytes` of it from its beginning, and what
    /// is written about it. What can be fetched again goes for it, if need be. Throws `.system` when there is none.
    package func reserve(_ bytes: UInt64, for claim: SingleUseClaim) async throws(StoreError) {
        let wanted = bytes +| (bytes / BlobLabel.chunkSize *| 8) +| Self.leastRoomForLabels
        let refusal: StoreError
        do throws(StoreError) {
            return try await disk.run { () throws(StoreError) in try claim.document.reserve(wanted) }
        } catch {
            guard error.isOutOfRoom else { throw error }
            refusal = error
        }
        let present = FileFacts(of: claim.document.descriptor)?.allocated ?? 0
        let missing = wanted -| present
        // A quota is not seen from outside, and what is kept free of the disk is there for this.
        var hasGone = try await makeRoom(for: missing)
        if !hasGone { hasGone = try await evict(atLeast: missing) }
        guard hasGone else { throw refusal }
        try await disk.run { () throws(StoreError) in try claim.document.reserve(wanted) }
    }

    private static let leastRoomForLabels: UInt64 = 64 << 10

    /// Copies the first bytes of a claim's document aside, where the disk has room for them: another version is about to take
    /// their place. Blocks on the disk.
    package func keepAside(_ claim: SingleUseClaim, first count: UInt64) {
        let name = claim.document.path.lastComponent?.string ?? "part"
        do throws(StoreError) {
            let copy = try SpoolFile(in: directory.spool)
            try copy.reserve(count)
            try claim.document.copy(0..<count, to: copy)
            _ = try copy.setAside(in: directory.aside, as: name)
        } catch {
            trouble.began(error)
        }
    }

    /// What is kept aside of a job's result, in the order it came: answers that are no results, and parts of one.
    package func kept(origin: String, id: String) -> [(path: FilePath, bytes: UInt64)] {
        let name = "\(OriginName.of(origin))-\(id)"
        let files = DirectoryListing.names(in: directory.aside).filter { $0 == name || $0.hasPrefix("\(name).") }
        return files.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.map { file in
            let path = directory.aside.appending(file)
            return (path, FileFacts(of: path)?.size ?? 0)
        }
    }

    private func publishOnDisk(_ spool: SpoolFile, _ facts: BlobFacts) async throws(StoreError) -> BlobFile {
        let (shelf, directory) = (shelf, directory)
        return try await disk.run { () throws(StoreError) in
            guard spool.isInMemory else { return try shelf.publish(spool, facts) }
            let copy = try SpoolFile(in: directory.spool)
            try spool.copy(0..<(try spool.size()), to: copy)
            return try shelf.publish(copy, facts)
        }
    }

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
        shelf.open(key) ?? unkept.blob(key) ?? readOnly?.open(key)
    }

    /// Says that a blob was used, which is what eviction goes by.
    package func noteUse(of slot: ArtifactSlot, job: JobOrdinal) {
        uses.note(ArtifactPlace(job: job, slot: slot), at: Self.now)
    }

    /// Where blobs may be: what was published here, and what stood here before.
    var shelves: [BlobShelf] { [shelf] + (readOnly.map { [$0] } ?? []) }

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
