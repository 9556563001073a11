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
