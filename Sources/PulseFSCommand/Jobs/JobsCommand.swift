import ArgumentParser

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "Add, list or forget the jobs that mounts list.",
        discussion: """
            The API has no list of jobs. A mount lists the jobs that were looked up before or added here, until they are \
            forgotten. A running mount notices changes within about a second.

              pulsefs jobs add 0b1c7d3e-… 5f0a9b21-…
              pulsefs jobs list
              pulsefs jobs forget 0b1c7d3e-…
            """,
        subcommands: [JobsAddCommand.self, JobsListCommand.self, JobsForgetCommand.self])
}
