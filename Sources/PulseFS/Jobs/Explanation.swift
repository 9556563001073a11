import ArtifactStore
import PulseAPI

/// The words of `error.txt`: what happened, and what to do next.
enum Explanation {
    static func ended(_ phase: JobPhase, error: String?) -> String? {
        // The API's sentence becomes part of ours.
        let error = error.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
        return switch phase {
        case .running, .completed: nil
        case .failed:
            """
            The job failed\(error.map { ": \($0)" } ?? ", and the API gives no reason").
            It has no result. Mend what the message names and submit the document again; that makes a new job.

            """
        case .canceled:
            """
            The job was canceled before it was done\(error.map { ": \($0)" } ?? "").
            It has no result. Submit the document again; that makes a new job.

            """
        case .expired:
            """
            The job expired: the API keeps results for a limited time, and has deleted this one\(error.map { " (\($0))" } ?? "").
            What was read before is still here. For the rest, submit the document again; that makes a new job.

            """
        }
    }

    static func withheld(_ id: JobID) -> String {
        """
        The result of this job can be downloaded only once, and this mount downloads such results by hand alone \
        (--large-results=manual).
        Run: pulsefs fetch \(id)

        """
    }

    /// `history` is what this cache knows of earlier attempts.
    static func deliveredBefore(_ failure: Failure, _ history: [LedgerEntry]) -> String {
        let known =
            history.isEmpty
            ? "This cache never asked for it before: someone else downloaded it, or nobody did within the hour."
            : "This cache knows:\n"
                + history.map { "  \(APITime.text($0.time)) \($0.event.rawValue) by \($0.actor)" }.joined(
                    separator: "\n")
        return """
            The result of this job can be downloaded only once, within an hour of the job's end, and the API says that it \
            was downloaded, or that the hour is over:
              \(failure.words)
            \(known)
            Ask whoever downloaded it for a copy, or submit the document again; that makes a new job.

            """
    }
}
