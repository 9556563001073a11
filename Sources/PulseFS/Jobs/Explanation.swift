/// The words of `error.txt`: what happened, and what to do next.
enum Explanation {
    static func ended(_ phase: JobPhase, error: String?) -> String? {
        switch phase {
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

    static func deliveredBefore(_ failure: Failure) -> String {
        """
        The result of this job can be downloaded only once, and the API says that this has happened, or that the hour
        in which it can be downloaded is over: \(failure.words).
        This cache does not have it. Whoever downloaded it does; otherwise submit the document again.

        """
    }
}
