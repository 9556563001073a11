import SharedStore
import Synchronization

/// What an engine is asked for by all machines, second by second.
final class Traffic: Sendable {
    private struct State {
        var requests: [MemoryObjectStore.Operation: Int] = [:]
        var second: Int64 = -1
        var gets = 0
        var peak = 0
    }

    private let time: VirtualTime
    private let state = Mutex(State())

    init(_ time: VirtualTime) { self.time = time }

    func count(_ operation: MemoryObjectStore.Operation) {
        let second = time.passed.components.seconds
        state.withLock { state in
            state.requests[operation, default: 0] += 1
            guard operation == .get else { return }
            if second != state.second { (state.second, state.gets) = (second, 0) }
            state.gets += 1
            state.peak = max(state.peak, state.gets)
        }
    }

    /// GETs of the second with the most.
    var peak: Int { state.withLock { $0.peak } }
    var gets: Int { state.withLock { $0.requests[.get] ?? 0 } }
    var puts: Int { state.withLock { $0.requests[.put] ?? 0 } }
}
