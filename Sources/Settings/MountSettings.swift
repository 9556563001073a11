package import JobCache

/// The settings of a mount: those of whatever asks the API, and who may read it and what for.
package struct MountSettings: Sendable {
    package let settings: Settings
    package let keyRules: KeyRules
    /// Names of programs that cause no request.
    package let noFetch: [String]
    package let parts: PartsPolicy
    package let extendedAttributes: Bool
    package let allowOther: Bool
    package let umask: UInt16
    /// Nil for the user's own.
    package let owner: UInt32?
    package let group: UInt32?

    /// Throws every problem of the settings.
    package init(_ sources: SettingsSources) throws(SettingsError) {
        var reader = SettingsReader(sources)
        let settings = MountSettings(&reader)
        self = try reader.finished(settings)
    }

    /// Nil when there is no key that can be used.
    init?(_ reader: inout SettingsReader) {
        keyRules = KeyRules(
            ttl: reader.duration(.authTTL) ?? KeyRules.defaultTTL, offline: reader.choice(.offline) ?? .read)
        noFetch = reader.value(.noFetch) { CrawlerNames.listed(in: $0) } ?? CrawlerNames.standard
        parts = PartsPolicy(reader.choice(.parts) ?? .all, isGuarded: reader.isOn(.csvGuard) ?? false)
        extendedAttributes = reader.isOn(.extendedAttributes) ?? false
        allowOther = reader.isOn(.allowOther) ?? false
        umask = reader.value(.umask) { PermissionBits($0)?.bits } ?? PermissionBits.standard.bits
        owner = reader.value(.uid) { UInt32($0) }
        group = reader.value(.gid) { UInt32($0) }
        guard let settings = Settings(&reader) else { return nil }
        self.settings = settings
    }
}
