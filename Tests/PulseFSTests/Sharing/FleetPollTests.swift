import ArtifactStore
import PulseAPI
import PulseTestSupport
import SharedStore
import Synchronization
import SystemPackage
import Testing
import Transfer

@testable import JobCache

/// Machines of a fleet on one register and one clock, which stands still until somebody sleeps.
struct PollingFleet: Sendable {
    final class Time: Sendable {
        private let passed = Mutex(Duration.seconds(1000))
        var now: Duration { passed.withLock { $0 } }
        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
    }

    final class Machine: Sendable {
        let tier: FleetTier
        let reader: KeyInUse
        let store: ArtifactStore

        init(_ tier: FleetTier, _ reader: KeyInUse, _ store: ArtifactStore) {
            (self.tier, self.reader, self.store) = (tier, reader, store)
        }

        func look(_ id: JobID, isPoll: Bool = true) async -> JobLook {
            await tier.look(id, for: reader, isPoll: isPoll)
        }

        func document(_ text: String) throws -> SpoolFile {
            let spool = try store.spool()
            try spool.append(Array(text.utf8))
            return spool
        }

        /// What came of asking the API; written when this returns.
        func settle(_ look: JobLook, _ outcome: JobOutcome) async {
            guard case .ask(let ticket) = look else {
                Issue.record("nobody was to ask: \(look)")
                return
            }
            tier.settle(ticket, outcome)
            await flush()
        }

        func running(_ text: String, _ interval: Duration) throws -> JobOutcome {
            .running(try document(text), interval: interval)
        }

        func flush() async { while tier.outbox.bytes > 0 { await Task.yield() } }
    }

    let time = Time()
    let id: JobID
    let objects: MemoryObjectStore
    private let fault: Fault
    private let scratch: ScratchDirectory
    private let secret = FleetSecret.random()
    private let machines = Machines()

    private final class Fault: Sendable { let value = Mutex<MemoryObjectStore.Fault?>(nil) }
    private final class Machines: Sendable { let all = Mutex<[Machine]>([]) }

    static func with(_ body: (PollingFleet) async throws -> Void) async throws {
        try await ScratchDirectory.with { scratch in
            let fleet = try PollingFleet(scratch)
            try await body(fleet)
            for machine in fleet.machines.all.withLock({ $0 }) {
                await machine.tier.close(within: nil)
                await machine.store.close()
            }
        }
    }

    private init(_ scratch: ScratchDirectory) throws {
        let (time, fault) = (time, Fault())
        (self.scratch, self.fault) = (scratch, fault)
        id = try #require(JobID("job-1"))
        objects = MemoryObjectStore(
            time: StoreTime(SuspendingClock(), wall: { time.now.components.seconds }),
            fault: { _, _ in fault.value.withLock { $0 } })
    }

    func fail(_ fault: MemoryObjectStore.Fault?) { self.fault.value.withLock { $0 = fault } }

    var gets: Int { objects.requests[.get] ?? 0 }

    func machine(key: String = "a-key", chance: Double = 0.5, isWritten: Bool = true) throws -> Machine {
        let number = machines.all.withLock { $0.count }
        let store = try ArtifactStore(at: scratch.appending("cache-\(number)"))
        var rules = FleetRules()
        rules.isWritten = isWritten
        let time = time
        let tier = FleetTier(
            FleetStore(objects, secret, rules, .fits(claims: true)), origin: "https://api.example.com", store: store,
            running: RunningJobs(chance: { chance }), time: FleetTime(now: { time.now }, sleep: { time.pass($0) }))
        let key = try #require(APIKey(key))
        let machine = Machine(
            tier,
            KeyInUse(key: key, fingerprint: key.withSecret { store.fingerprint(ofKey: $0) }, generation: 0), store)
        machines.all.withLock { $0.append(machine) }
        return machine
    }
}

