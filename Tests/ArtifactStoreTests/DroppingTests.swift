import PulseTestSupport
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Dropping", .timeLimit(.minutes(1)))
struct DroppingTests {
    /// Lets go of the files of a job, as when it has expired. True when some are kept.
    private func drop(_ job: String, _ cache: FilledCache) async throws -> Bool {
        let tree = try #require(try cache.tree(job))
        let isSomeKept = try await cache.store.drop(tree.artifacts, of: tree.job)
        try await cache.store.forgetDropped(of: tree.ordinal)
        return isSomeKept
    }

    @Test("S6.4 a dropped job stays known and granted, without a file, and takes nothing of the disk")
    func dropped() async throws {
        try await FilledCache.with { (cache) async throws in
            let ordinal = try #require(try await cache.add("one"))
            try await cache.add("one-64")
            let other = cache.files("one-64")
            #expect(try await !drop("one", cache))
            #expect(cache.files("one").isEmpty)
            #expect(cache.files("one-64") == other)
            let tree = try #require(try cache.tree("one"))
            #expect(tree.ordinal == ordinal && tree.artifacts.isEmpty)
            #expect(try cache.store.isGranted(ordinal, to: cache.fingerprint))
            let kept = try #require(try cache.tree("one-64")).artifacts
            #expect(try cache.store.index.usage().bytes == kept.reduce(0) { $0 + ($1.allocatedSize ?? 0) })
        }
    }

    @Test("S3.3 what cannot be fetched again is not dropped, damaged or not")
    func singleUse() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", isSingleUse: true)
            let before = try #require(try cache.tree("once"))
            let irreplaceable = before.artifacts.filter(\.isSingleUse)
            let damaged = try #require(irreplaceable.first)
            try await Shell.run("truncate -s 10 \"$1\"", [cache.path("once", damaged.slot).string])
            #expect(try await drop("once", cache))
            #expect(cache.files("once") == Set(irreplaceable.map(\.slot)))
            #expect(try cache.tree("once")?.artifacts == irreplaceable)
        }
    }

    @Test("a name that no listing has keeps its number")
    func unlisted() async throws {
        try await FilledCache.with { (cache) async throws in
            let ordinal = try #require(try await cache.add("one"))
            let first = ArtifactSlot(64)
            let slot = try await cache.store.slot(forUnlisted: "cover.png", of: ordinal, from: first)
            #expect(try await !drop("one", cache))
            let other = try await cache.store.slot(forUnlisted: "other.png", of: ordinal, from: first)
            #expect(other > slot)
            #expect(try await cache.store.slot(forUnlisted: "cover.png", of: ordinal, from: first) == slot)
        }
    }
}
