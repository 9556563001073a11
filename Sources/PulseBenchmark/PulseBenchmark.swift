import ArgumentParser

/// What `scripts/bench` cannot do from outside: makes caches of a size, and times the file system within the process.
@main
struct PulseBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pulse-benchmark", abstract: "Parts of scripts/bench.",
        subcommands: [FillCommand.self, LookupCommand.self, ReadCommand.self])
}
