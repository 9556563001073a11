import Synchronization

/// An API that knows one job: asked often, it says the same until it says something else.
final class SimulatedAPI: Sendable {
    struct Answer: Sendable {
        let status: String
        let document: [UInt8]
        var hasEnded: Bool { status == "completed" }
    }

    private struct State {
        var requests = 0
        var lastAsker: Int?
    }

    private let time: VirtualTime
    private let dice: Dice
    /// When the job begins to be worked on, and when it ends.
    private let (begin, end): (Duration, Duration)
    private let state = Mutex(State())

    init(_ time: VirtualTime, _ dice: Dice, begin: Duration, end: Duration) {
        (self.time, self.dice, self.begin, self.end) = (time, dice, begin, end)
    }

    var requests: Int { state.withLock { $0.requests } }
    /// Of the machines, the one that has asked last.
    var lastAsker: Int? { state.withLock { $0.lastAsker } }

    func ask(_ machine: Int, _ life: Life) async -> Answer {
        state.withLock { state in
            state.requests += 1
            state.lastAsker = machine
        }
        // Nothing here is cancelled.
        try? await life.sleep(dice.between(.milliseconds(40), .milliseconds(400)))
        let now = time.passed
        let status = now >= end ? "completed" : now >= begin ? "processing" : "pending"
        try? await life.sleep(dice.between(.milliseconds(20), .milliseconds(100)))
        return Answer(status: status, document: Array(#"{"job_id":"job-1","status":"\#(status)"}"#.utf8))
    }
}
