import PulseTestSupport
import SystemPackage
import Testing

@testable import ArtifactStore

/// A cache with jobs in it, as fetching leaves them: a result that tells of the job, a text, and images.
struct FilledCache {
    static let origin = "https://api.example.com"
    static let (text, result, image) = (ArtifactSlot(3), ArtifactSlot(4), ArtifactSlot(64))

    let scratch: ScratchDirectory
    let store: ArtifactStore

    var fingerprint: KeyFingerprint { store.fingerprint(ofKey: "key") }

    static func with<Value>(_ body: (FilledCache) async throws -> Value) async throws -> Value {
        try await ScratchDirectory.with { (scratch) async throws in
            try await body(FilledCache(scratch: scratch, store: open(scratch)))
        }
    }

    /// The same cache, by another process.
    func another() throws -> ArtifactStore { try Self.open(scratch) }

    /// The disk's free part is no bound: other tests write on the same disk.
    private static func open(_ scratch: ScratchDirectory) throws -> ArtifactStore {
        try ArtifactStore(at: scratch.appending("cache"), limits: StoreLimits(size: 1 << 40, freeFraction: 0))
    }

    func key(_ job: String, _ slot: ArtifactSlot) -> BlobKey { BlobKey(origin: Self.origin, job: job, slot: slot) }

    static func facts(_ job: String) -> StoredJob {
        StoredJob(
            origin: origin, id: job, status: "completed", isTerminal: true, createdAt: nil, updatedAt: nil,
            checkedAt: Timestamp(seconds: 1_700_000_000), statusDocument: Array("{}\n".utf8), explanation: nil,
            largeResultURL: nil)
    }

    /// Publishes a job's files, and enters it in the index unless `isEntered` is false.
    @discardableResult
    func add(
        _ job: String, size: Int = 1000, isSingleUse: Bool = false, isEntered: Bool = true
    ) async throws -> JobOrdinal? {
        let facts = Self.facts(job)
        var artifacts = [
            try await publish(job, Self.text, "result.md", size, isSingleUse),
            try await publish(job, Self.image, "figure.png", size, false, source: "image:figure.png"),
        ]
        let tree = LabelledTree(job: facts, artifacts: artifacts, grantee: fingerprint)
        artifacts.append(try await publish(job, Self.result, "result.json", size, isSingleUse, tree: tree))
        guard isEntered else { return nil }
        if isSingleUse {
            try await store.enter(
                .delivered, origin: Self.origin, id: job, actor: "a test", at: Timestamp(seconds: 1))
        }
        return try await store.record(facts, artifacts: artifacts, grantedTo: fingerprint)
    }

    func publish(
        _ job: String, _ slot: ArtifactSlot, _ name: String, _ size: Int, _ isSingleUse: Bool, source: String? = nil,
        tree: LabelledTree? = nil
    ) async throws -> StoredArtifact {
        let spool = try store.spool()
        try spool.append((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ job.utf8.count) })
        let facts = BlobFacts(
            key: key(job, slot), name: name, source: source, isSingleUse: isSingleUse, tree: tree)
        var artifact = StoredArtifact(
            slot: slot, name: name, size: nil, source: source, isListed: true, isSingleUse: isSingleUse)
        artifact.take(try await store.publish(spool, facts))
        return artifact
    }

    func path(_ job: String, _ slot: ArtifactSlot) -> FilePath { store.shelf.path(key(job, slot)) }

    func tree(_ job: String) throws -> StoredTree? { try another().tree(origin: Self.origin, id: job) }

    /// The files of a job that are there, by the look of the directory.
    func files(_ job: String) -> Set<ArtifactSlot> {
        Set(store.shelf.slots(ofJob: job, origin: Self.origin))
    }

    /// Changes one bit of the content.
    func flipBit(_ job: String, _ slot: ArtifactSlot) async throws {
        let done = try await Shell.run(
            """
            python3 - "$1" <<'PY'
            import sys
            with open(sys.argv[1], "r+b") as file:
                byte = file.read(1)
                file.seek(0)
                file.write(bytes([byte[0] ^ 1]))
            PY
            """, [path(job, slot).string])
        try #require(done.status == 0, "\(done.errors)")
    }
}
