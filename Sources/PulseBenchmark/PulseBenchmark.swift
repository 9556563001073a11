import ArgumentParser

/// What `scripts/bench` cannot do from outside: makes caches and an origin of a size, holds packets back, reads with little
/// of its own in the way, and times the file system within the process.
@main
struct PulseBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse-benchmark", abstract: "Parts of scripts/bench.",
        subcommands: [
            FillCommand.self, LookupCommand.self, ReadCommand.self, RandomCommand.self, PublishCommand.self,
            DelayCommand.self, PageCommand.self, PartsCommand.self,
        ])
}
