package import ArtifactStore
package import JobCache
package import PulseAPI
import Quantities
import System
package import SystemPackage

/// The settings of what is done without a key: where the cache is, how large it may be, and which API's jobs are meant.
package struct LocalSettings: Sendable {
    package let origin: APIOrigin
    package let cacheDirectory: FilePath
    package let cacheLimits: StoreLimits
    package let largeResults: LargeResultPolicy
    package let onExpiry: ExpiryPolicy

    /// Throws every problem of these settings and of the files they stand in.
    package init(_ sources: SettingsSources) throws(SettingsError) {
        var reader = SettingsReader(sources)
        let settings = LocalSettings(&reader)
        self = try reader.finished(settings)
    }

    package init(_ reader: inout SettingsReader) {
        origin = reader.value(.apiURL) { APIOrigin($0) } ?? .production
        cacheDirectory = Self.cacheDirectory(&reader)
        cacheLimits = reader.value(.cacheSize) { ByteCount($0) }.map { StoreLimits(size: $0.bytes) } ?? .standard
        largeResults = reader.choice(.largeResults) ?? .automatic
        onExpiry = reader.choice(.onExpiry) ?? .keep
    }

    private static func cacheDirectory(_ reader: inout SettingsReader) -> FilePath {
        let surroundings = reader.sources.surroundings
        if reader.sources.entry(.cacheDirectory) != nil { return reader.path(.cacheDirectory) ?? "" }
        if let base = surroundings.directory("XDG_CACHE_HOME") { return base.appending("pulsefs") }
        // Containers give `/` to users without an account: only root can write there.
        if let home = surroundings.home, home != "/" || ThisProcess.effectiveUser == 0 {
            return home.appending(".cache").appending("pulsefs")
        }
        // Made by this user alone, or refused.
        return (surroundings.directory("TMPDIR") ?? "/tmp").appending("pulsefs-\(ThisProcess.effectiveUser)")
    }

    /// What works, but should be known.
    package var warnings: [String] {
        origin.isUnprotected ? ["\(origin) is plain HTTP: others on the network can read the API key"] : []
    }
}
