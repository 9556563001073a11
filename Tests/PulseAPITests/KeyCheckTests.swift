import PulseEmulator
import PulseEmulatorFixtures
import Synchronization
import Testing
import Transfer

@testable import PulseAPI

@Suite("Key check")
struct KeyCheckTests {
    private static let key = "pulse-demo-northwind-1"
    private static let other = "pulse-demo-northwind-2"

    /// A key, the one that comes after it, and what the client said of them.
    private final class ToldKeys: KeySource {
        private let first: APIKey
        private let next: APIKey?
        private let said = Mutex<[String]>([])

        init(_ first: String, next: String?) throws {
            self.first = try #require(APIKey(first))
            self.next = next.flatMap(APIKey.init)
        }

        var key: APIKey? { first }
        var told: [String] { said.withLock { $0 } }

        func wasAccepted(_ key: APIKey) async { said.withLock { $0.append(key == first ? "accepted" : "other") } }

        func wasRefused(_ key: APIKey) async -> APIKey? {
            said.withLock { $0.append(key == first ? "refused" : "other") }
            return next
        }
    }

    private func with<Value: Sendable>(
        key: String = key, next: String? = nil, _ body: (PulseClient, Emulator, ToldKeys) async throws -> Value
    ) async throws -> Value {
        try await Emulator.with { (emulator) async throws in
            let engine = TransferEngine(.init(userAgent: "tests"))
            let origin = try #require(APIOrigin(emulator.baseURL))
            let keys = try ToldKeys(key, next: next)
            let client = PulseClient(origin: origin, engine: engine, keys: keys)
            let outcome: Result<Value, any Error>
            do { outcome = .success(try await body(client, emulator, keys)) } catch { outcome = .failure(error) }
            await engine.shutDown()
            return try outcome.get()
        }
    }

    private enum Wanted: Sendable { case good, refused, unknown }

    private static let answers: [(Fault.Effect?, Wanted)] = [
        (nil, .good), (.status(400), .good), (.status(404), .good), (.json("{}"), .good), (.status(401), .refused),
        (.status(403), .refused), (.status(402), .unknown), (.status(429), .unknown), (.status(500), .unknown),
        (.status(503), .unknown), (.redirect(to: "https://elsewhere.invalid/"), .unknown), (.html, .unknown),
        (.resetBeforeHeaders, .unknown),
    ]

    @Test("S4.2 a 200, 400 or 404 calls the key good, a 401 or 403 refuses it, anything else says nothing")
    func verdicts() async throws {
        for (effect, wanted) in Self.answers {
            try await with { (client, emulator, keys) async throws in
                if let effect { emulator.set(effect, on: .any) }
                let key = try #require(APIKey(Self.key))
                let found: Wanted =
                    switch await client.check(key) {
                    case .good: .good
                    case .refused: .refused
                    case .unknown: .unknown
                    }
                #expect(found == wanted, "\(String(describing: effect))")
                #expect(emulator.requestCounts == ["/job/pulsefs-key-check": 1])
                #expect(keys.told.isEmpty)
            }
        }
    }

    @Test("S4.3 the words of a verdict hold nothing of the key, even if the answer repeats it")
    func words() async throws {
        try await with { (client, emulator, _) async throws in
            emulator.set(.status(401, message: "Invalid key \(Self.key)."), on: .any)
            let verdict = await client.check(try #require(APIKey(Self.key)))
            var words = ""
            if case .refused(let said) = verdict { words = said }
            #expect(words.contains("401") && words.contains("Invalid key") && !words.contains(Self.key))
        }
    }

    @Test("S4.2 an answer about a job, or that there is none, counts as a check; no other answer does")
    func accepted() async throws {
        try await with { (client, emulator, keys) async throws in
            let sink = MemorySink(limit: 1 << 24)
            let job = try #require(JobID("invoice-2024-0117"))
            _ = try await client.getJob(job, into: sink)
            #expect(keys.told == ["accepted"])
            let nobody = try #require(JobID("nobody"))
            await #expect(throws: APIError.self) { try await client.getJob(nobody, into: sink) }
            #expect(keys.told == ["accepted", "accepted"])
            _ = try await client.get(.image(job, PathSegment(encoding: "logo.png")), into: sink)
            for status in [402, 403, 429, 500] {
                emulator.clearFaults()
                emulator.set(.status(status), on: .any)
                await #expect(throws: APIError.self) { try await client.getJob(job, into: sink) }
            }
            #expect(keys.told.count == 2)
        }
    }

    @Test("S7.2 a refused key is replaced within the request when there is another, once")
    func replaced() async throws {
        try await with(key: "revoked", next: Self.other) { (client, emulator, keys) async throws in
            let job = try #require(JobID("invoice-2024-0117"))
            let sink = MemorySink(limit: 1 << 24)
            _ = try await client.getJob(job, into: sink)
            #expect(!sink.bytes.isEmpty)
            #expect(keys.told == ["refused"])
            #expect(emulator.requests().map(\.keyAlias) == ["unknown", "northwind-2"])
        }
        try await with(key: "revoked", next: "revoked-too") { (client, emulator, keys) async throws in
            let job = try #require(JobID("invoice-2024-0117"))
            await #expect(throws: APIError.self) { try await client.getJob(job, into: MemorySink(limit: 1 << 24)) }
            #expect(keys.told == ["refused"])
            #expect(emulator.count == 2)
        }
    }

    @Test("S4.2 a 401 of another host says nothing of the key, which it was not sent")
    func otherHost() async throws {
        let stranger = try await Emulator.start()
        stranger.set(.status(401), on: .any)
        try await with { (client, _, keys) async throws in
            await #expect(throws: APIError.self) {
                try await client.get(.image(at: "\(stranger.baseURL)/a.png"), into: MemorySink(limit: 1 << 20))
            }
            #expect(keys.told.isEmpty)
            #expect(stranger.requests().map(\.keyAlias) == [nil])
        }
        await stranger.shutDown()
    }
}

extension Emulator {
    fileprivate var count: Int { requests().count }
}
