import PulseTestSupport
import Synchronization
import Testing
import Transfer

@testable import SharedStore

@Suite(.timeLimit(.minutes(1))) struct StoreCheckTests {
    /// A clock that its sleepers move, for the engine and for who checks it.
    private final class OwnTime: Clock, Sendable {
        typealias Instant = ContinuousClock.Instant
        private let start = ContinuousClock.Instant.now
        private let passed = Mutex(Duration.zero)
        var now: Instant { start + passed.withLock { $0 } }
        var minimumResolution: Duration { .zero }
        func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            passed.withLock { $0 = max($0, deadline - start) }
        }
        var time: StoreTime { StoreTime(self, wall: { self.passed.withLock { $0.components.seconds } }) }
    }

    @Test func anEngineThatKeepsItsPromisesIsGoodForAllOfIt() async throws {
        let time = OwnTime().time
        let store = MemoryObjectStore(time: time)
        let outcomes = try await StoreCheck(store, within: .seconds(1), time: time).run()
        #expect(outcomes.map(\.trial) == StoreCheck.Trial.allCases)
        for outcome in outcomes { #expect(outcome.isPassed, "\(outcome)") }
        #expect(outcomes.canShare && outcomes.canClaim && outcomes.canRenew)
        #expect(outcomes.conditionalWrites == .atomic)
        #expect(store.contents.isEmpty)
    }

    /// Passes over conditions, as engines do that have never heard of them.
    private struct Careless: ObjectStore {
        let store: MemoryObjectStore
        var readsOld = false

        func get(
            _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, limit: Int, within: Duration
        ) async throws(ObjectStoreError) -> ObjectRead {
            try await store.get(key, range: range, condition, limit: limit, within: within)
        }

        func get(
            _ key: ObjectKey, range: ByteRange?, _ condition: ReadCondition, into sink: any ObjectSink, within: Duration
        ) async throws(ObjectStoreError) -> ObjectFacts? {
            try await store.get(key, range: range, condition, into: sink, within: within)
        }

        func put(
            _ key: ObjectKey, _ body: RequestBody, _ condition: WriteCondition, within: Duration
        ) async throws(ObjectStoreError) -> ETag { try await store.put(key, body, .none, within: within) }

        func renew(_ key: ObjectKey, _ etag: ETag, within: Duration) async throws(ObjectStoreError) {}

        func delete(_ key: ObjectKey, _ condition: WriteCondition, within: Duration) async throws(ObjectStoreError) {
            try await store.delete(key, .none, within: within)
        }

        func list(
            _ prefix: String, from next: String?, limit: Int, within: Duration
        ) async throws(ObjectStoreError) -> ObjectPage {
            try await store.list(prefix, from: next, limit: limit, within: within)
        }
    }

    @Test func anEngineThatPassesOverConditionsIsGoodForContentAlone() async throws {
        let time = OwnTime().time
        let store = MemoryObjectStore(time: time)
        let outcomes = try await StoreCheck(Careless(store: store), within: .seconds(1), time: time).run()
        #expect(
            outcomes.filter { !$0.isPassed }.map(\.trial)
                == [.putIfAbsent, .putIfUnchanged, .refusal, .renewal, .conditionalDelete])
        #expect(outcomes.canShare)
        #expect(!outcomes.canClaim && !outcomes.canRenew)
        #expect(outcomes.conditionalWrites == .none)
        #expect(store.contents.isEmpty)
    }

    @Test func anEngineThatCannotBeWrittenToIsSaidToBeOne() async throws {
        let store = MemoryObjectStore { operation, _ in operation == .put ? .failed(.denied) : nil }
        await #expect(throws: ObjectStoreError.self) { try await StoreCheck(store, within: .seconds(1)).run() }
    }
}
