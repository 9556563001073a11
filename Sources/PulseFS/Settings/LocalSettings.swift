package import ArtifactStore
import Configuration
package import PulseAPI
package import SystemPackage

/// The settings of what is done without a key: where the cache is, how large it may be, and which API's jobs are meant.
package struct LocalSettings: Sendable {
    package let origin: APIOrigin
    package let cacheDirectory: FilePath
    package let cacheLimits: StoreLimits
    package let largeResults: LargeResultPolicy
    package let onExpiry: ExpiryPolicy

    /// Reports the first problem found.
    package init(flags: SettingsFlags, environment: [String: String]) throws(SettingsError) {
        let reader = Settings.reader(flags, environment)
        origin = try Settings.origin(reader)
        cacheDirectory = try Settings.cacheDirectory(reader, environment)
        cacheLimits = try Self.cacheLimits(reader)
        largeResults = try Self.largeResults(reader)
        onExpiry = try Self.onExpiry(reader)
    }

    static func cacheLimits(_ reader: ConfigReader) throws(SettingsError) -> StoreLimits {
        guard let text = reader.string(forKey: "cache-size") else { return .standard }
        guard let size = ByteCount(text) else {
            throw SettingsError(
                "\"\(text)\" is not how large a cache may be: give --cache-size or PULSEFS_CACHE_SIZE as 10G, 500M, 1.5GiB or bytes"
            )
        }
        return StoreLimits(size: size.bytes)
    }

    private static func onExpiry(_ reader: ConfigReader) throws(SettingsError) -> ExpiryPolicy {
        guard let text = reader.string(forKey: "on-expiry") else { return .keep }
        guard let policy = ExpiryPolicy(rawValue: text) else {
            throw SettingsError(
                "\"\(text)\" is not what to do with the files of an expired job: give --on-expiry or PULSEFS_ON_EXPIRY as keep or drop"
            )
        }
        return policy
    }

    static func largeResults(_ reader: ConfigReader) throws(SettingsError) -> LargeResultPolicy {
        guard let text = reader.string(forKey: "large-results") else { return .automatic }
        guard let policy = LargeResultPolicy(rawValue: text) else {
            throw SettingsError(
                "\"\(text)\" is not when large results are fetched: give --large-results or PULSEFS_LARGE_RESULTS as automatic or manual"
            )
        }
        return policy
    }
}
