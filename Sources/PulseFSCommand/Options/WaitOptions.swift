import ArgumentParser
import PulseFS

/// How long a job that runs is waited for when nobody says how it is.
struct WaitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long a wait goes on while the API cannot be asked (default: 10m).",
            discussion:
                "Seconds, or a number with s, m or h. As long as the API answers, a wait has no end but the job's.",
            valueName: "time"))
    var waitTimeout: TimeSpan?

    var patience: Duration { waitTimeout?.duration ?? .seconds(600) }
}