@Suite("Machines that wait for a job", .timeLimit(.minutes(1))) struct FleetPollTests {
    private func word(_ look: JobLook) -> String {
        switch look {
        case .alone: "alone"
        case .ask(let ticket):
            switch ticket.turn {
            case nil: ticket.isLease ? "lease" : "ask"
            case .poll: "poll"
            case .grant: "grant"
            }
        case .document: "document"
        case .running(let status): status.document == nil ? "same" : "running"
        }
    }

    private func pause(_ look: JobLook) -> Duration {
        if case .running(let status) = look { status.pause } else { .zero }
    }

    /// Looks until there is something else to do than to look again.
    private func wait(_ machine: PollingFleet.Machine, _ fleet: PollingFleet) async -> (look: JobLook, waited: Duration)
    {
        let begin = fleet.time.now
        while true {
            let look = await machine.look(fleet.id)
            guard case .running(let status) = look else { return (look, fleet.time.now - begin) }
            fleet.time.pass(status.pause)
        }
    }

    /// A machine that polls for those who wait there, and has written an answer.
    private func poller(_ fleet: PollingFleet, _ interval: Duration = .seconds(10)) async throws -> PollingFleet.Machine
    {
        let one = try fleet.machine()
        one.tier.attend(fleet.id)
        let look = await one.look(fleet.id, isPoll: false)
        #expect(word(look) == "lease")
        await one.settle(look, try one.running("first", interval))
        return one
    }

    @Test func oneMachinePollsWithoutReadingAndTheOthersReadWhatItWasTold() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            let two = try fleet.machine()
            let first = await two.look(fleet.id, isPoll: false)
            #expect(word(first) == "running" && pause(first) > .seconds(10))
            for number in 1...5 {
                fleet.time.pass(.seconds(10))
                let before = fleet.gets
                let turn = await one.look(fleet.id)
                #expect(word(turn) == "poll" && fleet.gets == before)
                await one.settle(turn, try one.running("answer \(number / 2)", .seconds(10)))
                // The same answer as before is not taken in again, and counts as one.
                guard case .running(let status) = await two.look(fleet.id) else {
                    Issue.record("it does not follow")
                    return
                }
                #expect((status.document == nil) == (number % 2 == 1 && number > 1) && status.isAnswer)
                #expect(word(await two.look(fleet.id)) == "same")
            }
            fleet.time.pass(.seconds(10))
            await one.settle(await one.look(fleet.id), .ended(try one.document("the end")))
            #expect(word(await two.look(fleet.id)) == "document")
        }
    }

    @Test func aPollerThatFallsSilentIsReplacedOnceByOneOfThoseWhoWait() async throws {
        try await PollingFleet.with { fleet in
            _ = try await poller(fleet)
            let others = try (0..<3).map { _ in try fleet.machine() }
            for other in others {
                other.tier.attend(fleet.id)
                #expect(word(await other.look(fleet.id, isPoll: false)) == "running")
            }
            let (look, waited) = await wait(others[0], fleet)
            #expect(word(look) == "poll" && waited >= .seconds(26) && waited <= .seconds(40))
            for other in others.dropFirst() { #expect(word(await other.look(fleet.id)) == "same") }
            await others[0].settle(look, try others[0].running("second", .seconds(10)))
            for other in others.dropFirst() { #expect(word(await other.look(fleet.id)) == "running") }
            #expect(word(await others[0].look(fleet.id)) == "poll")
        }
    }

    @Test func whoeverHasBeenTakenOverFromFindsOutWhenItWritesAndFollows() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet, .seconds(1))
            let two = try fleet.machine()
            two.tier.attend(fleet.id)
            let late = await one.look(fleet.id)
            let (look, _) = await wait(two, fleet)
            await two.settle(look, try two.running("second", .seconds(10)))
            await one.settle(late, try one.running("first again", .seconds(1)))
            #expect(word(await one.look(fleet.id)) == "running")
            #expect(word(await two.look(fleet.id)) == "poll")
        }
    }

    @Test func whoLeavesHandsOverAtOnce() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            let two = try fleet.machine()
            #expect(word(await two.look(fleet.id, isPoll: false)) == "running")
            one.tier.leave(fleet.id)
            while fleet.objects.requests[.put] != 3 { await Task.yield() }
            await one.flush()
            #expect(word(await two.look(fleet.id)) == "poll")
        }
    }

    @Test func theEndOfAMachineHandsOverToo() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            await one.tier.close(within: .seconds(5))
            let two = try fleet.machine()
            #expect(word(await two.look(fleet.id)) == "poll")
        }
    }

    @Test func whoOnlyLooksDoesNotGoOnPolling() async throws {
        try await PollingFleet.with { fleet in
            let machines = try (0..<2).map { _ in try fleet.machine() }
            let look = await machines[0].look(fleet.id, isPoll: false)
            await machines[0].settle(look, try machines[0].running("first", .seconds(2)))
            for _ in 0..<4 {
                #expect(["same", "running"].contains(word(await machines[1].look(fleet.id))))
                fleet.time.pass(.seconds(3))
                let turn = await machines[1].look(fleet.id)
                #expect(word(turn) == "poll")
                await machines[1].settle(turn, try machines[1].running("next", .seconds(2)))
            }
        }
    }

    @Test func aKeyThatWasNotShownTheJobAsksOnceAndDisturbsNobody() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            let other = try fleet.machine(key: "another-key")
            let look = await other.look(fleet.id, isPoll: false)
            #expect(word(look) == "grant")
            await other.settle(look, try other.running("first", .seconds(1)))
            #expect(word(await other.look(fleet.id)) == "running")
            // It has a grant for all machines of the same key.
            #expect(word(await (try fleet.machine(key: "another-key")).look(fleet.id)) == "running")
            #expect(word(await (try fleet.machine(key: "a-third-key")).look(fleet.id)) == "grant")
            #expect(word(await one.look(fleet.id)) == "poll")
            // A grant that is taken back does not cost the poller its place.
            other.tier.withdraw(fleet.id, from: one.reader)
            await other.flush()
            await one.settle(await one.look(fleet.id), try one.running("second", .seconds(10)))
            #expect(word(await one.look(fleet.id)) == "poll")
            #expect(word(await other.look(fleet.id)) == "running")
        }
    }

    @Test func whatTheAPIDoesNotShowAnyMoreEachAsksForItself() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            let two = try fleet.machine()
            #expect(word(await two.look(fleet.id, isPoll: false)) == "running")
            await one.settle(await one.look(fleet.id), .released)
            let look = await two.look(fleet.id)
            #expect(word(look) == "ask")
            two.tier.attend(fleet.id)
            await two.settle(look, try two.running("again", .seconds(1)))
            #expect(word(await one.look(fleet.id)) == "running")
        }
    }

    @Test func anAPIThatCannotBeAskedLeavesTheTurnWhereItIs() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            await one.settle(await one.look(fleet.id), .failed)
            #expect(word(await one.look(fleet.id)) == "poll")
            let two = try fleet.machine()
            two.tier.attend(fleet.id)
            #expect(word(await two.look(fleet.id)) == "running")
            let (look, _) = await wait(two, fleet)
            #expect(word(look) == "poll")
            // It looks before it asks again, and sees that it has been taken over from.
            #expect(["same", "running"].contains(word(await one.look(fleet.id))))
        }
    }

    @Test func aStoreThatIsGoneLeavesEachToItselfAndOneThatIsBusyDoesNotAtOnce() async throws {
        try await PollingFleet.with { fleet in
            _ = try await poller(fleet)
            let (two, three) = (try fleet.machine(), try fleet.machine())
            for machine in [two, three] { #expect(word(await machine.look(fleet.id)) == "running") }
            fleet.fail(.failed(.unavailable(.slowDown)))
            #expect(word(await two.look(fleet.id)) == "same")
            let (look, waited) = await wait(two, fleet)
            #expect(word(look) == "alone" && waited >= .seconds(20))
            fleet.fail(.failed(.unavailable(.unreached(.refused))))
            #expect(word(await three.look(fleet.id)) == "alone")
            fleet.fail(nil)
        }
    }

    @Test func whoeverMayNotWriteFollowsAndPollsForItselfWhenNobodyDoes() async throws {
        try await PollingFleet.with { fleet in
            _ = try await poller(fleet)
            let two = try fleet.machine(isWritten: false)
            #expect(word(await two.look(fleet.id)) == "running")
            let (look, waited) = await wait(two, fleet)
            #expect(word(look) == "alone" && waited >= .seconds(26))
        }
    }

    @Test func anAnswerThatIsNotKnownToBeWrittenIsFoundToBeThisMachines() async throws {
        try await PollingFleet.with { fleet in
            let one = try await poller(fleet)
            let turn = await one.look(fleet.id)
            fleet.fail(.lostAfter)
            await one.settle(turn, try one.running("second", .seconds(10)))
            fleet.fail(nil)
            // The store is left alone for a while.
            #expect(word(await one.look(fleet.id)) == "alone")
            fleet.time.pass(StoreHealth.pause)
            _ = await one.look(fleet.id)
        }
    }
}
