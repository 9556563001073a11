import SharedStore
import Synchronization

/// What goes wrong with requests of an engine, so many of a hundred, for as long as it does.
final class Mishaps: Sendable {
    private struct State {
        var isQuiet = false
        var forgetting: Int
        var hasForgotten = false
    }

    private let time: VirtualTime
    private let dice: Dice
    private let rate: Double
    private let end: Duration
    private let state: Mutex<State>

    /// - Parameters:
    ///   - rate: of requests that are lost, doubled, late or refused.
    ///   - forgetting: how often the engine forgets the last writing of an object.
    ///   - end: nothing goes wrong any more.
    init(_ time: VirtualTime, _ dice: Dice, rate: Double, forgetting: Int, end: Duration) {
        (self.time, self.dice, self.rate, self.end) = (time, dice, rate, end)
        state = Mutex(State(forgetting: forgetting))
    }

    /// What whoever judges a run looks at is what is there.
    func quietly<Value>(_ work: () async -> Value) async -> Value {
        state.withLock { $0.isQuiet = true }
        defer { state.withLock { $0.isQuiet = false } }
        return await work()
    }

    func next(_ operation: MemoryObjectStore.Operation) -> MemoryObjectStore.Fault? {
        guard !state.withLock({ $0.isQuiet }), time.passed < end else { return nil }
        if dice.happens(0.005), forgets() { return .forgotten }
        guard dice.happens(rate) else { return nil }
        switch dice.below(6) {
        case 0: return .lostBefore
        case 1: return .lostAfter
        case 2: return .doubled
        case 3: return .delayed(dice.between(.milliseconds(100), .seconds(20)))
        case 4: return .failed(.unavailable(.status(500)))
        default: return .failed(.unavailable(.slowDown))
        }
    }

    var hasForgotten: Bool { state.withLock { $0.hasForgotten } }

    private func forgets() -> Bool {
        state.withLock { state in
            guard state.forgetting > 0 else { return false }
            state.forgetting -= 1
            state.hasForgotten = true
            return true
        }
    }
}
