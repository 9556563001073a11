/// What a job's status means for its files.
package enum JobPhase: String, Sendable, Hashable {
    case running
    case completed
    case failed
    case canceled
    case expired

    /// An unknown status is one of a job that goes on.
    package init(status: String) {
        self =
            switch status.lowercased() {
            case "completed": .completed
            case "failed": .failed
            case "canceled", "cancelled": .canceled
            case "expired": .expired
            default: .running
            }
    }

    package var isTerminal: Bool { self != .running }
}
