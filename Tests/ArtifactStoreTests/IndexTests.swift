import GRDB
import PulseTestSupport
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Index")
struct IndexTests {
    private static let now = Timestamp(seconds: 1_700_000_000)
    private static let origin = FilledCache.origin

    /// An index of its own, and the fingerprints of two keys.
    private static func with(
        _ body: (Index, CacheDirectory, _ key: KeyFingerprint, _ other: KeyFingerprint) async throws -> Void
    ) async throws {
        try await FilledCache.with { cache in
            let directory = try CacheDirectory(at: cache.scratch.appending("index"))
            try await body(
                try Index(in: directory), directory, cache.store.fingerprint(ofKey: "key"),
                cache.store.fingerprint(ofKey: "other"))
        }
    }

    private static func file(_ slot: Int, _ name: String, size: UInt64? = nil, isStored: Bool = false) -> StoredArtifact
    {
        StoredArtifact(
            slot: ArtifactSlot(slot), name: name, size: size, source: nil, isListed: true, isStored: isStored)
    }

    @Test("A job keeps its number, and its files are replaced slot by slot or left as they are")
    func recordsJobs() async throws {
        try await Self.with { (index, _, key, _) async throws in
            let job = FilledCache.facts("a")
            let files = [Self.file(3, "result.md", size: 1), Self.file(64, "a.png", size: 2)]
            let ordinal = try await index.record(job, artifacts: files, grantedTo: key, at: Self.now)
            #expect(try index.tree(origin: Self.origin, id: "a")?.artifacts == files)
            #expect(try index.tree(ordinal)?.job == job)

            var later = job
            later.title = "Second"
            let changed = Self.file(64, "b.png", size: 5)
            #expect(try await index.record(later, artifacts: [changed], grantedTo: key, at: Self.now) == ordinal)
            #expect(try index.tree(ordinal)?.artifacts == [files[0], changed])
            _ = try await index.record(later, artifacts: nil, grantedTo: key, at: Self.now)
            #expect(try index.tree(ordinal)?.artifacts == [files[0], changed])
            #expect(try index.tree(ordinal)?.job.title == "Second")
            #expect(try index.tree(origin: "https://other.example", id: "a") == nil)
        }
    }

    @Test("A key sees the jobs that were granted to it, until that is taken back")
    func keepsGrants() async throws {
        try await Self.with { (index, _, key, other) async throws in
            let first = try await index.record(FilledCache.facts("a"), artifacts: nil, grantedTo: key, at: Self.now)
            let second = try await index.record(FilledCache.facts("b"), artifacts: nil, grantedTo: other, at: Self.now)
            func seen(by fingerprint: KeyFingerprint?) throws -> [String] {
                try index.knownJobs(origin: Self.origin, fingerprint: fingerprint, after: JobOrdinal(0), limit: 10)
                    .map(\.id)
            }
            #expect(try seen(by: key) == ["a"])
            #expect(try seen(by: other) == ["b"])
            #expect(try seen(by: nil) == ["a", "b"])
            #expect(try index.isGranted(first, to: key) && !index.isGranted(second, to: key))
            try await index.revoke(first, from: key)
            #expect(try !index.isGranted(first, to: key) && seen(by: key).isEmpty)
            #expect(try index.isKnown(first))
        }
    }

    @Test("A job that is removed is known no more, and is said to have been")
    func removesJobs() async throws {
        try await Self.with { (index, _, key, _) async throws in
            let ordinal = try await index.record(
                FilledCache.facts("a"), artifacts: [Self.file(3, "result.md")], grantedTo: key, at: Self.now)
            #expect(try await index.remove(origin: Self.origin, id: "a")?.ordinal == ordinal)
            #expect(try !index.isKnown(ordinal) && index.tree(ordinal) == nil)
            #expect(try await index.remove(origin: Self.origin, id: "a") == nil)
        }
    }

    @Test("A name that was not listed has one slot, which no other name has")
    func givesSlots() async throws {
        try await Self.with { (index, _, key, _) async throws in
            let ordinal = try await index.record(
                FilledCache.facts("a"), artifacts: [Self.file(70, "listed.png")], grantedTo: key, at: Self.now)
            let first = try await index.slot(forUnlisted: "x.png", of: ordinal, from: FilledCache.image)
            #expect(first.rawValue > 70)
            #expect(try await index.slot(forUnlisted: "y.png", of: ordinal, from: FilledCache.image) != first)
            #expect(try await index.slot(forUnlisted: "x.png", of: ordinal, from: FilledCache.image) == first)
        }
    }

    @Test("A size that is learnt does not stand in for that of a blob")
    func learnsSizes() async throws {
        try await Self.with { (index, _, key, _) async throws in
            let files = [Self.file(3, "result.md", size: 7, isStored: true), Self.file(64, "a.png")]
            let ordinal = try await index.record(
                FilledCache.facts("a"), artifacts: files, grantedTo: key, at: Self.now)
            try await index.learn([
                LearntSize(Self.file(3, "result.md", size: 9), of: ordinal),
                LearntSize(Self.file(64, "a.png", size: 9), of: ordinal),
            ])
            #expect(try index.tree(ordinal)?.artifacts.map(\.size) == [7, 9])
        }
    }

    @Test(
        "A job with a row that is not what was written is none: a listing without a file would be a lie",
        arguments: [
            "UPDATE artifact SET size = 99 WHERE slot = 64", "UPDATE artifact SET name = 'b.png' WHERE slot = 64",
            "UPDATE job SET status = 'failed'",
        ])
    func leavesOutDamage(_ damage: String) async throws {
        try await Self.with { (index, _, key, _) async throws in
            let files = [Self.file(3, "result.md", size: 1), Self.file(64, "a.png", size: 2)]
            let job = FilledCache.facts("a")
            let ordinal = try await index.record(job, artifacts: files, grantedTo: key, at: Self.now)
            try await index.write { try $0.execute(sql: damage) }
            #expect(try index.tree(ordinal) == nil)
            // The next answer mends it.
            let again = try await index.record(job, artifacts: files, grantedTo: key, at: Self.now)
            #expect(try index.tree(again)?.artifacts == files)
        }
    }

    @Test("A file that is no database is set aside and begun anew, which is said once")
    func beginsAnew() async throws {
        try await FilledCache.with { cache in
            let directory = try CacheDirectory(at: cache.scratch.appending("index"))
            let file = try FileDescriptor.open(
                directory.index, .writeOnly, options: [.create], permissions: .ownerReadWrite)
            try file.closeAfter { _ = try file.writeAll(Array(repeating: UInt8(ascii: "x"), count: 8192)) }
            let index = try Index(in: directory)
            #expect(index.takeFreshness() && !index.takeFreshness())
            let key = cache.store.fingerprint(ofKey: "key")
            let ordinal = try await index.record(
                FilledCache.facts("a"), artifacts: nil, grantedTo: key, at: Self.now)
            #expect(try index.tree(ordinal)?.job.id == "a")
            #expect(try !Index(in: directory).takeFreshness())
        }
    }
}
