package import PulseAPI

extension JobLibrary {
    /// The job when it has ended, asked about as often as its status clock allows, once for all who wait or look.
    ///
    /// What the API refuses or does not know is thrown at once. Where it cannot be asked, or gives no answer to use, it is
    /// asked again until this library's patience ends, with `Failure.Reason.timedOut`. Cancellation ends the waiting with
    /// `Failure.Reason.interrupted`.
    package func untilEnded(_ id: JobID) async throws(Failure) -> Job {
        try await watches.untilEnded(id, patience: waitRules.patience)
    }
}
