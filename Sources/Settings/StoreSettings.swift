package import JobCache
package import SharedStore
package import SystemPackage
package import Transfer

/// The settings of a store that machines share.
package struct StoreSettings: Sendable {
    package enum Mode: String, Sendable, CaseIterable {
        case readwrite
        /// Nothing is written, by whoever has no right to or is not to.
        case read
    }

    /// Where the secret of the fleet is.
    package enum SecretPlace: Sendable {
        case file(FilePath)
        /// As the environment has it.
        case given(FleetSecret)
    }

    package let location: StoreLocation
    package let mode: Mode
    package let singleUse: SingleUsePolicy
    /// How long the store has to begin an answer.
    package let timeout: Duration
    /// Nil when nobody has named one.
    package let secret: SecretPlace?
    package let authorities: CertificateAuthorities

    /// Throws every problem of these settings and of the files they stand in, and that no store is named.
    package init(_ sources: SettingsSources) throws(SettingsError) {
        var reader = SettingsReader(sources)
        let settings = StoreSettings(&reader)
        if settings == nil, reader.problems.isEmpty {
            reader.complain(SettingsProblem("there is no store: name one as s3://bucket/prefix, or with --store"))
        }
        self = try reader.finished(settings)
    }

    /// Nil when no store is named, or something is wrong with how. `authorities` are those that have been read already.
    package init?(_ reader: inout SettingsReader, _ authorities: CertificateAuthorities? = nil) {
        let address = reader.value(.store) { try? StoreAddress($0) }
        let places = StorePlaces(reader.sources.surroundings)
        let endpoint =
            reader.value(.storeEndpoint) { try? StoreEndpoint($0) }
            ?? (reader.sources.entry(.storeEndpoint) == nil
                ? Self.endpoint(places, &reader, isWanted: address != nil) : nil)
        let region =
            reader.value(.storeRegion) { StoreLocation.isRegion($0) ? $0 : nil }
            ?? (StoreLocation.isRegion(places.region.text) ? places.region.text : "us-east-1")
        let addressing: StoreLocation.Addressing? = reader.choice(.storeAddressing)
        mode = reader.choice(.storeMode) ?? .readwrite
        singleUse = reader.choice(.storeSingleUse) ?? .late
        timeout = reader.duration(.storeTimeout) ?? FleetRules.standardTimeout
        let isPlainAllowed = reader.isOn(.storePlainHTTP) ?? false
        secret = Self.secret(&reader)
        guard let address else { return nil }
        self.authorities = authorities ?? reader.authorities()
        location = StoreLocation(address, endpoint: endpoint, region: region, addressing: addressing)
        guard let endpoint, !endpoint.isTLS, !endpoint.isLoopback, !isPlainAllowed else { return }
        reader.complain(
            SettingsProblem(
                "\(endpoint) is plain HTTP: others on the network could read the requests and change the answers; "
                    + "use https, or say --store-plain-http",
                at: reader.sources.entry(.storeEndpoint)?.place ?? places.endpoint?.place))
    }

    /// What the environment has for Amazon's tools; of no concern to whoever names no store.
    private static func endpoint(
        _ places: StorePlaces, _ reader: inout SettingsReader, isWanted: Bool
    ) -> StoreEndpoint? {
        guard isWanted, let found = places.endpoint else { return nil }
        do throws(StoreAddress.Mistake) { return try StoreEndpoint(found.text) } catch {
            reader.complain(
                SettingsProblem("\"\(SettingKind.server.shown(found.text))\" \(error)", at: found.place))
            return nil
        }
    }

    /// Of the first place that has one: the secret itself, or the name of its file.
    private static func secret(_ reader: inout SettingsReader) -> SecretPlace? {
        let sources = reader.sources
        let entry = sources.layers.lazy.compactMap { $0.entry(.storeSecretFile) ?? $0.entry(.storeSecret) }.first
        guard let entry else { return nil }
        guard entry.setting == .storeSecret else { return reader.path(.storeSecretFile).map { .file($0) } }
        guard entry.origin == .environment else {
            reader.complain(
                SettingsProblem(
                    "the store's secret may not be in a settings file: put it into a file of its own and name that "
                        + "with store-secret-file", at: entry.place))
            return nil
        }
        do throws(FleetSecret.Trouble) { return .given(try FleetSecret(text: entry.text)) } catch {
            reader.complain(SettingsProblem("\(error)", at: entry.place))
            return nil
        }
    }

    /// Reads the secret. Blocks on the disk.
    package func readSecret() throws(FleetSecret.Trouble) -> FleetSecret {
        switch secret {
        case .file(let path): try FleetSecret(file: path)
        case .given(let secret): secret
        case nil: throw FleetSecret.Trouble("the store's secret is missing: name its file with --store-secret-file")
        }
    }
}
