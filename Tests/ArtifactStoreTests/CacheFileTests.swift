import PulseTestSupport
import SystemPackage
import Testing

@testable import ArtifactStore

/// What is in a cache under the name of a file and is none: it is not followed, and nobody waits for it.
@Suite("Files of a cache", .timeLimit(.minutes(1)))
struct CacheFileTests {
    /// Scripts that put something at `$1`.
    static let intruders = [
        "mkfifo \"$1\"", "ln -s /dev/zero \"$1\"", "ln -s \"$1.nothing\" \"$1\"",
        "python3 -c 'import socket,sys,os; os.chdir(os.path.dirname(sys.argv[1])); socket.socket(socket.AF_UNIX).bind(os.path.basename(sys.argv[1]))' \"$1\"",
    ]

    private func put(_ script: String, _ path: FilePath) async throws {
        let outcome = try await Shell.run("rm -rf \"$1\"; \(script)", [path.string])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("S4.5 in spool/, claims/, blobs/, aside/ and quarantine/ they stop no start", arguments: intruders)
    func parts(intruder: String) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            let key = BlobKey(origin: "https://api.example.com", job: "job-1", slot: ArtifactSlot(64))
            let first = try ArtifactStore(at: cache)
            let spool = try first.spool()
            try spool.append([1, 2, 3])
            _ = try await first.publish(spool, BlobFacts(key: key, name: "a.png"))
            let name = OriginName.of(key.origin)
            let others = [
                "spool/x", "partial/x", "partial/y.facts", "aside/\(name)-job-1", "quarantine/x", "blobs/x",
                "blobs/\(name)/job-1/65",
            ]
            let claims = ["claims/\(name)-job-2", "claims/\(name)-job-1.facts", "claims/fetch-x"]
            for place in others + claims { try await put(intruder, cache.appending(place)) }
            let store = try ArtifactStore(at: cache)
            try await store.settleLeftoverClaims(actor: "a test")
            #expect(store.open(key) != nil)
            #expect(store.open(BlobKey(origin: key.origin, job: "job-1", slot: ArtifactSlot(65))) == nil)
            _ = store.kept(origin: key.origin, id: "job-1")
            _ = CacheInspection(of: cache)
            #expect(throws: StoreError.self) { try SingleUseClaim.take(cache.appending("claims/\(name)-job-2")) }
            // A file can still come to the place.
            let second = try store.spool()
            try second.append([4])
            let other = BlobKey(origin: key.origin, job: "job-1", slot: ArtifactSlot(65))
            _ = try await store.publish(second, BlobFacts(key: other, name: "b.png"))
            #expect(store.open(other)?.size == 1)
        }
    }

    @Test("S4.5 a directory that is a link is not looked into")
    func linkedDirectory() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            let store = try ArtifactStore(at: cache)
            try await Shell.run(
                "mkdir -p \"$1/elsewhere/job\" && echo mine >\"$1/elsewhere/job/64\" && ln -s \"$1/elsewhere\" \"$1/cache/blobs/0123\"",
                [scratch.path.string])
            var seen: [FilePath] = []
            store.shelf.forEachFile { path, _, _ in seen.append(path) }
            #expect(seen.isEmpty)
        }
    }

    @Test(
        "S4.5 as the secret, the index, its log or its lock they are said to be what they are, and the start ends",
        arguments: ["secret", "index.sqlite", "index.sqlite-wal", "index.lock"], intruders)
    func facts(name: String, intruder: String) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            do {
                let first = try ArtifactStore(at: cache)
                _ = first.fingerprint(ofKey: "key")
            }
            let path = cache.appending(name)
            try await put(intruder, path)
            do throws(StoreError) {
                _ = try ArtifactStore(at: cache)
                Issue.record("\(name) was used")
            } catch {
                #expect(error.code == .refused && error.message.hasPrefix("\(path) is a "), "\(error)")
                #expect(error.message.hasSuffix("where a file of the cache should be: remove it"))
            }
            _ = CacheInspection(of: cache)
        }
    }

    @Test("S4.5 as the ledger they are neither read nor written", arguments: intruders)
    func ledger(intruder: String) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            let store = try ArtifactStore(at: cache)
            try await put(intruder, cache.appending("ledger"))
            #expect(throws: StoreError.self) { try store.ledger(origin: "https://api.example.com", id: "job-1") }
            let entry = LedgerEntry(event: .claimed, time: Timestamp(nanoseconds: 0), actor: "a test")
            #expect(throws: StoreError.self) {
                try Ledger(path: store.directory.ledger).enter(entry, origin: "https://api.example.com", job: "job-1")
            }
        }
    }
}
