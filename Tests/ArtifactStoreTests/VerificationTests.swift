import PulseTestSupport
import Synchronization
import System
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Cache verification", .timeLimit(.minutes(1)))
struct VerificationTests {
    private typealias Finding = CacheVerification.Finding

    private func verify(_ store: ArtifactStore) async throws -> (CacheVerification, [Finding]) {
        let found = Mutex<[Finding]>([])
        let report = try await store.verify { event in
            if case .found(let finding) = event { found.withLock { $0.append(finding) } }
        }
        return (report, found.withLock { $0 })
    }

    @Test("a whole cache is found to be whole, with every file read and progress that ends at the total")
    func whole() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one", size: 300_000)
            try await cache.add("two", isSingleUse: true)
            let progress = Mutex<[VerificationProgress]>([])
            let report = try await cache.another().verify { event in
                if case .progress(let step) = event { progress.withLock { $0.append(step) } }
            }
            #expect(report == CacheVerification(files: 6, bytes: 903_000, isComplete: true))
            let steps = progress.withLock { $0 }
            #expect(steps.map(\.files) == Array(1...6))
            #expect(steps.last?.bytes == steps.last?.total.bytes && steps.last?.total.files == 6)
        }
    }

    @Test("a flipped bit and a truncation are found, set aside, and forgotten by the index")
    func damaged() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            try await cache.add("two", isSingleUse: true)
            try await cache.flipBit("one", FilledCache.image)
            // Without its end a file has no label: only its place says whose it is.
            try await Shell.run("truncate -s 500 \"$1\"", [cache.path("two", FilledCache.text).string])
            let before = try cache.store.usage()
            let (report, found) = try await verify(cache.another())
            #expect(report.damaged == 2 && report.missing == 0 && report.files == 4 && report.isComplete)
            #expect(found.map(\.job) == ["one", "two"])
            #expect(found.map(\.file) == ["figure.png", "result.md"])
            #expect(found.map(\.isSingleUse) == [false, true])
            for finding in found {
                guard case .damaged(let kept?) = finding.problem else {
                    Issue.record("it was not set aside: \(finding)")
                    continue
                }
                #expect(FileFacts(of: kept) != nil)
            }
            #expect(cache.files("one") == [FilledCache.text, FilledCache.result])
            #expect(try cache.tree("one")?.artifacts.first { $0.slot == FilledCache.image }?.isStored == false)
            #expect(try cache.tree("two")?.artifacts.first { $0.slot == FilledCache.text }?.isStored == false)
            #expect(try cache.store.usage().files == before.files - 2)
            let (again, more) = try await verify(cache.another())
            #expect(again.files == 4 && more.isEmpty)
        }
    }

    @Test("a deletion is found, and the row knows it then")
    func missing() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            try await Shell.run("rm \"$1\"", [cache.path("one", FilledCache.image).string])
            let (report, found) = try await verify(cache.another())
            #expect(report.missing == 1 && report.damaged == 0)
            #expect(
                found == [Finding(problem: .missing, job: "one", file: "figure.png", isSingleUse: false)])
            let row = try cache.tree("one")?.artifacts.first { $0.slot == FilledCache.image }
            #expect(row?.isStored == false && row?.size == 1000)
            #expect(try await verify(cache.another()).1.isEmpty)
        }
    }

    @Test("a file in the place of another, and one that was never a blob, are damage too")
    func foreign() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            try await cache.add("two")
            try await Shell.run(
                "cp \"$1\" \"$2\"; echo hello > \"$(dirname \"$2\")/notes\"",
                [cache.path("one", FilledCache.text).string, cache.path("two", FilledCache.text).string])
            let (report, found) = try await verify(cache.another())
            #expect(report.damaged == 2)
            #expect(found.map(\.file) == ["result.md", "notes"])
            #expect(cache.files("one").count == 3)
        }
    }

    @Test("what cannot be read is said to be so, and left where it is")
    func unreadable() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            let path = cache.path("one", FilledCache.image)
            // As root everything can be read, but a link is not followed.
            try await Shell.run("rm \"$1\" && ln -s /etc/hostname \"$1\"", [path.string])
            let (report, found) = try await verify(cache.another())
            #expect(report.unreadable == 1 && report.damaged == 0 && report.missing == 0)
            #expect(found.map(\.file) == ["figure.png"] && found.map(\.problem) == [.unreadable])
            #expect(FileFacts(of: path) != nil)
        }
    }

    @Test("the count of what is there is put right")
    func recount() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            let right = try cache.store.usage()
            try await Shell.run(
                """
                python3 -c 'import sqlite3, sys
                with sqlite3.connect(sys.argv[1]) as index: index.execute("UPDATE usage SET bytes = 7, files = 3000")' "$1"
                """, [cache.store.directory.index.string])
            #expect(try cache.store.usage().files == 3000)
            _ = try await verify(cache.another())
            #expect(try cache.store.usage() == right)
        }
    }

    @Test("a whole file that was put in a damaged one's place meanwhile is left there")
    func replaced() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            try await cache.flipBit("one", FilledCache.text)
            let place = ShelfPlace(
                origin: OriginName.of(FilledCache.origin), job: "one", name: "\(FilledCache.text.rawValue)")
            guard case .damaged(let identity) = cache.store.shelf.check(place).state else {
                Issue.record("the damage was not seen")
                return
            }
            _ = try await cache.publish("one", FilledCache.text, "result.md", 1000, false)
            #expect(try cache.store.shelf.setAside(place, ifStill: identity) == nil)
            #expect(cache.store.open(cache.key("one", FilledCache.text)) != nil)
        }
    }

    @Test("a cancelled verification stops, and says that it is not complete")
    func cancelled() async throws {
        try await FilledCache.with { (cache) async throws in
            for number in 0..<4 { try await cache.add("job-\(number)") }
            let store = try cache.another()
            let task = Task { try await store.verify { _ in withUnsafeCurrentTask { $0?.cancel() } } }
            let report = try await task.value
            #expect(report.files == 1 && !report.isComplete)
        }
    }
}
