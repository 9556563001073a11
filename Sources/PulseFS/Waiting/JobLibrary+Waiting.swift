package import PulseAPI

/// How this mount or command waits for jobs.
package struct WaitRules: Sendable {
    /// How long whoever waits goes on while the API cannot be asked.
    package var patience = Self.standardPatience
    /// How soon the API is asked for those who wait.
    package var polls = Urgency.Level.foreground

    package static let standardPatience = Duration.seconds(600)

    package init(patience: Duration = standardPatience, polls: Urgency.Level = .foreground) {
        (self.patience, self.polls) = (patience, polls)
    }
}

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
