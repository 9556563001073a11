package import PulseAPI

extension JobLibrary {
    package static let standardWaitPatience = Duration.seconds(600)

    /// The job when it has ended, asked about as often as its status clock allows, once for all who wait or look.
    ///
    /// `patience` is how long the API may be out of reach, or give no answer to use, before the waiting ends with
    /// `Failure.Reason.timedOut`. What the API refuses or does not know is thrown at once. Cancellation ends the waiting with
    /// `Failure.Reason.interrupted`.
    package func untilEnded(_ id: JobID, patience: Duration) async throws(Failure) -> Job {
        try await watches.untilEnded(id, patience: patience)
    }

    /// The same, for as long as this library's settings say.
    package func untilEnded(_ id: JobID) async throws(Failure) -> Job {
        try await untilEnded(id, patience: waitPatience)
    }
}
