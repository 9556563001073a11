import ArgumentParser
import PulseFS
import Settings

/// How long to wait for a job when the API cannot be asked about it.
struct WaitOptions: ParsableArguments {
    @Option(help: .of(.waitTimeout, discussion: ArgumentHelp.timeDiscussion))
    var waitTimeout: String?

    var flags: SettingsFlags { SettingsFlags([.waitTimeout: waitTimeout]) }
}
