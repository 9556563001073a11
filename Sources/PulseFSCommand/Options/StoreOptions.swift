import ArgumentParser
import JobCache
import Settings
import SharedStore

/// Which store, and how it is asked.
struct StoreOptions: ParsableArguments {
    @Option(help: .of(.store))
    var store: String?

    @Option(help: .of(.storeEndpoint))
    var storeEndpoint: String?

    @Flag(name: .customLong("store-plain-http"), inversion: .prefixedNo, help: .of(.storePlainHTTP))
    var storePlainHTTP: Bool?

    @Option(help: .of(.storeRegion))
    var storeRegion: String?

    @Option(help: .of(.storeAddressing))
    var storeAddressing: StoreLocation.Addressing?

    @Option(help: .of(.storeSecretFile), completion: .file())
    var storeSecretFile: String?

    @Option(help: .of(.storeTimeout, discussion: ArgumentHelp.timeDiscussion))
    var storeTimeout: String?

    var flags: SettingsFlags {
        SettingsFlags([
            .store: store, .storeEndpoint: storeEndpoint, .storePlainHTTP: storePlainHTTP.map { "\($0)" },
            .storeRegion: storeRegion, .storeAddressing: storeAddressing?.rawValue, .storeSecretFile: storeSecretFile,
            .storeTimeout: storeTimeout,
        ])
    }
}

/// What a mount does with a store.
struct StoreUseOptions: ParsableArguments {
    @Option(help: .of(.storeMode))
    var storeMode: StoreSettings.Mode?

    @Option(help: .of(.storeSingleUse))
    var storeSingleUse: SingleUsePolicy?

    var flags: SettingsFlags {
        SettingsFlags([.storeMode: storeMode?.rawValue, .storeSingleUse: storeSingleUse?.rawValue])
    }
}

extension StoreLocation.Addressing: ExpressibleByArgument {}
extension StoreSettings.Mode: ExpressibleByArgument {}
extension SingleUsePolicy: ExpressibleByArgument {}
