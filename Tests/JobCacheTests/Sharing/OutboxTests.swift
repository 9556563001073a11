import PulseTestSupport
import Synchronization
import Testing

@testable import JobCache

@Suite(.timeLimit(.minutes(1))) struct OutboxTests {
    /// Notes what was begun, and holds it up until it is let go.
    private final class Works: Sendable {
        private struct State {
            var begun: [String] = []
            var ended: [String] = []
            var isOpen = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }
        private let state = Mutex(State())

        var begun: [String] { state.withLock { $0.begun } }
        var ended: [String] { state.withLock { $0.ended } }

        func work(_ name: String) -> @Sendable () async -> Void {
            { [self] in
                await withCheckedContinuation { waiter in
                    let isOpen = state.withLock { state in
                        state.begun.append(name)
                        if !state.isOpen { state.waiters.append(waiter) }
                        return state.isOpen
                    }
                    if isOpen { waiter.resume() }
                }
                state.withLock { $0.ended.append(name) }
            }
        }

        func open() {
            let waiters = state.withLock { state in
                state.isOpen = true
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        func waitForBegun(_ count: Int) async {
            while begun.count < count { await Task.yield() }
        }
    }

    @Test func twoAtATimeAndRecordsDoNotWaitForFiles() async {
        let (outbox, works) = (Outbox(), Works())
        for number in 0..<4 { outbox.add(.files, bytes: 1, works.work("file \(number)")) }
        await works.waitForBegun(2)
        outbox.add(.records, bytes: 1, works.work("record"))
        await works.waitForBegun(3)
        #expect(Set(works.begun) == ["file 0", "file 1", "record"])
        works.open()
        await outbox.close(within: nil)
        #expect(works.ended.count == 5)
        #expect(outbox.bytes == 0)
    }

    @Test func filesWaitForAMomentWithoutAnotherAndRecordsDoNot() async {
        let (outbox, works) = (Outbox(pause: .seconds(3600)), Works())
        works.open()
        for number in 0..<3 { outbox.add(.files, bytes: 1, works.work("file \(number)")) }
        outbox.add(.records, bytes: 1, works.work("record"))
        await works.waitForBegun(1)
        #expect(works.begun == ["record"])
        // None is ever added again, and each has waited for long enough.
        await works.waitForBegun(4)
        await outbox.close(within: nil)
        #expect(works.ended.count == 4)
    }

    @Test func filesThatTakeHalfOfTheRoomGoAtOnceAndSoDoAllAtTheEnd() async {
        let (outbox, works) = (Outbox(capacity: 1_000_000, pause: .seconds(3600)), Works())
        works.open()
        outbox.add(.files, bytes: 400_000, works.work("waits"))
        #expect(works.begun.isEmpty)
        outbox.add(.files, bytes: 200_000, works.work("goes"))
        await works.waitForBegun(2)
        outbox.add(.files, bytes: 1, works.work("last"))
        await outbox.close(within: nil)
        #expect(works.ended.count == 3)
        #expect(outbox.bytes == 0)
    }

    @Test func whatThereIsNoRoomForIsNotSharedAndTheOldestFilesGoFirst() async {
        let (outbox, works) = (Outbox(capacity: 1_000_000), Works())
        for number in 0..<5 { outbox.add(.files, bytes: 200_000, works.work("file \(number)")) }
        await works.waitForBegun(2)
        outbox.add(.records, bytes: 300_000, works.work("record"))
        outbox.add(.files, bytes: 2_000_000, works.work("too large"))
        #expect(outbox.dropped == 3)
        works.open()
        await outbox.close(within: nil)
        #expect(Set(works.ended) == ["file 0", "file 1", "record", "file 4"])
    }

    @Test func aLargeFileGoesByItselfAndNothingStandsBehindItOrMakesRoomForIt() async {
        let (outbox, works) = (Outbox(capacity: 1_000_000, largeCapacity: 3_000_000), Works())
        outbox.add(.largeFiles, bytes: 9_000_000, works.work("larger than the room"))
        await works.waitForBegun(1)
        for number in 0..<2 { outbox.add(.files, bytes: 400_000, works.work("file \(number)")) }
        await works.waitForBegun(3)
        for number in 0..<3 { outbox.add(.largeFiles, bytes: 1_000_000, works.work("large \(number)")) }
        #expect(outbox.dropped == 0)
        #expect(outbox.bytes == 12_800_000)
        outbox.add(.largeFiles, bytes: 2_000_000, works.work("last"))
        #expect(outbox.dropped == 2)
        #expect(works.begun.count == 3)
        works.open()
        await outbox.close(within: nil)
        #expect(works.ended.count == 5)
        #expect(Set(works.ended).isSuperset(of: ["larger than the room", "large 2", "last"]))
        #expect(outbox.bytes == 0)
    }

    @Test func largeFilesTooWaitForAMomentWithoutAnother() async {
        let (outbox, works) = (Outbox(pause: .seconds(3600)), Works())
        works.open()
        outbox.add(.largeFiles, bytes: 1_000_000_000, works.work("large"))
        #expect(works.begun.isEmpty)
        await works.waitForBegun(1)
        await outbox.close(within: nil)
    }

    @Test func atTheEndOnlyWhatIsQuickIsWaitedFor() async {
        let (outbox, works) = (Outbox(), Works())
        for number in 0..<3 {
            outbox.add(.files, bytes: 1) {
                _ = try? await Task.sleep(for: .seconds(3600))
                await works.work("\(number)")()
            }
        }
        works.open()
        await outbox.close(within: .milliseconds(10))
        #expect(works.ended.count == 2)
        #expect(outbox.bytes == 0)
        outbox.add(.records, bytes: 1, works.work("late"))
        #expect(outbox.bytes == 0)
    }
}

@Suite struct StoreHealthTests {
    private func admission(_ health: inout StoreHealth, at seconds: Int) -> StoreHealth.Admission {
        health.admit(at: .seconds(seconds))
    }

    @Test func oneReaderMeetsAStoreThatIsAwayAndOneRequestFindsOutWhetherItIsBack() {
        var health = StoreHealth(isGood: true)
        var news = [health.failed(at: .zero)]
        news.append(health.failed(at: .zero))
        #expect(news == [true, false])
        var admissions = [4, 5, 60].map { admission(&health, at: $0) }
        #expect(admissions == [.leave, .probe, .leave])
        news = [health.probed(false, at: .seconds(7))]
        admissions = [11, 12].map { admission(&health, at: $0) }
        #expect(admissions == [.leave, .probe])
        news.append(health.probed(true, at: .seconds(12)))
        #expect(news == [false, true])
        let last = admission(&health, at: 12)
        #expect(last == .ask)
    }

    @Test func nothingIsAskedBeforeItIsKnownWhichStoreItIsOrWhenItIsAnother() {
        var health = StoreHealth(isGood: false)
        let first = admission(&health, at: 0)
        let isNews = health.refuse(at: .zero)
        let then = admission(&health, at: 59)
        #expect(first == .probe && isNews && health.isRefused)
        #expect(then == .leave)
    }

    @Test func aStoreThatIsAnotherIsLookedAtOnceAMinuteAndUsedWhenItIsPutRight() {
        var health = StoreHealth(isGood: true)
        let failed = health.failed(at: .zero)
        let first = admission(&health, at: 5)
        let news = health.refuse(at: .seconds(5))
        let waits = [6, 64].map { admission(&health, at: $0) }
        let second = admission(&health, at: 65)
        #expect(health.isRefused)
        let again = health.refuse(at: .seconds(65))
        let third = admission(&health, at: 125)
        // It cannot be asked meanwhile.
        let away = health.probed(false, at: .seconds(127))
        let fourth = admission(&health, at: 132)
        let back = health.probed(true, at: .seconds(133))
        let last = admission(&health, at: 134)
        #expect([failed, news, again, away, back] == [true, true, false, false, true])
        #expect([first, second, third, fourth, last] == [.probe, .probe, .probe, .probe, .ask])
        #expect(waits == [.leave, .leave])
    }
}
