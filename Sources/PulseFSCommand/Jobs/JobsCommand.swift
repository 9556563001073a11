import ArgumentParser

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Say which jobs a mount lists.",
        discussion: """
            The API has no list of jobs: a mount lists those that were looked up before, or added here, until they are \
            forgotten. A mount that is running notices within a second or so.

              pulsefs jobs add 0b1c7d3e-… 5f0a9b21-…
              pulsefs jobs list
              pulsefs jobs forget 0b1c7d3e-…
            """,
        subcommands: [JobsAddCommand.self, JobsListCommand.self, JobsForgetCommand.self])
}
