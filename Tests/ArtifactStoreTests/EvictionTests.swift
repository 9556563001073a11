import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Eviction", .timeLimit(.minutes(5)))
struct EvictionTests {
    /// Changes the index from outside, rows without their digests, as damage would.
    private static func damage(_ cache: FilledCache, _ change: String) async throws {
        let done = try await Shell.run(
            """
            python3 -c 'import sqlite3, sys
            with sqlite3.connect(sys.argv[1]) as index: index.execute(sys.argv[2])' "$1" "$2"
            """, [cache.store.directory.index.string, change])
        try #require(done.status == 0, "\(done.errors)")
    }

    private static func damage(
        _ cache: FilledCache, _ job: JobOrdinal, _ slot: ArtifactSlot, _ change: String
    ) async throws {
        try await damage(
            cache, "UPDATE artifact SET \(change) WHERE job = \(job.rawValue) AND slot = \(slot.rawValue)")
    }

    @Test(
        "S3.3 whatever is in the cache and however small it is to be, what can be fetched only once stays, and nothing too much goes"
    )
    func law() async throws {
        var chance = SeededGenerator(seed: 21)
        for round in 1...8 {
            let jobs = (0..<Int.random(in: 1...10, using: &chance)).map {
                (id: "job-\($0)", size: Int.random(in: 0...40_000, using: &chance), once: Bool.random(using: &chance))
            }
            let goal = UInt64.random(in: 0...600_000, using: &chance)
            try await FilledCache.with { (cache) async throws in
                for job in jobs { try await cache.add(job.id, size: job.size, isSingleUse: job.once) }
                let before = try cache.store.usage().bytes
                try await cache.another().prune(to: goal)
                let kept = jobs.map { cache.files($0.id) }
                for (job, files) in zip(jobs, kept) where job.once {
                    #expect(files.isSuperset(of: [FilledCache.text, FilledCache.result]), "round \(round), \(job)")
                }
                if before <= goal { #expect(kept.allSatisfy { $0.count == 3 }, "round \(round)") }
                let isSmallEnough = try cache.another().usage().bytes <= goal
                let mayGo = zip(jobs, kept).contains { job, files in
                    job.once ? files.contains(FilledCache.image) : !files.isEmpty
                }
                #expect(isSmallEnough || !mayGo, "round \(round): more could go")
            }
        }
    }

    @Test("S3.5 a row whose flag was flipped does not lose what cannot be fetched again, and is mended by the label")
    func flippedFlag() async throws {
        try await FilledCache.with { (cache) async throws in
            let once = try #require(try await cache.add("once", isSingleUse: true))
            let usage = try cache.store.usage()
            for slot in [FilledCache.text, FilledCache.result] {
                try await Self.damage(cache, once, slot, "singleUse = 0")
            }
            #expect(try cache.tree("once") == nil)
            try await cache.another().prune(to: 0)
            #expect(cache.files("once") == [FilledCache.text, FilledCache.result])
            let tree = try #require(try cache.tree("once"))
            let kept = tree.artifacts.filter(\.isSingleUse)
            #expect(kept.map(\.slot) == [FilledCache.text, FilledCache.result] && kept.allSatisfy(\.isStored))
            #expect(try cache.store.usage().singleUseBytes == usage.singleUseBytes)
        }
    }

    @Test(
        "S3.3 a blob whose label says that it cannot be fetched again stays, even if its row says otherwise in good order"
    )
    func labelDecides() async throws {
        try await FilledCache.with { (cache) async throws in
            let once = try #require(try await cache.add("once", isSingleUse: true))
            for var row in try #require(try cache.tree("once")).artifacts where row.isSingleUse {
                row.isSingleUse = false
                try await cache.store.put(row, of: once)
            }
            try await cache.another().prune(to: 0)
            #expect(cache.files("once") == [FilledCache.text, FilledCache.result])
            #expect(try cache.tree("once")?.artifacts.count(where: \.isSingleUse) == 2)
        }
    }

    @Test(
        "a damaged row of a file that can be fetched again is mended, and the file goes",
        arguments: [
            "name = 'other'", "size = 5", "allocated = 4611686018427387904", "sha256 = 'x'", "listed = 0",
            "source = NULL",
        ])
    func damagedRow(_ change: String) async throws {
        try await FilledCache.with { (cache) async throws in
            let job = try #require(try await cache.add("one"))
            let before = try #require(try cache.tree("one")?.artifacts.first { $0.slot == FilledCache.image })
            try await Self.damage(cache, job, FilledCache.image, change)
            try await cache.another().prune(to: 0)
            #expect(cache.files("one").isEmpty)
            let tree = try #require(try cache.tree("one"))
            #expect(tree.artifacts.first { $0.slot == FilledCache.image } == before.withoutBlob)
        }
    }

