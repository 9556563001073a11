package import SystemPackage

/// A cache directory: facts and bytes of jobs, durable, shared by whoever opens it.
///
/// Knows neither the network nor the kernel. Looking facts up and opening a blob are synchronous and touch only the local
/// disk; everything that writes is asynchronous and runs elsewhere than on the caller's thread.
package final class ArtifactStore: Sendable {
    package let directory: CacheDirectory
    private let index: Index
    private let shelf: BlobShelf
    private let secret: FingerprintSecret
    private let disk = DiskQueue(label: "pulsefs.store", width: 8)

    /// Opens the cache at `path`, made if missing. Refuses a directory that others own or can write.
    package init(at path: FilePath) throws(StoreError) {
        directory = try CacheDirectory(at: path)
        secret = try FingerprintSecret(at: directory.secret)
        index = try Index(at: directory.index)
        shelf = BlobShelf(root: directory.blobs)
    }

    // MARK: Facts

    package func fingerprint(ofKey key: String) -> KeyFingerprint { secret.fingerprint(of: key) }

    package func tree(origin: String, id: String) throws(StoreError) -> StoredTree? {
        try index.tree(origin: origin, id: id)
    }

    package func tree(_ ordinal: JobOrdinal) throws(StoreError) -> StoredTree? { try index.tree(ordinal) }

    /// The jobs that `fingerprint` may read, by ordinal, at most `limit` after `ordinal`.
    package func knownJobs(
        origin: String, fingerprint: KeyFingerprint, after ordinal: JobOrdinal, limit: Int
    ) throws(StoreError) -> [KnownJob] {
        try index.knownJobs(origin: origin, fingerprint: fingerprint, after: ordinal, limit: limit)
    }

    /// The highest ordinal of a job that `fingerprint` may read; nil when there is none. Changes when a job becomes known.
    package func newestKnownJob(fingerprint: KeyFingerprint) throws(StoreError) -> JobOrdinal? {
        try index.newestKnownJob(fingerprint: fingerprint)
    }

    package func isGranted(_ ordinal: JobOrdinal, to fingerprint: KeyFingerprint) throws(StoreError) -> Bool {
        try index.isGranted(ordinal, to: fingerprint)
    }

    /// Takes in what the API has just said of a job, and that it said so to `fingerprint`.
    ///
    /// `artifacts` replace those of the same slot; nil leaves them as they are.
    package func record(
        _ job: StoredJob, artifacts: [StoredArtifact]?, grantedTo fingerprint: KeyFingerprint
    ) async throws(StoreError) -> JobOrdinal {
        try await index.record(job, artifacts: artifacts, grantedTo: fingerprint)
    }

    package func put(_ artifact: StoredArtifact, of job: JobOrdinal) async throws(StoreError) {
        try await index.put(artifact, of: job)
    }

    /// The slot of a name that no listing has; given on the first call, the same ever after.
    package func slot(
        forUnlisted name: String, of job: JobOrdinal, from first: ArtifactSlot
    ) async throws(StoreError) -> ArtifactSlot {
        try await index.slot(forUnlisted: name, of: job, from: first)
    }

    // MARK: Results that can be fetched only once

    /// Takes the claim on a job's result. Waits while another process of this cache holds it; leaves when cancelled, with nil.
    ///
    /// Look at the job again afterwards: whoever held the claim before may have delivered.
    package func claim(origin: String, id: String) async throws(StoreError) -> SingleUseClaim? {
        let path = directory.claims.appending("\(OriginName.of(origin))-\(id)")
        var pause = Duration.milliseconds(10)
        while true {
            if let claim = try await disk.run({ () throws(StoreError) in try SingleUseClaim.take(path) }) {
                return claim
            }
            do { try await Task.sleep(for: pause) } catch { return nil }
            pause = min(pause * 2, .milliseconds(200))
        }
    }

    /// Adds a line to the ledger; on disk when this returns.
    package func enter(
        _ event: LedgerEvent, origin: String, id: String, actor: String, at time: Timestamp
    ) async throws(StoreError) {
        try await index.enter(event, origin: origin, id: id, actor: actor, at: time)
    }

    /// What the ledger says of a job, oldest first.
    package func ledger(origin: String, id: String) throws(StoreError) -> [LedgerEntry] {
        try index.ledger(origin: origin, id: id)
    }

    // MARK: Bytes

    /// A fresh file for bytes on their way in.
    package func spool() throws(StoreError) -> SpoolFile { try SpoolFile(in: directory.spool) }

    /// Makes the spooled bytes a blob: digest, label, fsync, rename, fsync of the directory. Only then is it there.
    package func publish(_ spool: SpoolFile, as key: BlobKey, name: String) async throws(StoreError) -> BlobFile {
        let shelf = shelf
        return try await disk.run { () throws(StoreError) in try shelf.publish(spool, as: key, name: name) }
    }

    /// Runs work that reads or writes spool files, away from the caller's thread.
    package func onDisk<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        try await disk.run(work)
    }

    /// Nil when the blob is not here, or not whole.
    package func open(_ key: BlobKey) -> BlobFile? { shelf.open(key) }
}
