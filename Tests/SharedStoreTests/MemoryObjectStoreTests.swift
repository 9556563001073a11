import Quantities
import Synchronization
import Testing
import Transfer

@testable import SharedStore

@Suite struct MemoryObjectStoreTests {
    private func key(_ text: String = "1/j/a") throws -> ObjectKey { try #require(ObjectKey(text)) }
    private let second = Duration.seconds(1)

    private func kind(_ body: () async throws -> Void) async -> ObjectStoreError.Kind? {
        do { try await body() } catch { return (error as? ObjectStoreError)?.kind }
        return nil
    }

    @Test func oneOfManyWhoPutWhatIsAbsentWins() async throws {
        let store = MemoryObjectStore()
        let key = try key()
        let winners = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    (try? await store.put(key, .bytes([UInt8(number)]), .ifAbsent, within: .seconds(1))) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }

    @Test func noCountIsLostWhenManyCompareAndSwap() async throws {
        let store = MemoryObjectStore()
        let key = try key()
        _ = try await store.put(key, .bytes([0]), .ifAbsent, within: second)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    var done = 0
                    while done < 20 {
                        guard
                            case .bytes(let bytes, let facts) = try await store.get(
                                key, range: nil, .none, limit: 100, within: .seconds(1))
                        else { return }
                        let next: [UInt8] = [bytes[0] + 1, UInt8(writer), UInt8(done)]
                        if (try? await store.put(key, .bytes(next), .ifStill(facts.etag), within: .seconds(1))) != nil {
                            done += 1
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(store.contents[key.text]?.first == 160)
    }

    @Test func conditionsHoldOrFail() async throws {
        let store = MemoryObjectStore()
        let key = try key()
        #expect(await kind { _ = try await store.get(key, range: nil, .none, limit: 9, within: second) } == .absent)
        let one = try await store.put(key, .bytes([1, 2, 3]), .ifAbsent, within: second)
        #expect(await kind { _ = try await store.put(key, .bytes([2]), .ifAbsent, within: second) } == .conditionFailed)
        let two = try await store.put(key, .bytes([4, 5, 6]), .ifStill(one), within: second)
        #expect(
            await kind { _ = try await store.put(key, .bytes([2]), .ifStill(one), within: second) } == .conditionFailed)
        #expect(try await store.get(key, range: nil, .unless(two), limit: 9, within: second) == .unchanged)
        guard
            case .bytes(let part, let facts) = try await store.get(
                key, range: ByteRange(first: 1, last: 9), .ifStill(two), limit: 9, within: second)
        else {
            Issue.record("no bytes")
            return
        }
        #expect(part == [5, 6])
        #expect(facts.size == 3)
        #expect(
            await kind { _ = try await store.get(key, range: ByteRange(first: 3), .none, limit: 9, within: second) }
                == .beyondEnd)
        #expect(await kind { _ = try await store.get(key, range: nil, .none, limit: 2, within: second) } == .tooLarge)
        #expect(await kind { try await store.delete(key, .ifStill(one), within: second) } == .conditionFailed)
        try await store.renew(key, two, within: second)
        try await store.delete(key, .ifStill(two), within: second)
        #expect(await kind { try await store.renew(key, two, within: second) } == .absent)
        try await store.delete(key, .none, within: second)
    }

    /// Plays faults in their order, then none.
    private final class Faults: Sendable {
        private let left: Mutex<[MemoryObjectStore.Fault?]>
        init(_ faults: [MemoryObjectStore.Fault?]) { left = Mutex(faults) }
        func next() -> MemoryObjectStore.Fault? { left.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    private func store(_ faults: MemoryObjectStore.Fault?...) -> MemoryObjectStore {
        let faults = Faults(faults)
        return MemoryObjectStore { _, _ in faults.next() }
    }

    @Test func anAnswerThatIsLostLeavesOpenWhetherItWasDone() async throws {
        for (fault, isThere) in [(MemoryObjectStore.Fault.lostBefore, false), (.lostAfter, true)] {
            let store = store(fault)
            let key = try key()
            #expect(await kind { _ = try await store.put(key, .bytes([1]), .ifAbsent, within: second) } == .unclear)
            #expect((store.contents[key.text] != nil) == isThere)
        }
    }

    @Test func aRequestThatArrivesTwiceIsRefusedByItself() async throws {
        let store = store(.doubled)
        let key = try key()
        #expect(await kind { _ = try await store.put(key, .bytes([1]), .ifAbsent, within: second) } == .conditionFailed)
        #expect(store.contents[key.text] == [1])
    }

    @Test func whatIsForgottenIsWhatItWasBefore() async throws {
        let store = store(nil, nil, .forgotten, .failed(.unavailable(.slowDown)))
        let key = try key()
        let one = try await store.put(key, .bytes([1]), .none, within: second)
        _ = try await store.put(key, .bytes([2]), .ifStill(one), within: second)
        guard case .bytes(let bytes, let facts) = try await store.get(key, range: nil, .none, limit: 9, within: second)
        else {
            Issue.record("no bytes")
            return
        }
        #expect(bytes == [1])
        #expect(facts.etag == one)
        #expect(
            await kind { _ = try await store.get(key, range: nil, .none, limit: 9, within: second) }
                == .unavailable(.slowDown))
        #expect(store.requests == [.put: 2, .get: 2])
    }

    @Test func namesAreListedPageByPage() async throws {
        let store = MemoryObjectStore()
        for number in 0..<25 { store.plant([1], at: try key("1/j/\(number)")) }
        store.plant([1], at: try key("keep/a"))
        var names: [String] = []
        var next: String?
        repeat {
            let page = try await store.list("1/", from: next, limit: 10, within: second)
            names += page.entries.map(\.key.text)
            next = page.next
        } while next != nil
        #expect(names == (0..<25).map { "1/j/\($0)" }.sorted())
    }
}
