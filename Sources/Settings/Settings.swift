package import ArtifactStore
package import JobCache
package import PulseAPI
package import SystemPackage
package import Transfer

/// The settings of whatever asks the API.
package struct Settings: Sendable {
    package let local: LocalSettings
    package let authorities: CertificateAuthorities
    package let key: APIKey
    package let keySupply: KeySupply
    /// Where a valid key belongs when the API refuses this one, as a sentence without its end.
    package let keyRemedy: String
    package let rules: LibraryRules
    /// How long a request is tried for.
    package let timeout: Duration
    /// What is shared with other machines; nil for nothing.
    package let store: StoreSettings?

    package var origin: APIOrigin { local.origin }
    package var cacheDirectory: FilePath { local.cacheDirectory }
    package var cacheLimits: StoreLimits { local.cacheLimits }
    package var largeResults: LargeResultPolicy { local.largeResults }
    package var onExpiry: ExpiryPolicy { local.onExpiry }
    package var warnings: [String] { local.warnings }

    /// Throws every problem of these settings and of the files they stand in.
    package init(_ sources: SettingsSources) throws(SettingsError) {
        var reader = SettingsReader(sources)
        let settings = Settings(&reader)
        self = try reader.finished(settings)
    }

    private static func remedy(_ supply: KeySupply, place: String) -> String {
        switch supply {
        case .fixed: "set a valid key in \(place), or run pulsefs init without it"
        case .file(let path): "write a valid key into \(path)"
        case .credential: "give the service a valid key (\(place))"
        case .entry: "replace the key at \(place), or run pulsefs init"
        case .command: "make the command at \(place) print a valid key"
        }
    }

    /// Nil when there is no key that can be used. The key is read last: its problem is said after the others.
    init?(_ reader: inout SettingsReader) {
        local = LocalSettings(&reader)
        authorities = reader.authorities()
        rules = LibraryRules(&reader, local)
        timeout = reader.duration(.timeout) ?? RetryPolicy.standardBudget
        store = reader.sources.entry(.store) == nil ? nil : StoreSettings(&reader, authorities)
        guard let (key, supply) = reader.key() else { return nil }
        (self.key, keySupply) = (key, supply)
        keyRemedy = Self.remedy(supply, place: reader.sources.keyEntry?.place ?? Setting.apiKey.variable)
    }
}
