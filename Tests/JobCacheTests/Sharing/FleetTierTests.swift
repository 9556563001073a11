import ArtifactStore
import PulseAPI
import PulseTestSupport
import SharedStore
import Synchronization
import Testing

@testable import JobCache

@Suite(.timeLimit(.minutes(1))) struct FleetTierTests {
    /// Time that passes when somebody sleeps.
    private final class Time: Sendable {
        private let passed = Mutex(Duration.zero)
        var now: Duration { passed.withLock { $0 } }
        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
    }

    private struct Machine {
        let tier: FleetTier
        let time: Time
        let store: ArtifactStore
        let reader: KeyInUse

        func look(_ id: JobID, isPoll: Bool = false) async -> JobLook {
            await tier.look(id, for: reader, isPoll: isPoll)
        }
    }

    private static let secret = FleetSecret.random()

    private static func with(
        _ objects: MemoryObjectStore, key: String = "a-key", whenAsleep: @escaping @Sendable () async -> Void = {},
        _ body: (Machine) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { scratch in
            let store = try ArtifactStore(at: scratch.appending("cache"))
            let time = Time()
            let fleet = FleetStore(objects, secret, FleetRules(), .fits(claims: true))
            let tier = FleetTier(
                fleet, origin: "https://api.example.com", store: store,
                time: FleetTime(
                    now: { time.now },
                    sleep: {
                        time.pass($0)
                        await whenAsleep()
                    }))
            let secret = try #require(APIKey(key))
            let reader = KeyInUse(
                key: secret, fingerprint: secret.withSecret { store.fingerprint(ofKey: $0) }, generation: 0)
            try await body(Machine(tier: tier, time: time, store: store, reader: reader))
            await tier.close(within: nil)
            await store.close()
        }
    }

    private func word(_ look: JobLook) -> String {
        switch look {
        case .alone: "alone"
        case .ask(let ticket): ticket.isLease ? "lease" : "ask"
        case .document: "document"
        case .running: "running"
        }
    }

    private func id() throws -> JobID { try #require(JobID("job-1")) }

    private func document(_ store: ArtifactStore) throws -> SpoolFile {
        let spool = try store.spool()
        try spool.append(Array("an answer".utf8))
        return spool
    }

    @Test func whoHasTheLeaseIsWaitedForAndTakenOverFromAfterFiveSeconds() async throws {
        let objects = MemoryObjectStore()
        let id = try id()
        try await Self.with(objects) { first in
            #expect(word(await first.look(id)) == "lease")
            try await Self.with(objects) { second in
                #expect(word(await second.look(id)) == "lease")
                #expect(second.time.now == .seconds(5))
            }
        }
    }

    @Test func whoeverWaitsGetsWhatTheHolderSettles() async throws {
        let objects = MemoryObjectStore()
        let id = try id()
        try await Self.with(objects) { first in
            guard case .ask(let ticket) = await first.look(id) else {
                Issue.record("no lease")
                return
            }
            let isSettled = Mutex(false)
            let document = try document(first.store)
            try await Self.with(
                objects,
                whenAsleep: {
                    let isFirst = isSettled.withLock { isSettled in
                        defer { isSettled = true }
                        return !isSettled
                    }
                    guard isFirst else { return }
                    first.tier.settle(ticket, .ended(document))
                    // The writing is done by a task of its own.
                    while first.tier.outbox.bytes > 0 { await Task.yield() }
                }
            ) { second in
                #expect(word(await second.look(id)) == "document")
                #expect(second.time.now < .seconds(1))
            }
        }
    }

    @Test func whatIsGivenBackIsAskedForByTheNext() async throws {
        let objects = MemoryObjectStore()
        let id = try id()
        try await Self.with(objects) { first in
            guard case .ask(let ticket) = await first.look(id) else { return }
            first.tier.settle(ticket, .released)
        }
        try await Self.with(objects) { second in
            #expect(word(await second.look(id)) == "lease")
            #expect(second.time.now == .zero)
        }
    }

    @Test func aGrantIsAKeysOwnAndCanBeTakenBack() async throws {
        let objects = MemoryObjectStore()
        let id = try id()
        try await Self.with(objects) { first in
            guard case .ask(let ticket) = await first.look(id) else { return }
            first.tier.settle(ticket, .ended(try document(first.store)))
        }
        for number in 0..<20 {
            try await Self.with(objects, key: "key-\(number)") { other in
                guard case .ask(let ticket) = await other.look(id) else {
                    Issue.record("it was shown to key \(number)")
                    return
                }
                #expect(!ticket.isLease)
                other.tier.settle(ticket, .ended(try document(other.store)))
            }
        }
        // Sixteen stand in the record, and five are objects of their own.
        #expect(objects.contents.keys.filter { $0.hasPrefix("1/g/") }.count == 5)
        for key in ["key-3", "key-19"] {
            try await Self.with(objects, key: key) { other in
                #expect(word(await other.look(id)) == "document")
                other.tier.withdraw(id, from: other.reader)
            }
            try await Self.with(objects, key: key) { #expect(word(await $0.look(id)) == "ask") }
        }
        try await Self.with(objects, key: "key-4") { #expect(word(await $0.look(id)) == "document") }
    }

    @Test func aDenialIsNotShared() async throws {
        let objects = MemoryObjectStore()
        let id = try id()
        try await Self.with(objects) { first in
            guard case .ask(let ticket) = await first.look(id) else { return }
            first.tier.settle(ticket, .released)
        }
        let read = try await SealedObjects(objects, Self.secret, writer: "x").read(
            .job(ObjectNames(Self.secret.first).job(id.text, of: "https://api.example.com")), limit: 10_000,
            within: .seconds(1))
        guard case .opened(let version) = read else {
            Issue.record("nothing is there")
            return
        }
        #expect(JobRecord(version.contents) == .released)
    }

    @Test func aPollWaitsForNobody() async throws {
        let objects = MemoryObjectStore()
        let id = try id()
        try await Self.with(objects) { first in
            #expect(word(await first.look(id)) == "lease")
            try await Self.with(objects) { second in
                #expect(word(await second.look(id, isPoll: true)) == "alone")
                #expect(second.time.now == .zero)
            }
        }
    }
}