    @Test("the row of a job that is damaged removes no file, as nobody knows which")
    func damagedJob() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            try await cache.add("two")
            try await Self.damage(cache, "UPDATE job SET terminal = 0 WHERE id = 'one'")
            try await cache.another().evictor.run(StoreLimits(size: 0, freeFraction: 0))
            #expect(cache.files("one").count == 3)
            #expect(cache.files("two").isEmpty)
        }
    }

    @Test("a file without a label that can be read is kept aside, and its row says that it is not here")
    func unreadableLabel() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            try await Shell.run("truncate -s 500 \"$1\"", [cache.path("one", FilledCache.text).string])
            try await cache.store.evictor.run(StoreLimits(size: 0, freeFraction: 0))
            #expect(cache.files("one").isEmpty)
            #expect(DirectoryListing.names(in: cache.store.directory.quarantine).count == 1)
            #expect(try cache.tree("one")?.artifacts.allSatisfy { !$0.isStored } == true)
        }
    }

    @Test("whoever needs more than an eviction under way gets it, and none of many is content with another's")
    func larger() async throws {
        try await FilledCache.with { (cache) async throws in
            for number in 0..<16 { try await cache.add("job\(number)", size: 20_000) }
            let used = try cache.store.usage().bytes
            let evictor = cache.store.evictor
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in (1...8).reversed() {
                    group.addTask {
                        let size = used * UInt64(part) / 8
                        try await evictor.run(StoreLimits(size: size, freeFraction: 0))
                        #expect(try cache.store.usage().bytes <= size)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(
        "S5.4 another process that keeps the right to evict, as one that was stopped does, is not waited for without end"
    )
    func heldElsewhere() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            let held = try #require(try FetchLock.take(cache.store.directory.claims.appending("eviction")))
            let begin = ContinuousClock.now
            try await cache.another().prune(to: 0)
            #expect(cache.files("one").isEmpty)
            #expect(begin.duration(to: .now) < .seconds(20))
            withExtendedLifetime(held) {}
        }
    }
}

@Suite("Room", .timeLimit(.minutes(5)))
struct RoomTests {
    private static func open(_ scratch: ScratchDirectory, size: UInt64) throws -> ArtifactStore {
        try ArtifactStore(at: scratch.appending("cache"), limits: StoreLimits(size: size, freeFraction: 0))
    }

    @Test("room is made by what can be fetched again, and nothing goes when that is not enough")
    func making() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", size: 100_000, isSingleUse: true)
            for number in 0..<4 { try await cache.add("job\(number)", size: 100_000) }
            let usage = try cache.store.usage()
            let store = try Self.open(cache.scratch, size: usage.bytes)
            let evictable = usage.bytes - usage.singleUseBytes
            #expect(try await !store.makeRoom(for: evictable + 1, within: .cache))
            #expect(try await !store.makeRoom(for: .max, within: .cache))
            #expect(try await !store.makeRoom(for: .max))
            #expect(try store.usage() == usage)
            #expect(try await store.makeRoom(for: 200_000, within: .cache))
            let left = try store.usage().bytes
            #expect(left <= usage.bytes - 200_000 && left > usage.singleUseBytes)
            #expect(try await store.makeRoom(for: evictable, within: .cache))
            #expect(try store.usage().bytes == usage.singleUseBytes)
            // The disk has room for it, whatever the cache was to take.
            #expect(try await store.makeRoom(for: usage.bytes))
        }
    }

    @Test("bytes on their way in are part of what the cache takes")
    func arriving() async throws {
        try await FilledCache.with { (cache) async throws in
            for number in 0..<4 { try await cache.add("job\(number)", size: 100_000) }
            let usage = try cache.store.usage()
            let store = try Self.open(cache.scratch, size: usage.bytes)
            let spool = try cache.store.spool()
            try spool.append([UInt8](repeating: 1, count: 150_000))
            try await store.evictor.run()
            #expect(try store.usage().bytes <= usage.bytes - 150_000)
            withExtendedLifetime(spool) {}
        }
    }

    @Test("a disk that refuses though its numbers allow more is given room all the same")
    func refusing() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one", size: 100_000)
            #expect(try await cache.store.evict(atLeast: 50_000))
            #expect(cache.files("one").count < 3)
        }
    }

    @Test("no number that a disk or an index may tell is too large to reckon with")
    func extremes() {
        let numbers: [UInt64] = [0, 1, 4096, 1 << 40, 1 << 62, .max - 1, .max]
        for size in numbers {
            for used in numbers {
                for free in numbers {
                    for wanted in numbers {
                        var space = StoreSpace()
                        (space.used, space.arriving, space.free, space.total) = (used, free, free, used)
                        let limits = StoreLimits(size: size).makingRoom(for: wanted)
                        #expect(limits.excess(space) <= used)
                        #expect(limits.room(space) <= free)
                        #expect(limits.room(space) <= limits.greatestRoom(space))
                    }
                }
            }
        }
    }
}
