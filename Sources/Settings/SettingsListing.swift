import SharedStore
import SystemPackage
import Transfer

/// Every setting with its value and where it came from, and all that is wrong with them.
package struct SettingsListing: Sendable {
    package struct Row: Sendable {
        package let setting: Setting
        /// The key is never among them; nil when there is none.
        package let value: String?
        /// `--timeout`, `PULSEFS_TIMEOUT`, `FILE:LINE` or `default`.
        package let place: String
    }

    package let rows: [Row]
    package let problems: [SettingsProblem]
    package let warnings: [String]

    /// Reads the key, to say whether there is one; asks nobody about it.
    package init(_ sources: SettingsSources, user: UInt32, group: UInt32) {
        var reader = SettingsReader(sources)
        let settings = MountSettings(&reader)
        // What does not hang on the key is known without it.
        var other = SettingsReader(sources)
        let local = LocalSettings(&other)
        let store = StoreSettings(&reader)
        let places = StorePlaces(sources.surroundings)
        rows = Setting.allCases.map { setting in
            let entry = sources.entry(setting)
            let standard: String? =
                switch setting {
                case .apiURL: "\(local.origin)"
                case .cacheDirectory: local.cacheDirectory.string
                case .uid: "\(user)"
                case .gid: "\(group)"
                case .noFetch: CrawlerNames.standard.joined(separator: ",")
                case .apiKeyFile, .apiKey, .apiKeyCommand, .caFile, .maximumArtifactSize, .store, .storeSecretFile,
                    .storeSecret:
                    nil
                case .storeEndpoint: places.endpoint?.text
                case .storeRegion: places.region.text
                case .storeAddressing: store?.location.addressing.rawValue
                default: setting.standard
                }
            switch setting {
            case .apiKey:
                let place = sources.keyEntry?.place ?? Self.byDefault
                return Row(setting: setting, value: settings == nil ? Self.noKey : Self.redacted, place: place)
            case .storeSecret:
                return Row(
                    setting: setting, value: entry.map { _ in Self.redacted }, place: entry?.place ?? Self.byDefault)
            case .storeEndpoint where entry == nil:
                return Row(setting: setting, value: standard, place: places.endpoint?.place ?? Self.byDefault)
            case .storeRegion where entry == nil:
                return Row(setting: setting, value: standard, place: places.region.place ?? Self.byDefault)
            case .apiKeyFile where sources.keyEntry?.origin == .credential:
                return Row(setting: setting, value: nil, place: Self.byDefault)
            case .caFile where entry == nil:
                let known = CertificateAuthorities(sources.surroundings)
                let paths = [known.file, known.directory].compactMap { $0 }
                return Row(
                    setting: setting, value: paths.isEmpty ? "the system's" : paths.joined(separator: ", "),
                    place: paths.isEmpty ? Self.byDefault : known.places.joined(separator: ", "))
            default:
                let value = entry.map { Self.text($0, setting, sources) } ?? standard
                return Row(setting: setting, value: value, place: entry?.place ?? Self.byDefault)
            }
        }
        problems = reader.problems
        warnings = local.warnings
    }

    private static let byDefault = "default"
    private static let redacted = "set (redacted)"
    private static let noKey = "not set"

    private static func text(
        _ entry: SettingsLayer.Entry, _ setting: Setting, _ sources: SettingsSources
    ) -> String {
        setting.kind == .path ? sources.path(entry)?.string ?? entry.text : setting.kind.shown(entry.text)
    }
}
