import ArgumentParser
import PulseFS
import Settings

/// How long the API has to answer.
struct RequestOptions: ParsableArguments {
    @Option(help: .of(.timeout, discussion: ArgumentHelp.timeDiscussion))
    var timeout: String?

    var flags: SettingsFlags { SettingsFlags([.timeout: timeout]) }
}
