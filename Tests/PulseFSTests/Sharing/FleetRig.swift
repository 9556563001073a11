import ArtifactStore
import JobCacheTestSupport
import PulseAPI
import PulseEmulator
import PulseTestSupport
import SharedStore
import Synchronization
import SystemPackage
import Transfer

@testable import JobCache

/// An emulator, and what the machines of a fleet have in common.
struct FleetRig {
    let emulator: Emulator
    let scratch: ScratchDirectory
    let secret: FleetSecret
    let objects: MemoryObjectStore
    private let fault: SharedFault
    private let machines = Machines()

    private final class SharedFault: Sendable {
        let value = Mutex<MemoryObjectStore.Fault?>(nil)
        /// Requests that take so much longer.
        let slow = Mutex<(MemoryObjectStore.Operation, String, Duration)?>(nil)

        let questions = Mutex(0)

        func fault(_ operation: MemoryObjectStore.Operation, _ key: ObjectKey?) -> MemoryObjectStore.Fault? {
            if key != .description { questions.withLock { $0 += 1 } }
            if let (slow, part, time) = slow.withLock({ $0 }), slow == operation, key?.text.contains(part) == true {
                return .delayed(time)
            }
            return value.withLock { $0 }
        }
    }

    private final class Machines: Sendable {
        let count = Atomic(0)
    }

    static func with(
        adding jobs: [EmulatedJob] = [], pictures: EmulatedJob = PictureJob.completed,
        _ body: (FleetRig) async throws -> Void
    ) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with(EmulatorConfiguration(jobs: [pictures] + jobs)) { (emulator) async throws in
                let fault = SharedFault()
                // By its clock everything has just been written.
                let objects = MemoryObjectStore(time: StoreTime(SuspendingClock(), wall: { 1_700_000_000 })) {
                    fault.fault($0, $1)
                }
                let secret = FleetSecret.random()
                objects.plant(Array(StoreDescription(secret, .atomic).text.utf8), at: .description)
                try await body(
                    FleetRig(emulator: emulator, scratch: scratch, secret: secret, objects: objects, fault: fault))
            }
        }
    }

    private init(
        emulator: Emulator, scratch: ScratchDirectory, secret: FleetSecret, objects: MemoryObjectStore,
        fault: SharedFault
    ) {
        (self.emulator, self.scratch, self.secret) = (emulator, scratch, secret)
        (self.objects, self.fault) = (objects, fault)
    }

    /// What becomes of every request to the store from now on.
    func fail(_ fault: MemoryObjectStore.Fault?) { self.fault.value.withLock { $0 = fault } }

    /// Requests of one kind, about names with this in them, take so much longer from now on.
    func slow(_ operation: MemoryObjectStore.Operation, _ part: String, by time: Duration) {
        fault.slow.withLock { $0 = (operation, part, time) }
    }

    /// Requests to the store, but for those that find out whether it is back: how many there are of these depends on the time.
    var questions: Int { fault.questions.withLock { $0 } }

    /// Requests about the job of pictures and its files.
    var requests: Int { emulator.count(PictureJob.asked) + emulator.count(PictureJob.results) }

    /// A machine with a cache of its own. What it shares is in the store when this returns.
    ///
    /// - Parameters:
    ///   - pace: how many times as fast everything about claims is.
    ///   - cache: one that another machine has left.
    ///   - isAway: it cannot ask the store.
    ///   - late: whether it asks without one in the last minutes of a link.
    ///   - patience: how long a reader waits while nothing happens.
    ///   - smallRest: bytes that a claimant brings to an end though nobody knows that it does.
    ///   - large: which files are large, and what it asks the store by.
    ///   - date: how many seconds after the end of the jobs it is there.
    @discardableResult
    func machine<Value: Sendable>(
        key: String = TestTree.northwind, isWritten: Bool = true, check: FleetStore.Check = .fits(claims: true),
        pace: Int = 1, cache: FilePath? = nil, isAway: Bool = false, late: Bool = true, date: Int = 0,
        patience: Duration = .seconds(60), smallRest: UInt64? = nil, large: LargeFiles? = nil,
        _ body: (TestTree) async throws -> Value
    ) async throws -> Value {
        let number = machines.count.add(1, ordering: .relaxed).newValue
        var rules = FleetRules()
        if let large {
            (rules.largestFile, rules.largestAtOnce) = (large.most, large.mostAtOnce)
            rules.largestShared = large.mostShared
            (rules.timeout, rules.fileTimeout) = (large.timeout, large.timeout)
        }
        (rules.isWritten, rules.claims, rules.machine) = (isWritten, ClaimRules().paced(by: pace), "machine-\(number)")
        rules.singleUse = late ? .late : .wait
        rules.claims.smallRest = smallRest ?? rules.claims.smallRest
        let clock = StillClock()
        clock.advance(by: .seconds(date))
        let away = MemoryObjectStore { _, _ in .failed(.unavailable(.unreached(.refused))) }
        return try await TestTree.with(
            emulator.baseURL, cache: cache ?? scratch.appending("cache-\(number)"), key: key, clock: clock,
            parts: large?.parts ?? .standard, persistence: Persistence(RetryPolicy(budget: patience, asksOnce: true)),
            fleet: FleetStore(
                isAway ? away : large?.store ?? objects, secret, rules, isAway ? .away("a test") : check), body)
    }

    /// How a machine has to do with large files.
    struct LargeFiles {
        /// Bytes of the largest file that one machine fetches for all.
        var most: UInt64 = 100_000
        var mostAtOnce: UInt64 = 100_000
        var mostShared: UInt64 = .max
        var timeout = Duration.seconds(60)
        var parts = PartGeometry(leastSize: 400_000, partSize: 400_000, width: 4, greatestWidth: 6)
        /// In the place of the objects themselves.
        var store: (any ObjectStore)?
    }

    // MARK: Claims

    private var claims: ClaimObjects { ClaimObjects(objects, secret, writer: "a test") }

    private func name(_ job: String) -> ObjectNames.Name { ObjectNames(secret.first).job(job, of: emulator.baseURL) }

    /// What stands in the claim of a job; nil when there is none.
    func claim(of job: String) async throws -> ClaimRecord? {
        guard case .record(let record, _) = try await claims.read(name(job), within: .seconds(1)) else { return nil }
        return record
    }

    /// Writes the claim of another machine.
    func plant(_ state: ClaimRecord.State, by machine: String, of job: String) async throws {
        let record = ClaimRecord(
            epoch: 1, nonce: "0123456789abcdef0123456789abcdef", machine: machine, time: 1_700_000_000, state)
        _ = try await claims.write(record, of: name(job), .none, within: .seconds(1))
    }

    func eventually(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(20)) }
    }
}
