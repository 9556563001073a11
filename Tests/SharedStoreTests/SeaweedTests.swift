import Foundation
import PulseTestSupport
import Quantities
import Testing
import Transfer

@testable import SharedStore

/// The client against a real object store. One server for all of it: it takes seconds to start.
@Suite(
    "Against SeaweedFS", .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)),
    .timeLimit(.minutes(5)))
struct SeaweedTests {
    private static let within = Duration.seconds(10)

    private static func key(_ text: String) throws -> ObjectKey { try #require(ObjectKey(text)) }

    private static func store(
        _ server: SeaweedServer, _ address: String = "s3://fleet/team a/ü+=(1)",
        accessKey: String = SeaweedServer.accessKey,
        secretKey: String = SeaweedServer.secretKey
    ) throws -> S3ObjectStore {
        let credentials = try #require(StoreCredentials(accessKey: accessKey, secretKey: secretKey))
        return S3ObjectStore(
            StoreLocation(try StoreAddress(address), endpoint: try StoreEndpoint(server.url)),
            credentials: CredentialKeeper { credentials }, engine: TransferEngine(.init(userAgent: "store-tests")))
    }

    private static func kind(_ body: () async throws -> Void) async -> ObjectStoreError.Kind? {
        do { try await body() } catch { return (error as? ObjectStoreError)?.kind ?? .invalidAnswer }
        return nil
    }

    @Test func everyOperationDoesWhatItSays() async throws {
        try await SeaweedServer.with { server in
            let store = try Self.store(server)
            let key = try Self.key("1/j/ab/abcd")
            // A fresh server may say 500 for a moment before it knows its parts.
            let before = await Self.kind {
                _ = try await store.get(key, range: nil, .none, limit: 9, within: Self.within)
            }
            #expect(before == .noSuchBucket)
            _ = try await store.send(
                S3Call(method: .put, key: nil, isRepeatable: true), into: MemoryCallSink(limit: 9), within: .seconds(30)
            )
            try await readAndWrite(store, key)
            try await list(store)
            try await writeInParts(store)
            try await sealed(store)
            try await refuse(server)
            let outcomes = try await StoreCheck(store, within: Self.within).run()
            for outcome in outcomes { #expect(outcome.isPassed, "\(outcome.trial): \(outcome.words)") }
            #expect(outcomes.count == StoreCheck.Trial.allCases.count)
            let left = try await store.list("check/", from: nil, limit: 10, within: Self.within)
            #expect(left.entries.isEmpty)
        }
    }

    private func readAndWrite(_ store: S3ObjectStore, _ key: ObjectKey) async throws {
        let within = Self.within
        #expect(
            await Self.kind { _ = try await store.get(key, range: nil, .none, limit: 9, within: within) } == .absent)
        let one = try await store.put(key, .bytes(Array("hello".utf8)), .ifAbsent, within: within)
        #expect(
            await Self.kind { _ = try await store.put(key, .bytes([1]), .ifAbsent, within: within) } == .conditionFailed
        )
        guard case .bytes(let bytes, let facts) = try await store.get(key, range: nil, .none, limit: 9, within: within)
        else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes == Array("hello".utf8))
        #expect(facts.etag == one)
        #expect(facts.size == 5)
        #expect(try #require(facts.age) < .seconds(60))
        #expect(try await store.get(key, range: nil, .unless(one), limit: 9, within: within) == .unchanged)
        let part = try await store.get(
            key, range: ByteRange(first: 1, last: 3), .ifStill(one), limit: 9, within: within)
        guard case .bytes(let some, let whole) = part else {
            Issue.record("no bytes")
            return
        }
        #expect(some == Array("ell".utf8))
        #expect(whole.size == 5)
        #expect(
            await Self.kind {
                _ = try await store.get(key, range: ByteRange(first: 5), .none, limit: 9, within: within)
            }
                == .beyondEnd)
        let two = try await store.put(key, .bytes([2]), .ifStill(one), within: within)
        #expect(
            await Self.kind { _ = try await store.put(key, .bytes([3]), .ifStill(one), within: within) }
                == .conditionFailed)
        #expect(
            await Self.kind { _ = try await store.get(key, range: nil, .ifStill(one), limit: 9, within: within) }
                == .conditionFailed)
        try await store.renew(key, two, within: within)
        #expect(await Self.kind { try await store.renew(key, one, within: within) } == .conditionFailed)
        try await store.delete(key, .none, within: within)
        try await store.delete(key, .none, within: within)
        #expect(
            await Self.kind { _ = try await store.get(key, range: nil, .none, limit: 9, within: within) } == .absent)
    }

    private func list(_ store: S3ObjectStore) async throws {
        let names = (0..<25).map { "1/b/\($0 < 10 ? "0" : "")\($0)" }
        for name in names { _ = try await store.put(try Self.key(name), .bytes([1]), .none, within: Self.within) }
        var found: [String] = []
        var next: String?
        repeat {
            let page = try await store.list("1/b/", from: next, limit: 10, within: Self.within)
            #expect(page.entries.allSatisfy { $0.size == 1 && $0.etag != nil && $0.modified != nil })
            #expect(page.foreign == 0)
            found += page.entries.map(\.key.text)
            next = page.next
        } while next != nil
        #expect(found == names)
    }

    private func writeInParts(_ store: S3ObjectStore) async throws {
        let key = try Self.key("keep/large")
        let pattern = (0..<1_048_576).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let contents = Array((0..<70).map { _ in pattern }.joined()) + [1, 2, 3]
        let etag = try await store.put(key, .all(of: BytesSource(contents)), .ifAbsent, within: Self.within)
        let sink = CollectingSink()
        let facts = try #require(try await store.get(key, range: nil, .none, into: sink, within: Self.within))
        #expect(facts.etag == etag)
        #expect(facts.size == ByteCount(UInt64(contents.count)))
        #expect(sink.opened.bytes == contents)
        try await store.delete(key, .none, within: Self.within)
    }

    private func sealed(_ store: S3ObjectStore) async throws {
        let secret = FleetSecret.random()
        let key = try Self.key("1/b/sealed")
        let contents = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }
        let sealer = try ObjectSealer(key, SealedHeader(writer: "tests"), secret.first)
        _ = try await store.put(
            key, .all(of: SealedSource(BytesSource(contents), sealer)), .ifAbsent, within: Self.within)
        let opened = OpenedBytes()
        let sink = OpeningSink(key, secret) { opened.take($0, $1) }
        _ = try await store.get(key, range: nil, .none, into: sink, within: Self.within)
        #expect(sink.isComplete)
        #expect(opened.bytes == contents)
        // The same bytes elsewhere open nowhere.
        let copy = try Self.key("1/b/elsewhere")
        let raw = CollectingSink()
        _ = try await store.get(key, range: nil, .none, into: raw, within: Self.within)
        _ = try await store.put(copy, .bytes(raw.opened.bytes), .ifAbsent, within: Self.within)
        let other = OpeningSink(copy, secret) { opened.take($0, $1) }
        #expect(
            await Self.kind { _ = try await store.get(copy, range: nil, .none, into: other, within: Self.within) }
                == .notTaken)
        #expect(!other.isComplete)
    }

    private func refuse(_ server: SeaweedServer) async throws {
        let within = Self.within
        let reader = try Self.store(
            server, accessKey: SeaweedServer.readerAccessKey, secretKey: SeaweedServer.readerSecretKey)
        let key = try Self.key("1/b/00")
        _ = try await reader.get(key, range: nil, .none, limit: 9, within: within)
        #expect(await Self.kind { _ = try await reader.put(key, .bytes([1]), .none, within: within) } == .denied)
        let unknown = try Self.store(server, accessKey: "AKIDNOBODY")
        #expect(
            await Self.kind { _ = try await unknown.get(key, range: nil, .none, limit: 9, within: within) } == .denied)
        let wrong = try Self.store(server, secretKey: "wrong")
        #expect(
            await Self.kind { _ = try await wrong.get(key, range: nil, .none, limit: 9, within: within) } == .denied)
        let elsewhere = try Self.store(server, "s3://none/at-all")
        #expect(
            await Self.kind { _ = try await elsewhere.get(key, range: nil, .none, limit: 9, within: within) }
                == .noSuchBucket)
    }
}

/// Puts an object together as it comes.
private final class CollectingSink: ObjectSink {
    let opened = OpenedBytes()

    func begin(_ facts: ObjectFacts) { opened.clear() }

    func receive(_ bytes: RawSpan, at offset: ByteCount) -> BodyDemand {
        opened.take(bytes.withUnsafeBytes { Array($0) }, offset)
        return .more
    }
}
