import PulseTestSupport
import SystemPackage
import Testing

@testable import ArtifactStore

@Suite("Credentials")
struct CredentialTests {
    private static let origin = "https://api.example.com"

    @Test("S4.2 what the API last said of a key is there for the next who opens the cache")
    func kept() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let path = scratch.appending("cache")
            let refused = StoredCredential(checkedAt: Timestamp(nanoseconds: 7), isRefused: true)
            do {
                let store = try ArtifactStore(at: path)
                let key = store.fingerprint(ofKey: "k-1")
                #expect(try store.credential(of: key, origin: Self.origin) == nil)
                let good = StoredCredential(checkedAt: Timestamp(nanoseconds: 5), isRefused: false)
                try await store.record(good, of: key, origin: Self.origin)
                #expect(try store.credential(of: key, origin: Self.origin) == good)
                try await store.record(refused, of: key, origin: Self.origin)
            }
            let store = try ArtifactStore(at: path)
            let key = store.fingerprint(ofKey: "k-1")
            #expect(try store.credential(of: key, origin: Self.origin) == refused)
        }
    }

    @Test("S4.2 each key, and each API, is a matter of its own")
    func apart() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let refused = StoredCredential(checkedAt: Timestamp(nanoseconds: 7), isRefused: true)
            try await store.record(refused, of: store.fingerprint(ofKey: "k-1"), origin: Self.origin)
            #expect(try store.credential(of: store.fingerprint(ofKey: "k-2"), origin: Self.origin) == nil)
            #expect(try store.credential(of: store.fingerprint(ofKey: "k-1"), origin: "https://b.example.com") == nil)
        }
    }
}
