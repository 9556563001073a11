import ArgumentParser
import PulseFS
import Settings

/// For which programs nothing is fetched.
struct CrawlerOptions: ParsableArguments {
    @Option(help: .of(.noFetch, discussion: "Process names, separated by commas; an empty list means none."))
    var noFetch: String?

    var flags: SettingsFlags { SettingsFlags([.noFetch: noFetch]) }
}
