import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Single-use claim", .timeLimit(.minutes(1)))
struct SingleUseClaimTests {
    private static let origin = "https://api.example.com"

    private func claim(_ store: ArtifactStore, _ id: String = "job-1") async throws -> SingleUseClaim {
        try #require(try await store.claim(origin: Self.origin, id: id))
    }

    @Test("one of two stores of a cache holds the claim; the other gets it when it is let go")
    func exclusive() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let (one, two) = (try ArtifactStore(at: scratch.path), try ArtifactStore(at: scratch.path))
            var held: SingleUseClaim? = try await claim(one)
            #expect(held?.hasLeftover == false)
            try held?.document.append([1, 2, 3])
            let impatient = Task { try await two.claim(origin: Self.origin, id: "job-1") }
            impatient.cancel()
            #expect(try await impatient.value == nil)
            _ = try await claim(two, "another-job")
            held = nil
            let next = try await claim(two)
            #expect(next.hasLeftover)
            #expect(try next.document.size() == 3)
        }
    }

    @Test("a claim that was settled leaves nothing, and the next one starts afresh")
    func settled() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.path)
            do {
                let claim = try await claim(store)
                try claim.document.append([1])
                claim.settle()
            }
            #expect(DirectoryListing.names(in: store.directory.claims).isEmpty)
            #expect(try await !claim(store).hasLeftover)
        }
    }

    @Test(
        "what a process was called by other machines is known to the next one, with the facts of its bytes and without")
    func former() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.path)
            do {
                let claim = try await claim(store)
                #expect(claim.formerNonce == nil)
                try claim.note(nonce: "a")
                claim.forgetFacts()
            }
            do {
                let claim = try await claim(store)
                #expect(claim.formerNonce == "a" && claim.leftoverFacts == nil)
                try claim.note(nonce: "b")
                try claim.document.append([1, 2, 3])
                try claim.note(PartFacts(validator: "\"v\"", announced: 9))
            }
            #expect(store.leftoverClaims(origin: Self.origin) == ["job-1"])
            let claim = try await claim(store)
            #expect(claim.formerNonce == "b")
            #expect(claim.leftoverFacts == PartFacts(validator: "\"v\"", announced: 9))
            // Whoever does not tell others leaves nothing of that.
            try claim.note(PartFacts(announced: 9))
            claim.settle()
            #expect(store.leftoverClaims(origin: Self.origin).isEmpty)
        }
    }

    @Test("the bytes of a process that was killed are found again, and its claim is free")
    func killed() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.path)
            let path = store.directory.claims.appending("\(OriginName.of(Self.origin))-job-1")
            // Another process takes the lock as this program does, writes, and is killed.
            try await Shell.run(
                "exec 9> \"$1\"; flock -xn 9; printf '{\"markdown\": \"x\"}' >&9; kill -9 $$", [path.string])
            _ = try ArtifactStore(at: scratch.path)
            let claim = try await claim(store)
            #expect(claim.hasLeftover)
            #expect(try claim.document.size() == 17)
        }
    }

    @Test("S3.5 each download that is set aside is kept under a name of its own, and the claim starts afresh")
    func setAside() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.path)
            let claim = try await claim(store)
            try claim.document.append(Array("<html>".utf8))
            let path = try claim.document.setAside(in: store.directory.aside)
            #expect(try await Shell.run("cat \"$1\"", [path.string]).text == "<html>")
            for text in ["second", "third"] {
                let again = try await self.claim(store)
                #expect(!again.hasLeftover)
                try again.document.append(Array(text.utf8))
                _ = try again.document.setAside(in: store.directory.aside)
            }
            let kept = try await Shell.run("cd \"$1\" && cat *", [store.directory.aside.string])
            #expect(kept.text == "<html>secondthird")
        }
    }

    @Test("the ledger keeps its lines in order, across stores, apart by job and API")
    func ledger() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.path)
            let time = Timestamp(seconds: 1_700_000_000)
            try await store.enter(.claimed, origin: Self.origin, id: "a", actor: "one", at: time)
            try await store.enter(.claimed, origin: Self.origin, id: "b", actor: "one", at: time)
            try await store.enter(.delivered, origin: Self.origin, id: "a", actor: "two", at: time)
            let again = try ArtifactStore(at: scratch.path)
            #expect(
                try again.ledger(origin: Self.origin, id: "a") == [
                    LedgerEntry(event: .claimed, time: time, actor: "one"),
                    LedgerEntry(event: .delivered, time: time, actor: "two"),
                ])
            #expect(try again.ledger(origin: "https://other.example.com", id: "a").isEmpty)
        }
    }
}
