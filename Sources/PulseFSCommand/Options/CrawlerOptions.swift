import ArgumentParser
import PulseFS

/// For which programs nothing is fetched.
struct CrawlerOptions: ParsableArguments {
    @Option(help: .of(.noFetch, discussion: "Names of processes with commas between; an empty one is none."))
    var noFetch: String?

    var flags: SettingsFlags { SettingsFlags([.noFetch: noFetch]) }
}
