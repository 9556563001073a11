import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Pruning", .timeLimit(.minutes(1)))
struct PruningTests {
    @Test("what was used least recently goes first, and no more than has to")
    func leastRecentlyUsed() async throws {
        try await FilledCache.with { (cache) async throws in
            var ordinals: [JobOrdinal] = []
            for name in ["one", "two", "three"] {
                ordinals.append(try #require(try await cache.add(name, size: 100_000)))
            }
            let slots = [FilledCache.text, FilledCache.result, FilledCache.image]
            // "two" was used last, "one" before that.
            for (age, ordinal) in [(30, ordinals[2]), (20, ordinals[0]), (10, ordinals[1])] {
                let time = Timestamp(seconds: 4_000_000_000 - Int64(age))
                let uses = Dictionary(uniqueKeysWithValues: slots.map { (ArtifactPlace(job: ordinal, slot: $0), time) })
                try await cache.store.index.touch(uses)
            }
            let job = try cache.store.usage().bytes / 3
            let outcome = try await cache.another().prune(to: 2 * job)
            #expect(outcome.evicted.files >= 3 && outcome.evicted.bytes >= job)
            #expect(cache.files("three").isEmpty)
            #expect(cache.files("two").count == 3)
            #expect(try cache.store.usage().bytes <= 2 * job)
            #expect(try cache.store.usage().jobs == 3)
        }
    }

    @Test("S3.3 what cannot be fetched again stays, whatever the size asked for")
    func singleUse() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", isSingleUse: true)
            try await cache.add("again")
            try await cache.another().prune(to: 0)
            #expect(cache.files("once") == [FilledCache.text, FilledCache.result])
            #expect(cache.files("again").isEmpty)
        }
    }

    @Test("what cannot be fetched again goes when it is certain to be elsewhere, unless a process works with it")
    func elsewhere() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", isSingleUse: true)
            try await cache.add("again")
            let keys = try cache.store.singleUseResults(origin: FilledCache.origin)
            #expect(Set(keys.map(\.job)) == ["once"])
            #expect(try cache.store.singleUseResults(origin: "https://elsewhere.example.com").isEmpty)
            let key = try #require(keys.first { $0.slot == FilledCache.result })
            let claim = try await cache.store.claim(origin: key.origin, id: key.job)
            #expect(try await cache.another().letGo(key) == FileTotal())
            withExtendedLifetime(claim) {}
        }
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", isSingleUse: true)
            let keys = try cache.store.singleUseResults()
            let key = try #require(keys.first { $0.slot == FilledCache.result })
            let open = try #require(cache.store.open(key))
            #expect(try await cache.another().letGo(key).files == 1)
            #expect(open.isIntact(0..<open.size))
            #expect(cache.store.open(key) == nil)
            let artifact = try cache.tree("once")?.artifacts.first { $0.slot == key.slot }
            #expect(artifact?.isStored == false && artifact?.isSingleUse == false && artifact?.size == open.size)
            #expect(try !cache.store.singleUseResults().contains(key))
            #expect(try await cache.another().letGo(key) == FileTotal())
        }
    }

    @Test("without a size, a cache within its limit loses nothing")
    func withinLimit() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            #expect(try await cache.another().prune() == PruneOutcome())
            #expect(cache.files("one").count == 3)
        }
    }

    @Test("blobs that the index does not know go, and get their rows back when they cannot be fetched again")
    func orphans() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("lost", isEntered: false)
            try await cache.add("precious", isSingleUse: true, isEntered: false)
            let outcome = try await cache.another().prune()
            #expect(outcome.orphans.files == 3 && outcome.restoredJobs == 1)
            #expect(cache.files("lost").isEmpty)
            #expect(cache.files("precious").count == 3)
            let tree = try #require(try cache.tree("precious"))
            #expect(tree.artifacts.count == 3 && tree.artifacts.allSatisfy(\.isStored))
            #expect(try cache.another().isGranted(tree.ordinal, to: cache.fingerprint))
        }
    }

    @Test("a blob whose row was not written yet stays while its fetch is under way")
    func underWay() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("now", isEntered: false)
            let lock = try await cache.store.fetchLock(origin: FilledCache.origin, id: "now", what: "job")
            let outcome = try await cache.another().prune()
            #expect(outcome.orphans.files == 1)
            #expect(cache.files("now") == [FilledCache.text, FilledCache.result])
            withExtendedLifetime(lock) {}
        }
    }

    @Test("a file that is here and whose row does not say so is counted from then on")
    func adopted() async throws {
        try await FilledCache.with { (cache) async throws in
            let ordinal = try #require(try await cache.add("one"))
            let usage = try cache.store.usage()
            let row = try #require(try cache.tree("one")?.artifacts.first { $0.slot == FilledCache.image })
            try await cache.store.put(row.withoutBlob, of: ordinal)
            #expect(try cache.store.usage().files == usage.files - 1)
            try await cache.another().prune()
            #expect(try cache.store.usage() == usage)
        }
    }

    @Test("damaged files, stale downloads and locks that nobody holds go; what cannot be fetched again is kept")
    func leftovers() async throws {
        try await FilledCache.with { (cache) async throws in
            let once = try #require(try await cache.add("once", isSingleUse: true))
            let again = try #require(try await cache.add("again"))
            for (id, job) in [("once", once), ("again", again)] {
                let key = cache.key(id, FilledCache.text)
                let blob = try #require(cache.store.open(key))
                try await cache.store.quarantine(blob, key, name: "result.md", job: job)
            }
            // Not even the label is left of this one.
            try await Shell.run("truncate -s 10 \"$1\"", [cache.path("once", FilledCache.result).string])
            _ = try await cache.another().verify { _ in }
            let directory = cache.store.directory
            try await Shell.run(
                """
                cd "$1" && echo left > spool/stale && touch claims/fetch-0123 && echo precious > aside/kept \
                && echo half > "claims/$2-unfinished"
                """, [directory.path.string, OriginName.of(FilledCache.origin)])
            let held = try await cache.store.fetchLock(origin: FilledCache.origin, id: "x", what: "job")
            let outcome = try await cache.another().prune()
            #expect(outcome.quarantined.files == 1 && outcome.keptInQuarantine.files == 2)
            #expect(outcome.spool.files == 1 && outcome.locks == 1)
            #expect(DirectoryListing.names(in: directory.aside) == ["kept"])
            #expect(DirectoryListing.names(in: directory.claims).count == 2)
            #expect(DirectoryListing.names(in: directory.spool).isEmpty)
            withExtendedLifetime(held) {}
        }
    }
}
