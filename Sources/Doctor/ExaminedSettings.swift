import ArtifactStore
import PulseAPI
import PulseFS
import Settings
import SystemPackage
import Transfer

/// What of the settings can be used although others may be wrong.
struct ExaminedSettings: Sendable {
    /// Nil when it cannot be told which API is meant: then none is asked, and no key is sent.
    let origin: APIOrigin?
    let authorities: CertificateAuthorities
    /// Nil when none is named.
    let cacheDirectory: FilePath?
    let cacheLimits: StoreLimits
    let allowsOthers: Bool
    /// Names of programs that cause no request.
    let noFetch: [String]

    init(_ sources: SettingsSources) {
        var reader = SettingsReader(sources)
        let known = reader.problems.count
        let origin = reader.value(.apiURL) { APIOrigin($0) } ?? .production
        // A file that cannot be made out may name another one.
        self.origin = reader.problems.isEmpty ? origin : nil
        let local = LocalSettings(&reader)
        authorities = reader.authorities()
        cacheDirectory = known > 0 || local.cacheDirectory.isEmpty ? nil : local.cacheDirectory
        cacheLimits = local.cacheLimits
        allowsOthers = reader.isOn(.allowOther) ?? false
        noFetch = reader.value(.noFetch) { CrawlerNames.listed(in: $0) } ?? CrawlerNames.standard
    }

    /// Which authorities a certificate may be from.
    var certificates: Checkup {
        guard origin?.isSecure != false else {
            return Checkup("certificates", .skipped, "the API is used without TLS")
        }
        return Checkup("certificates", .ok, "trusted are \(authorities.words)")
    }
}
