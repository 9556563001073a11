import ArtifactStore
import SharedStore
import Synchronization

/// What a machine of a fleet knows of jobs that run: who polls, who waits here, and what is to be written next.
///
/// The writings of one job come one after the other, so that each knows the version that it replaces.
package final class RunningJobs: Sendable {
    enum Update: Sendable {
        /// An answer of the API, of so many bytes.
        case answer(SpoolFile, size: UInt64, interval: Duration)
        /// The last one.
        case end(SpoolFile, size: UInt64)
        /// The API does not show the job any more.
        case release
        /// This machine does not poll any more.
        case leave

        /// Of two that wait, the higher one is written; of equals, the later one.
        fileprivate var rank: Int {
            switch self {
            case .leave: 0
            case .answer: 1
            case .release: 2
            case .end: 3
            }
        }
    }

    /// One version of a job's object.
    struct Version: Sendable {
        let etag: ETag
        let sequence: UInt64
        /// By the engine's clock.
        let age: Duration?
        /// As it calls itself.
        let writer: String
    }

    struct Pending: Sendable {
        let update: Update
        let ticket: JobTicket?
    }

    private struct Entry {
        var lease = PollLease()
        var interval = RunningJob.shortestInterval
        var sequence: UInt64 = 0
        var grants: [String] = []
        /// The key that has been shown the job, as far as is known here.
        var granted: ObjectNames.Name?
        /// What was last taken in, as a hash of this process, and for which key.
        var taken: (document: Int, key: ObjectNames.Name)?
        /// Who has written what was last read.
        var writer: String?
        var attendants = 0
        var pending: Pending?
        var isWriting = false

        var isIdle: Bool { attendants <= 0 && !isWriting && !lease.isPoller }
    }

    private struct State {
        var entries: [ObjectNames.Name: Entry] = [:]
        var leaving: [UInt64: Task<Void, Never>] = [:]
        var lastLeaving: UInt64 = 0
        /// Nobody waits any more.
        var isClosed = false
    }

    /// Jobs that nobody waits for, and nobody polls for here, are forgotten beyond this many.
    private static let most = 512

    /// How this machine is called in what it writes; another whenever it begins anew.
    let member: String
    private let chance: @Sendable () -> Double
    private let state = Mutex(State())

    package init(
        member: String = SealedHeader.randomNonce(),
        chance: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        (self.member, self.chance) = (member, chance)
    }

    private func change<Value: Sendable>(
        _ name: ObjectNames.Name, _ body: (inout Entry) -> Value
    ) -> Value {
        state.withLock { state in
            if state.entries[name] == nil, state.entries.count >= Self.most {
                state.entries = state.entries.filter { !$0.value.isIdle }
            }
            return body(&state.entries[name, default: Entry()])
        }
    }

    /// Who asks the API about a job that runs, in a sentence; nil when nobody is known to.
    func poller(of name: ObjectNames.Name) -> String? {
        state.withLock { state in
            guard let entry = state.entries[name] else { return nil }
            if entry.lease.isPoller { return "This machine asks the API about it, for all that share the store." }
            return entry.writer.map { "Another machine asks the API about it, for all that share the store: \($0)." }
        }
    }

    /// Jobs that this machine polls.
    var polled: Int { state.withLock { $0.entries.values.count { $0.lease.isPoller } } }

    // MARK: The lease

    struct Turn: Sendable {
        let step: PollLease.Step
        let sequence: UInt64
        let grants: [String]
    }

    /// What to do when `key` wants an answer. What another key was shown is read anew.
    func next(_ name: ObjectNames.Name, for key: ObjectNames.Name, at now: Duration) -> Turn {
        change(name) { entry in
            var step = entry.lease.next(at: now)
            if entry.granted != key { step = .read(unless: nil) }
            return Turn(step: step, sequence: entry.sequence, grants: entry.grants)
        }
    }

    func isGranted(_ name: ObjectNames.Name, to key: ObjectNames.Name) -> Bool {
        state.withLock { $0.entries[name]?.granted == key }
    }

    func grant(_ name: ObjectNames.Name, to key: ObjectNames.Name) { change(name) { $0.granted = key } }

    func withdraw(_ name: ObjectNames.Name) { state.withLock { $0.entries[name]?.granted = nil } }

    struct Look: Sendable {
        let decision: PollLease.Decision
        let interval: Duration
        /// The document is another than was taken in last.
        let isOther: Bool
    }

    /// Takes in what was read for a key that may see it.
    func saw(
        _ name: ObjectNames.Name, _ running: RunningJob, _ version: Version,
        for key: ObjectNames.Name, at now: Duration
    ) -> Look {
        let poller: PollLease.Poller =
            switch running.poller {
            case nil: .nobody
            case member: .this
            default: .another
            }
        let seen = PollLease.Seen(
            etag: version.etag, interval: running.interval, age: version.age, poller: poller, isDue: running.isDue)
        let document = running.document.hashValue
        return change(name) { entry in
            (entry.interval, entry.sequence, entry.grants) = (running.interval, version.sequence, running.grants)
            entry.granted = key
            entry.writer = running.poller == nil ? nil : version.writer
            let decision = entry.lease.saw(seen, at: now, chance: chance())
            let isOther = entry.taken.map { $0 != (document, key) } ?? true
            if case .readAgain = decision { entry.taken = (document, key) }
            return Look(decision: decision, interval: running.interval, isOther: isOther)
        }
    }

    func unchanged(_ name: ObjectNames.Name, at now: Duration) -> Look {
        change(name) { entry in
            Look(
                decision: entry.lease.unchanged(at: now, chance: chance()), interval: entry.interval, isOther: false)
        }
    }

    /// The object could not be read; nil when the API is to be asked in its place.
    func failed(_ name: ObjectNames.Name, at now: Duration) -> Look? {
        change(name) { entry in
            entry.lease.failed(at: now, chance: chance()).map {
                Look(decision: $0, interval: entry.interval, isOther: false)
            }
        }
    }

    func wrote(
        _ name: ObjectNames.Name, _ running: RunningJob, _ etag: ETag, _ sequence: UInt64, at now: Duration
    ) {
        change(name) { entry in
            entry.lease.wrote(
                etag, interval: running.interval, isPoller: running.poller == member, isDue: running.isDue, at: now)
            (entry.interval, entry.sequence, entry.grants) = (running.interval, sequence, running.grants)
            entry.taken = nil
        }
    }

    /// Nobody knows what is there.
    func lost(_ name: ObjectNames.Name) { state.withLock { $0.entries[name]?.lease.lost() } }

    func pollFailed(_ name: ObjectNames.Name) { change(name) { $0.lease.pollFailed() } }

    /// The job has ended: nobody polls any more.
    func ended(_ name: ObjectNames.Name) {
        state.withLock { state in
            guard let entry = state.entries[name] else { return }
            if entry.attendants <= 0, !entry.isWriting {
                state.entries[name] = nil
                return
            }
            state.entries[name]?.lease = PollLease()
            state.entries[name]?.granted = nil
        }
    }

    // MARK: Who waits

    func attend(_ name: ObjectNames.Name) { change(name) { $0.attendants += 1 } }

    /// Whether this machine polls for nobody from now on.
    func leave(_ name: ObjectNames.Name) -> Bool {
        change(name) { entry in
            entry.attendants -= 1
            return entry.attendants <= 0 && (entry.lease.isPoller || entry.isWriting)
        }
    }

    func isAttended(_ name: ObjectNames.Name) -> Bool {
        state.withLock { state in !state.isClosed && state.entries[name].map { $0.attendants > 0 } ?? false }
    }

    /// Whether this machine is said to poll, and nobody wants it to.
    func isDeserted(_ name: ObjectNames.Name) -> Bool { change(name) { $0.attendants <= 0 && $0.lease.isPoller } }

    /// Owns what is done a little later.
    func later(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.lastLeaving &+= 1
            let number = state.lastLeaving
            state.leaving[number] = Task {
                await work()
                self.state.withLock { $0.leaving[number] = nil }
            }
        }
    }

    /// Ends what was to be done later. The jobs that this machine polls.
    func close() async -> [ObjectNames.Name] {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.leaving.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        return state.withLock { state in state.entries.filter { $0.value.lease.isPoller }.map(\.key) }
    }

    // MARK: Writings

    /// Whether a writing is to be begun.
    func add(_ pending: Pending, to name: ObjectNames.Name) -> Bool {
        change(name) { entry in
            if let other = entry.pending, other.update.rank > pending.update.rank { return false }
            entry.pending = pending
            defer { entry.isWriting = true }
            return !entry.isWriting
        }
    }

    /// What is to be written next; nil when nothing is, and the writing has ended.
    func take(_ name: ObjectNames.Name) -> Pending? {
        state.withLock { state in
            guard let pending = state.entries[name]?.pending else {
                state.entries[name]?.isWriting = false
                if let entry = state.entries[name], entry.attendants <= 0, entry.lease == PollLease() {
                    state.entries[name] = nil
                }
                return nil
            }
            state.entries[name]?.pending = nil
            return pending
        }
    }

    /// There was no room for it.
    func drop(_ name: ObjectNames.Name) {
        change(name) { entry in
            (entry.pending, entry.isWriting) = (nil, false)
            entry.lease.lost()
        }
    }
}
