import ArgumentParser
import JobCache
import Quantities
import Settings

/// Where the cache is.
struct CacheDirectoryOptions: ParsableArguments {
    @Option(help: .of(.cacheDirectory), completion: .directory)
    var cacheDir: String?

    var flags: SettingsFlags { SettingsFlags([.cacheDirectory: cacheDir]) }
}

/// How large the cache may become.
struct CacheSizeOptions: ParsableArguments {
    @Option(help: .of(.cacheSize, discussion: "10G, 500M, 1.5GiB or bytes."))
    var cacheSize: ByteCount?

    var flags: SettingsFlags { SettingsFlags([.cacheSize: cacheSize.map { "\($0.bytes)" }]) }
}

/// How large what is fetched may be.
struct ArtifactSizeOptions: ParsableArguments {
    @Option(help: .of(.maximumArtifactSize, discussion: "10G, 500M, 1.5GiB or bytes."))
    var maxArtifactSize: ByteCount?

    var flags: SettingsFlags { SettingsFlags([.maximumArtifactSize: maxArtifactSize.map { "\($0.bytes)" }]) }
}

/// What a mount keeps and for how long, and when it fetches what can be fetched only once.
struct CacheOptions: ParsableArguments {
    @OptionGroup var size: CacheSizeOptions

    @Option(help: .of(.largeResults))
    var largeResults: LargeResultPolicy?

    @Option(help: .of(.onExpiry))
    var onExpiry: ExpiryPolicy?

    var flags: SettingsFlags {
        size.flags
            + SettingsFlags([.largeResults: largeResults?.rawValue, .onExpiry: onExpiry?.rawValue])
    }
}

extension LargeResultPolicy: ExpressibleByArgument {}

extension ExpiryPolicy: ExpressibleByArgument {}
