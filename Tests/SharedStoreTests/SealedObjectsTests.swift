import PulseTestSupport
import Synchronization
import Testing
import Transfer

@testable import SharedStore

@Suite(.timeLimit(.minutes(1))) struct SealedObjectsTests {
    private let secret = FleetSecret(MemberSecret(Array(repeating: 7, count: 32)))
    private let within = Duration.seconds(1)

    private func key() throws -> ObjectKey { try #require(ObjectKey("1/j/ab/abcd")) }

    /// Plays faults in their order, then none.
    private final class Faults: Sendable {
        private let left: Mutex<[MemoryObjectStore.Fault?]>
        init(_ faults: [MemoryObjectStore.Fault?]) { left = Mutex(faults) }
        func next() -> MemoryObjectStore.Fault? { left.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
    }

    private func engine(_ faults: MemoryObjectStore.Fault?...) -> MemoryObjectStore {
        let faults = Faults(faults)
        return MemoryObjectStore { _, _ in faults.next() }
    }

    private func objects(_ engine: MemoryObjectStore, _ writer: String = "one") -> SealedObjects {
        SealedObjects(engine, secret, writer: writer)
    }

    private func word(_ written: SealedObjects.Written) -> String {
        switch written {
        case .done: "done"
        case .lost: "lost"
        case .unclear: "unclear"
        }
    }

    @Test func whatIsWrittenIsReadByEveryMember() async throws {
        let engine = engine()
        let key = try key()
        guard case .absent = try await objects(engine).read(key, limit: 1000, within: within) else {
            Issue.record("it is there")
            return
        }
        guard
            case .done(let etag) = try await objects(engine).write(
                [1, 2], as: key, sequence: 4, .ifAbsent, within: within)
        else {
            Issue.record("it was not written")
            return
        }
        guard case .opened(let version) = try await objects(engine, "two").read(key, limit: 1000, within: within) else {
            Issue.record("it does not open")
            return
        }
        #expect(version.contents == [1, 2])
        #expect(version.header.seq == 4)
        #expect(version.header.writer == "one")
        #expect(version.facts.etag == etag)
        guard case .unchanged = try await objects(engine).read(key, unless: etag, limit: 1000, within: within) else {
            Issue.record("it has changed")
            return
        }
    }

    @Test func whatNobodyOfTheFleetHasWrittenIsRejectedAndNotAbsent() async throws {
        let engine = engine()
        let key = try key()
        let stranger = SealedObjects(engine, .random(), writer: "stranger")
        _ = try await stranger.write([1], as: key, sequence: 0, .ifAbsent, within: within)
        guard
            case .rejected(.unknownSecret, let etag) = try await objects(engine).read(key, limit: 1000, within: within)
        else {
            Issue.record("it was not rejected")
            return
        }
        let over = try await objects(engine).write([2], as: key, sequence: 0, .ifStill(etag), within: within)
        #expect(word(over) == "done")
    }

    @Test func anEngineThatFailsSaysNothingOfAnObject() async throws {
        let engine = engine(.failed(.unavailable(.status(500))), .failed(.denied))
        for _ in 0..<2 {
            await #expect(throws: ObjectStoreError.self) {
                try await objects(engine).read(key(), limit: 9, within: within)
            }
        }
    }

    /// What becomes of a writing, by what becomes of its request and of the one that reads back.
    @Test(
        arguments: [
            ([], "done"), ([.lostAfter], "done"), ([.doubled], "done"), ([.lostBefore], "unclear"),
            ([.lostAfter, .failed(.unavailable(.status(500)))], "unclear"), ([.lostAfter, .lostBefore], "unclear"),
            ([.doubled, .failed(.denied)], "unclear"),
        ] as [([MemoryObjectStore.Fault], String)])
    func aWritingKnowsWhetherItWasDone(faults: [MemoryObjectStore.Fault], expected: String) async throws {
        let left = Faults(faults)
        let engine = MemoryObjectStore { _, _ in left.next() }
        let key = try key()
        let written = try await objects(engine).write([1], as: key, sequence: 0, .ifAbsent, within: within)
        #expect(word(written) == expected)
    }

    @Test func whoComesTooLateHasLostWhateverBecomesOfTheAnswer() async throws {
        for fault in [nil, MemoryObjectStore.Fault.lostBefore, .lostAfter, .doubled] {
            let engine = engine(nil, fault)
            let key = try key()
            _ = try await objects(engine, "two").write([1], as: key, sequence: 0, .ifAbsent, within: within)
            let late = try await objects(engine).write([2], as: key, sequence: 0, .ifAbsent, within: within)
            #expect(word(late) == "lost", "\(String(describing: fault))")
        }
    }

    @Test func aVersionThatIsStillThereLeavesOpenWhetherItWillBeReplaced() async throws {
        let engine = engine(nil, .lostBefore, nil, nil, .lostBefore)
        let key = try key()
        guard
            case .done(let first) = try await objects(engine).write(
                [1], as: key, sequence: 0, .ifAbsent, within: within)
        else {
            Issue.record("it was not written")
            return
        }
        let swap = try await objects(engine).write([2], as: key, sequence: 1, .ifStill(first), within: within)
        #expect(word(swap) == "unclear")
        let other = try await objects(engine, "two").write([3], as: key, sequence: 1, .ifStill(first), within: within)
        #expect(word(other) == "done")
        // Now it cannot be any more.
        let again = try await objects(engine).write([4, 4], as: key, sequence: 1, .ifStill(first), within: within)
        #expect(word(again) == "lost")
        engine.plant(nil, at: key)
        #expect(
            word(try await objects(engine).write([5], as: key, sequence: 2, .ifStill(first), within: within)) == "lost")
    }

    @Test func aWritingThatWasNotDoneForCertainIsAnError() async throws {
        for kind in [ObjectStoreError.Kind.denied, .noSuchBucket, .unavailable(.slowDown)] {
            let engine = engine(.failed(kind))
            await #expect(throws: ObjectStoreError.self) {
                try await objects(engine).write([1], as: key(), sequence: 0, .ifAbsent, within: within)
            }
        }
    }

    /// Many members on one register whose answers are lost and doubled at random: as many have won as the register says.
    @Test func everyCountIsOfAWritingThatWasDone() async throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<30 {
            let seed = generator.next()
            let chance = Mutex(SeededGenerator(seed: seed))
            let engine = MemoryObjectStore { operation, _ in
                guard operation == .put else { return nil }
                let draw = chance.withLock { Int.random(in: 0..<10, using: &$0) }
                return [nil, nil, nil, nil, nil, .lostAfter, .lostAfter, .lostBefore, .doubled, .doubled][draw]
            }
            let key = try key()
            let (done, others) = try await race(on: engine, key)
            guard case .opened(let last) = try await objects(engine).read(key, limit: 1000, within: within) else {
                Issue.record("it does not open")
                return
            }
            // Nobody is told of a writing that was not done.
            #expect(UInt64(done) <= last.header.seq)
            #expect(last.header.seq <= UInt64(done + others))
        }
    }

    private func race(on engine: MemoryObjectStore, _ key: ObjectKey) async throws -> (done: Int, others: Int) {
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<4 {
                group.addTask {
                    let objects = objects(engine, "writer-\(number)")
                    var counts = (0, 0)
                    for _ in 0..<10 {
                        var (sequence, condition) = (UInt64(1), WriteCondition.ifAbsent)
                        if case .opened(let version) = try await objects.read(key, limit: 1000, within: within) {
                            (sequence, condition) = (version.header.seq + 1, .ifStill(version.facts.etag))
                        }
                        switch try await objects.write([1], as: key, sequence: sequence, condition, within: within) {
                        case .done: counts.0 += 1
                        case .unclear, .lost: counts.1 += 1
                        }
                    }
                    return counts
                }
            }
            return try await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
        }
    }
}
