import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Forgetting", .timeLimit(.minutes(5)))
struct ForgettingTests {
    private func forget(
        _ store: ArtifactStore, _ job: String, losing: Bool = false
    ) async throws -> ForgetOutcome {
        try await store.forget(origin: FilledCache.origin, id: job, losingResults: losing, actor: "a test")
    }

    @Test("a forgotten job has no row, no grant and no file, and the listing says that one has gone")
    func forgotten() async throws {
        try await FilledCache.with { (cache) async throws in
            let ordinal = try #require(try await cache.add("one"))
            try await cache.add("one-64")
            let before = try cache.store.listing()
            let outcome = try await forget(cache.another(), "one")
            guard case .forgotten(let files, losingResults: false) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(files.files == 3 && files.bytes > 3000)
            #expect(try cache.tree("one") == nil)
            #expect(try !cache.store.isGranted(ordinal, to: cache.fingerprint))
            #expect(cache.files("one").isEmpty && cache.files("one-64").count == 3)
            #expect(try cache.store.listing().removals > before.removals)
            #expect(
                try cache.store.lostTree(origin: FilledCache.origin, id: "one", for: cache.fingerprint) == nil)
            #expect(DirectoryListing.names(in: cache.store.directory.claims).isEmpty)
            #expect(try await forget(cache.another(), "one") == .unknown)
            #expect(try await cache.add("one") != ordinal)
        }
    }

    @Test("S3.3 a job with a result that cannot be fetched again is refused, and named; losing it is in the ledger")
    func singleUse() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", isSingleUse: true)
            #expect(try await forget(cache.another(), "once") == .wouldLose(["result.md", "result.json"]))
            #expect(cache.files("once").count == 3)
            let outcome = try await forget(cache.another(), "once", losing: true)
            guard case .forgotten(_, losingResults: true) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            let ledger = try cache.store.ledger(origin: FilledCache.origin, id: "once")
            #expect(ledger.map(\.event) == [.delivered, .lost] && ledger.last?.actor == "a test")
            #expect(try cache.tree("once") == nil && cache.files("once").isEmpty)
        }
    }

    @Test("S3.3 what is left of such a result in the quarantine, and a download that is not finished, count too")
    func leftovers() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("once", isSingleUse: true)
            for slot in [FilledCache.text, FilledCache.result] {
                try await Shell.run("truncate -s 10 \"$1\"", [cache.path("once", slot).string])
            }
            _ = try await cache.another().verify { _ in }
            #expect(try await forget(cache.another(), "once") == .wouldLose(["result.md", "result.json"]))
            _ = try await forget(cache.another(), "once", losing: true)
            #expect(DirectoryListing.names(in: cache.store.directory.quarantine).isEmpty)

            let claim = cache.store.directory.claims.appending("\(OriginName.of(FilledCache.origin))-half")
            try await Shell.run("echo half > \"$1\"", [claim.string])
            guard case .wouldLose = try await forget(cache.another(), "half") else {
                Issue.record("the download was not seen")
                return
            }
            #expect(FileFacts(of: claim)?.size == 5)
            _ = try await forget(cache.another(), "half", losing: true)
            #expect(FileFacts(of: claim) == nil)
        }
    }

    @Test("a job that is not forgotten to the end does not come back by itself, and can be forgotten again")
    func interrupted() async throws {
        for step in ArtifactStore.ForgettingStep.allCases {
            try await FilledCache.with { (cache) async throws in
                try await cache.add("once", isSingleUse: true)
                await #expect(throws: StoreError.self) {
                    let store = try cache.another()
                    _ = try await store.forget(
                        origin: FilledCache.origin, id: "once", losingResults: true, actor: "a test"
                    ) { reached throws(StoreError) in
                        if reached == step { throw StoreError(.system, "the process ends here") }
                    }
                }
                let next = try cache.another()
                // With the index lost too, nothing of the job is made from what is left of its files.
                if step != .entered {
                    #expect(next.labelledTree(origin: FilledCache.origin, id: "once") == nil, "\(step)")
                }
                if try next.tree(origin: FilledCache.origin, id: "once") == nil {
                    #expect(cache.files("once").isEmpty, "\(step)")
                } else {
                    _ = try await forget(next, "once", losing: true)
                }
                #expect(try cache.tree("once") == nil && cache.files("once").isEmpty, "\(step)")
                #expect(try await forget(cache.another(), "once") == .unknown)
            }
        }
    }

    @Test("a job that another process is fetching is left alone")
    func busy() async throws {
        try await FilledCache.with { (cache) async throws in
            try await cache.add("one")
            let claim = try await cache.store.claim(origin: FilledCache.origin, id: "one")
            #expect(try await forget(cache.another(), "one") == .busy)
            #expect(cache.files("one").count == 3)
            withExtendedLifetime(claim) {}
        }
    }

    @Test("a file that arrives after its job was forgotten makes no job, and pruning removes it")
    func late() async throws {
        try await FilledCache.with { (cache) async throws in
            let ordinal = try #require(try await cache.add("one"))
            _ = try await forget(cache.another(), "one")
            let late = try await cache.publish(
                "one", FilledCache.image, "figure.png", 10, false, source: "image:figure.png")
            await #expect(throws: StoreError.self) { try await cache.store.put(late, of: ordinal) }
            #expect(try cache.tree("one") == nil)
            #expect(
                try cache.store.lostTree(origin: FilledCache.origin, id: "one", for: cache.fingerprint) == nil)
            #expect(try await cache.another().prune().orphans.files == 1)
        }
    }
}
