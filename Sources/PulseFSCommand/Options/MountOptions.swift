import ArgumentParser
import PulseFS
import Settings

/// Every setting that has a flag: those of a mount.
struct MountOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var keyCheck: KeyCheckOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var artifacts: ArtifactSizeOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var crawlers: CrawlerOptions
    @OptionGroup var attributes: AttributeOptions
    @OptionGroup var requests: RequestOptions
    @OptionGroup var access: AccessOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var storeUse: StoreUseOptions

    var flags: SettingsFlags {
        connection.flags + keyCheck.flags + cache.flags + artifacts.flags + waiting.flags + crawlers.flags
            + attributes.flags + requests.flags + access.flags + store.flags + storeUse.flags
    }
}
