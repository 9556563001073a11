import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Artifact store")
struct ArtifactStoreTests {
    private static let key = BlobKey(origin: "https://api.example.com", job: "job-1", slot: ArtifactSlot(64))

    private func spool(_ store: ArtifactStore, _ bytes: [UInt8]) throws -> SpoolFile {
        let spool = try store.spool()
        try spool.append(bytes)
        return spool
    }

    private func content(_ blob: BlobFile) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(blob.size))
        let count = try bytes.withUnsafeMutableBytes { try blob.descriptor.read(fromAbsoluteOffset: 0, into: $0) }
        #expect(count == bytes.count)
        return bytes
    }

    @Test("what is published is read back, by another store too, with nothing of the label in it")
    func publish() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let blob = try await store.publish(spool(store, bytes), BlobFacts(key: Self.key, name: "a.png"))
            #expect(try content(blob) == bytes)
            let again = try ArtifactStore(at: scratch.appending("cache"))
            #expect(try content(#require(again.open(Self.key))) == bytes)
            #expect(
                again.open(BlobKey(origin: "https://other.example.com", job: "job-1", slot: ArtifactSlot(64))) == nil)
        }
    }

    @Test("an empty file is a file")
    func empty() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            _ = try await store.publish(store.spool(), BlobFacts(key: Self.key, name: "empty"))
            #expect(store.open(Self.key)?.size == 0)
        }
    }

    @Test("a blob that was cut, grown or swapped is not opened")
    func damaged() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            for damage in ["truncate -s -1", "truncate -s +1", "truncate -s 0"] {
                _ = try await store.publish(spool(store, [1, 2, 3]), BlobFacts(key: Self.key, name: "a"))
                #expect(store.open(Self.key) != nil)
                try await Shell.run("find \"$1\"/blobs -type f -exec \(damage) {} +", [store.directory.path.string])
                #expect(store.open(Self.key) == nil, "after \(damage)")
            }
            let other = BlobKey(origin: Self.key.origin, job: "job-2", slot: Self.key.slot)
            _ = try await store.publish(spool(store, [1, 2, 3]), BlobFacts(key: Self.key, name: "a"))
            _ = try await store.publish(spool(store, [4, 5, 6]), BlobFacts(key: other, name: "a"))
            try await Shell.run("cd \"$1\"/blobs/* && cp job-2/64 job-1/64", [store.directory.path.string])
            #expect(store.open(Self.key) == nil)
        }
    }

    @Test("spool files are gone when released, and swept when their process died, but not while they are filled")
    func spoolLife() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let directory = store.directory.spool
            do {
                let file = try store.spool()
                try file.append([1])
                #expect(DirectoryListing.names(in: directory).count == 1)
            }
            #expect(DirectoryListing.names(in: directory).isEmpty)
            let living = try store.spool()
            try await Shell.run("echo left > \"$1\"/stale", [directory.string])
            _ = try ArtifactStore(at: scratch.appending("cache"))
            #expect(DirectoryListing.names(in: directory) == [living.path.lastComponent?.string])
        }
    }

    @Test("S4.4 directories are 0700 and files 0600 whatever the umask")
    func modes() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            _ = try await store.publish(spool(store, [1]), BlobFacts(key: Self.key, name: "a"))
            let job = StoredJob.sample
            _ = try await store.record(job, artifacts: nil, grantedTo: store.fingerprint(ofKey: "k"))
            let modes = try await Shell.run("find \"$1\" -printf '%y %m\\n' | sort -u", [store.directory.path.string])
                .lines
            #expect(modes == ["d 700", "f 600"])
        }
    }

    @Test("S4.4 a cache that others can write, or that is no directory, is refused")
    func refused() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let open = try scratch.make("open")
            try await Shell.run("chmod 777 \"$1\"; touch \"$2\"", [open.string, scratch.appending("file").string])
            #expect { try ArtifactStore(at: open) } throws: { ($0 as? StoreError)?.code == .refused }
            #expect { try ArtifactStore(at: scratch.appending("file")) } throws: {
                ($0 as? StoreError)?.code == .refused
            }
        }
    }

    @Test("S4.4 a cache of someone else is refused")
    func foreign() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let foreign = try scratch.make("foreign")
            let changed = try await Shell.run("chown 12345 \"$1\"", [foreign.string])
            // Only root can give a directory away.
            try #require(changed.status == 0, "run as root to make a directory of another user")
            #expect { try ArtifactStore(at: foreign) } throws: { ($0 as? StoreError)?.code == .refused }
        }
    }

    @Test("a job's tree is the same after a restart, with the same numbers")
    func restart() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let artifacts = [
                StoredArtifact(
                    slot: ArtifactSlot(3), name: "result.md", size: 5, source: nil, isListed: true, isStored: true),
                StoredArtifact(
                    slot: ArtifactSlot(64), name: "bild ä.png", size: nil, source: "image:x", isListed: true,
                    isStored: false),
            ]
            let first = try ArtifactStore(at: scratch.appending("cache"))
            let fingerprint = first.fingerprint(ofKey: "key")
            let ordinal = try await first.record(.sample, artifacts: artifacts, grantedTo: fingerprint)
            let second = try ArtifactStore(at: scratch.appending("cache"))
            #expect(second.fingerprint(ofKey: "key") == fingerprint)
            let tree = try #require(try second.tree(origin: StoredJob.sample.origin, id: StoredJob.sample.id))
            #expect(tree == StoredTree(ordinal: ordinal, job: .sample, artifacts: artifacts))
            #expect(try second.tree(ordinal) == tree)
            var changed = StoredJob.sample
            changed.status = "completed"
            changed.pageCount = 12
            #expect(try await second.record(changed, artifacts: nil, grantedTo: fingerprint) == ordinal)
            #expect(try second.tree(ordinal) == StoredTree(ordinal: ordinal, job: changed, artifacts: artifacts))
            let listed = try second.knownJobs(
                origin: changed.origin, fingerprint: fingerprint, after: JobOrdinal(0), limit: 9)
            #expect(listed.map(\.pageCount) == [12])
        }
    }

    @Test("an index from before pages were counted is taken over as it is")
    func beforePages() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            var ordinal: JobOrdinal?
            do {
                let store = try ArtifactStore(at: cache)
                ordinal = try await store.record(.sample, artifacts: nil, grantedTo: store.fingerprint(ofKey: "k"))
            }
            let older = """
                ALTER TABLE job DROP COLUMN pages; ALTER TABLE job DROP COLUMN title; ALTER TABLE job DROP COLUMN kind;
                DELETE FROM grdb_migrations WHERE identifier LIKE '3 %' OR identifier LIKE '5 %';
                PRAGMA user_version = 2;
                """
            try await Shell.run(
                "python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' \"$1\" \"$2\"",
                [cache.appending("index.sqlite").string, older])
            let store = try ArtifactStore(at: cache)
            let tree = try #require(try store.tree(origin: StoredJob.sample.origin, id: StoredJob.sample.id))
            #expect(tree == StoredTree(ordinal: try #require(ordinal), job: .sample, artifacts: []))
            var counted = StoredJob.sample
            (counted.pageCount, counted.title, counted.kind) = (3, "A title", "form")
            _ = try await store.record(counted, artifacts: nil, grantedTo: store.fingerprint(ofKey: "k"))
            #expect(try ArtifactStore(at: cache).tree(tree.ordinal)?.job == counted)
        }
    }

    @Test("S7.6 an index of which a migration has lost its name is set aside, and another made")
    func namelessMigration() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let cache = scratch.appending("cache")
            do {
                let store = try ArtifactStore(at: cache)
                _ = try await store.record(.sample, artifacts: nil, grantedTo: store.fingerprint(ofKey: "k"))
            }
            let damage = """
                DROP TABLE grdb_migrations; CREATE TABLE grdb_migrations (identifier TEXT);
                INSERT INTO grdb_migrations VALUES (NULL);
                """
            try await Shell.run(
                "python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])' \"$1\" \"$2\"",
                [cache.appending("index.sqlite").string, damage])
            let store = try ArtifactStore(at: cache)
            #expect(try store.tree(origin: StoredJob.sample.origin, id: StoredJob.sample.id) == nil)
            _ = try await store.record(.sample, artifacts: nil, grantedTo: store.fingerprint(ofKey: "k"))
            #expect(try store.tree(origin: StoredJob.sample.origin, id: StoredJob.sample.id) != nil)
        }
    }

    @Test("S4.1 a job is granted to the key it was shown to, and listed for no other")
    func grants() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let (mine, other) = (store.fingerprint(ofKey: "mine"), store.fingerprint(ofKey: "other"))
            #expect(mine != other)
            let ordinal = try await store.record(.sample, artifacts: nil, grantedTo: mine)
            #expect(try store.isGranted(ordinal, to: mine))
            #expect(try !store.isGranted(ordinal, to: other))
            func known(_ fingerprint: KeyFingerprint) throws -> [String] {
                try store.knownJobs(
                    origin: StoredJob.sample.origin, fingerprint: fingerprint, after: JobOrdinal(0), limit: 10
                ).map(\.id)
            }
            #expect(try known(mine) == ["job-1"])
            #expect(try known(other) == [])
        }
    }

    @Test("the cache holds no byte of a key")
    func keyIsNotKept() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            _ = try await store.record(
                .sample, artifacts: nil, grantedTo: store.fingerprint(ofKey: "sk-very-secret-key"))
            let found = try await Shell.run("grep -rla very-secret \"$1\"", [store.directory.path.string])
            #expect(found.output.isEmpty)
        }
    }

    @Test("a name that was not listed gets a number once, and keeps it")
    func unlisted() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let ordinal = try await store.record(.sample, artifacts: nil, grantedTo: store.fingerprint(ofKey: "k"))
            let first = try await store.slot(forUnlisted: "x.png", of: ordinal, from: ArtifactSlot(64))
            let second = try await store.slot(forUnlisted: "y.png", of: ordinal, from: ArtifactSlot(64))
            #expect(first == ArtifactSlot(64))
            #expect(second == ArtifactSlot(65))
            #expect(try await store.slot(forUnlisted: "x.png", of: ordinal, from: ArtifactSlot(64)) == first)
        }
    }
}

extension StoredJob {
    static let sample = StoredJob(
        origin: "https://api.example.com", id: "job-1", status: "processing", isTerminal: false,
        createdAt: Timestamp(seconds: 1_700_000_000), updatedAt: nil, checkedAt: Timestamp(seconds: 1_700_000_100),
        statusDocument: Array("{}\n".utf8), explanation: nil, largeResultURL: nil)
}
