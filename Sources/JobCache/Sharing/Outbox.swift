import Quantities
import Synchronization

/// What is to be shared, beside the readers: bounded, a few at a time. What others wait for has places of its own.
///
/// Files wait for a moment in which none is added, so that whoever copies a job does not share the processor with their uploads: but
/// not for long, as another machine may wait for them, and not when they are many. Files that nobody waits for have a lane of their
/// own, so that the others do not stand behind them.
package final class Outbox: Sendable {
    enum Lane: Sendable, CaseIterable {
        /// Others may wait for it.
        case records
        /// The same.
        case files
        case largeFiles
    }

    private struct Entry {
        let number: UInt64
        let bytes: UInt64
        let addedAt: ContinuousClock.Instant
        let work: @Sendable () async -> Void
    }

    private struct State {
        var waiting: [Lane: [Entry]] = [:]
        var running: [UInt64: (lane: Lane, task: Task<Void, Never>)] = [:]
        var bytes: UInt64 = 0
        /// Of large files alone: the others do not make room for them.
        var largeBytes: UInt64 = 0
        var next: UInt64 = 0
        var dropped: UInt64 = 0
        /// When a file was added last.
        var lastFile: ContinuousClock.Instant?
        var alarm: Task<Void, Never>?
        var isClosed = false
    }

    /// What an entry counts for at least: what is known of it takes memory too.
    private static let least: UInt64 = 65_536

    /// How long files wait for a moment without another at the most. Whoever waits for one on another machine takes over after five
    /// seconds.
    private static let longestPause = Duration.seconds(2)

    private let capacity: UInt64
    private let largeCapacity: UInt64
    private let width: Int
    private let pause: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: bytes that may wait, without large files.
    ///   - largeCapacity: bytes of large files that may wait; one that is larger waits when no other does.
    ///   - width: entries of each lane that are under way at a time; of large files one is.
    ///   - pause: for how long no file is added before files go.
    package init(
        capacity: UInt64 = 268_435_456, largeCapacity: UInt64 = 1_073_741_824, width: Int = 2, pause: Duration = .zero
    ) {
        (self.capacity, self.largeCapacity) = (capacity, largeCapacity)
        (self.width, self.pause) = (width, pause)
    }

    /// Bytes that wait or are under way, as they are counted.
    var bytes: UInt64 { state.withLock { $0.bytes +| $0.largeBytes } }
    /// Entries that there was no room for.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// The oldest files that wait make room; what there is no room for is not shared. Whether it waits now.
    @discardableResult
    func add(_ lane: Lane, bytes: UInt64, _ work: @escaping @Sendable () async -> Void) -> Bool {
        let bytes = max(bytes, Self.least)
        return state.withLock { state in
            guard !state.isClosed, makeRoom(for: bytes, in: lane, &state) else {
                state.dropped +|= 1
                return false
            }
            count(bytes, in: lane, &state)
            state.next +|= 1
            let now = ContinuousClock.now
            state.waiting[lane, default: []].append(
                Entry(number: state.next, bytes: bytes, addedAt: now, work: work))
            if lane != .records { state.lastFile = now }
            begin(&state)
            return true
        }
    }

    private func makeRoom(for bytes: UInt64, in lane: Lane, _ state: inout State) -> Bool {
        guard lane != .largeFiles else {
            while let waiting = state.waiting[lane], let oldest = waiting.first,
                waiting.reduce(bytes, { $0 +| $1.bytes }) > largeCapacity
            {
                drop(oldest, of: lane, &state)
            }
            return true
        }
        guard bytes <= capacity else { return false }
        while state.bytes +| bytes > capacity, let oldest = state.waiting[.files]?.first {
            drop(oldest, of: .files, &state)
        }
        return state.bytes +| bytes <= capacity
    }

    /// The first of those that wait in a lane is not shared.
    private func drop(_ oldest: Entry, of lane: Lane, _ state: inout State) {
        state.waiting[lane]?.removeFirst()
        discount(oldest.bytes, in: lane, &state)
        state.dropped +|= 1
    }

    private func count(_ bytes: UInt64, in lane: Lane, _ state: inout State) {
        if lane == .largeFiles { state.largeBytes +|= bytes } else { state.bytes +|= bytes }
    }

    private func discount(_ bytes: UInt64, in lane: Lane, _ state: inout State) {
        if lane == .largeFiles {
            state.largeBytes = state.largeBytes -| bytes
        } else {
            state.bytes = state.bytes -| bytes
        }
    }

    private func begin(_ state: inout State) {
        for lane in Lane.allCases where lane == .records || isQuiet(lane, &state) {
            let width = lane == .largeFiles ? 1 : width
            while state.running.values.count(where: { $0.lane == lane }) < width, let entry = state.waiting[lane]?.first
            {
                state.waiting[lane]?.removeFirst()
                state.running[entry.number] = (
                    lane,
                    Task { [self] in
                        await entry.work()
                        self.state.withLock { state in
                            state.running[entry.number] = nil
                            discount(entry.bytes, in: lane, &state)
                            begin(&state)
                        }
                    }
                )
            }
        }
    }

    /// Whether files of a lane may go; sets the alarm for when they may.
    private func isQuiet(_ lane: Lane, _ state: inout State) -> Bool {
        guard pause > .zero, !state.isClosed, state.bytes <= capacity / 2, let oldest = state.waiting[lane]?.first,
            let last = state.lastFile
        else { return true }
        let end = min(last + pause, oldest.addedAt + Self.longestPause)
        if .now >= end { return true }
        if state.alarm == nil {
            state.alarm = Task { [weak self] in
                guard (try? await Task.sleep(until: end, clock: .continuous)) != nil else { return }
                self?.ring()
            }
        }
        return false
    }

    private func ring() {
        state.withLock { state in
            state.alarm = nil
            begin(&state)
        }
    }

    /// Takes nothing more; returns when all is done, or when the time is over: then what is under way is ended.
    func close(within limit: Duration?) async {
        state.withLock { state in
            state.isClosed = true
            state.alarm?.cancel()
            begin(&state)
        }
        let clock = limit.map { limit in
            Task { [self] in
                guard (try? await Task.sleep(for: limit)) != nil else { return }
                for task in giveUp() { task.cancel() }
            }
        }
        while let task = state.withLock({ $0.running.values.first?.task }) { await task.value }
        clock?.cancel()
    }

    private func giveUp() -> [Task<Void, Never>] {
        state.withLock { state in
            for (lane, entries) in state.waiting {
                for entry in entries { discount(entry.bytes, in: lane, &state) }
            }
            state.waiting = [:]
            return state.running.values.map(\.task)
        }
    }
}
