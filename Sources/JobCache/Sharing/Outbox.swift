import Quantities
import Synchronization

/// What is to be shared, beside the readers: bounded, a few at a time. What others wait for has places of its own.
///
/// Files wait for a moment in which none is added, so that whoever copies a job does not share the processor with their uploads: but
/// not for long, as another machine may wait for them, and not when they are many.
package final class Outbox: Sendable {
    /// Whether others may wait for it.
    enum Lane: Sendable, CaseIterable {
        case records
        case files
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
    private let width: Int
    private let pause: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: bytes that may wait.
    ///   - width: entries of each lane that are under way at a time.
    ///   - pause: for how long no file is added before files go.
    package init(capacity: UInt64 = 268_435_456, width: Int = 2, pause: Duration = .zero) {
        (self.capacity, self.width, self.pause) = (capacity, width, pause)
    }

    /// Bytes that wait or are under way, as they are counted.
    var bytes: UInt64 { state.withLock { $0.bytes } }
    /// Entries that there was no room for.
    var dropped: UInt64 { state.withLock { $0.dropped } }

    /// The oldest files that wait make room; what there is no room for is not shared. Whether it waits now.
    @discardableResult
    func add(_ lane: Lane, bytes: UInt64, _ work: @escaping @Sendable () async -> Void) -> Bool {
        let bytes = max(bytes, Self.least)
        return state.withLock { state in
            guard !state.isClosed, bytes <= capacity else {
                state.dropped +|= 1
                return false
            }
            while state.bytes +| bytes > capacity, let oldest = state.waiting[.files]?.first {
                state.waiting[.files]?.removeFirst()
                state.bytes = state.bytes -| oldest.bytes
                state.dropped +|= 1
            }
            guard state.bytes +| bytes <= capacity else {
                state.dropped +|= 1
                return false
            }
            state.bytes +|= bytes
            state.next +|= 1
            let now = ContinuousClock.now
            state.waiting[lane, default: []].append(
                Entry(number: state.next, bytes: bytes, addedAt: now, work: work))
            if lane == .files { state.lastFile = now }
            begin(&state)
            return true
        }
    }

    private func begin(_ state: inout State) {
        for lane in Lane.allCases where lane != .files || isQuiet(&state) {
            while state.running.values.count(where: { $0.lane == lane }) < width, let entry = state.waiting[lane]?.first
            {
                state.waiting[lane]?.removeFirst()
                state.running[entry.number] = (
                    lane,
                    Task { [self] in
                        await entry.work()
                        self.state.withLock { state in
                            state.running[entry.number] = nil
                            state.bytes = state.bytes -| entry.bytes
                            begin(&state)
                        }
                    }
                )
            }
        }
    }

    /// Whether files may go; sets the alarm for when they may.
    private func isQuiet(_ state: inout State) -> Bool {
        guard pause > .zero, !state.isClosed, state.bytes <= capacity / 2, let oldest = state.waiting[.files]?.first,
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
            for entry in state.waiting.values.joined() { state.bytes = state.bytes -| entry.bytes }
            state.waiting = [:]
            return state.running.values.map(\.task)
        }
    }
}
