import ArgumentParser
import JobCache
import Settings

/// How often the key is checked, and what is readable without a check.
struct KeyCheckOptions: ParsableArguments {
    @Option(name: .customLong("auth-ttl"), help: .of(.authTTL, discussion: ArgumentHelp.timeDiscussion))
    var authTTL: String?

    @Option(help: .of(.offline), completion: .list(OfflinePolicy.allCases.map(\.rawValue)))
    var offline: String?

    var flags: SettingsFlags { SettingsFlags([.authTTL: authTTL, .offline: offline]) }
}
