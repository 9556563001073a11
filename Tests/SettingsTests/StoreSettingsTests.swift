import JobCache
import PulseTestSupport
import SettingsTestSupport
import SharedStore
import SystemPackage
import Testing

@testable import Settings

@Suite("Settings of a store")
struct StoreSettingsTests {
    private func settings(
        _ rig: SettingsRig, _ environment: [String: String] = [:],
        _ flags: [Setting: String?] = [.store: "s3://bucket/pulse"]
    ) throws -> StoreSettings {
        try StoreSettings(rig.sources(environment, SettingsFlags(flags)))
    }

    private func problems(
        _ rig: SettingsRig, _ environment: [String: String] = [:],
        _ flags: [Setting: String?] = [.store: "s3://bucket/pulse"]
    ) -> [String] {
        do {
            _ = try settings(rig, environment, flags)
            return []
        } catch let error as SettingsError { return error.problems.map(\.description) } catch { return ["\(error)"] }
    }

    @Test("what nobody says is Amazon's in the region, read and written, within two seconds")
    func standard() async throws {
        try await SettingsRig.with { (rig) async throws in
            let settings = try settings(rig)
            #expect(settings.location == StoreLocation(try StoreAddress("s3://bucket/pulse"), region: "us-east-1"))
            #expect(settings.mode == .readwrite && settings.singleUse == .late && settings.timeout == .seconds(2))
            #expect(settings.secret == nil)
            #expect(throws: FleetSecret.Trouble.self) { try settings.readSecret() }
        }
    }

    @Test("endpoint and region are Amazon's tools' where nothing else says them")
    func places() async throws {
        try await SettingsRig.with { (rig) async throws in
            let amazon = [
                "AWS_ENDPOINT_URL": "https://b.example.com", "AWS_DEFAULT_REGION": "eu-west-2",
                "AWS_ENDPOINT_URL_S3": "https://a.example.com:9000", "AWS_REGION": "eu-west-1",
            ]
            var location = try settings(rig, amazon).location
            #expect(location.endpoint?.description == "https://a.example.com:9000" && location.region == "eu-west-1")
            #expect(location.addressing == .path)
            let own: [Setting: String?] = [
                .store: "s3://bucket", .storeEndpoint: "https://c.example.com", .storeRegion: "auto",
                .storeAddressing: "virtual",
            ]
            location = try settings(rig, amazon, own).location
            #expect(location.endpoint?.description == "https://c.example.com" && location.region == "auto")
            #expect(location.addressing == .virtual)
            try await rig.write("[profile work]\nregion = ap-south-1\n", to: rig.home.appending("aws"))
            let profile = ["AWS_CONFIG_FILE": rig.home.appending("aws").string, "AWS_PROFILE": "work"]
            #expect(try settings(rig, profile).location.region == "ap-south-1")
        }
    }

    @Test("without TLS only this machine is asked, unless somebody says otherwise")
    func plain() async throws {
        try await SettingsRig.with { (rig) async throws in
            let near = try settings(rig, ["AWS_ENDPOINT_URL_S3": "http://127.0.0.1:8333"])
            #expect(near.location.endpoint?.isTLS == false)
            let far = ["AWS_ENDPOINT_URL_S3": "http://engine.example.com"]
            let said = problems(rig, far)
            #expect(
                said.count == 1 && said[0].hasPrefix("AWS_ENDPOINT_URL_S3: ") && said[0].contains("--store-plain-http"))
            #expect(problems(rig, far, [.store: "s3://bucket", .storePlainHTTP: "true"]).isEmpty)
        }
    }

    @Test("the secret is in a file or in the environment, the first place that has one; never in a file of settings")
    func secrets() async throws {
        try await SettingsRig.with { (rig) async throws in
            let digits = String(repeating: "ab", count: 32)
            let given = try settings(rig, ["PULSEFS_STORE_SECRET": digits])
            #expect(try given.readSecret().all == FleetSecret(text: digits).all)
            try await rig.write(digits, to: rig.home.appending("secret"))
            let file: [Setting: String?] = [
                .store: "s3://bucket", .storeSecretFile: rig.home.appending("secret").string,
            ]
            let both = try settings(rig, ["PULSEFS_STORE_SECRET": "nonsense"], file)
            #expect(try both.readSecret().all == FleetSecret(text: digits).all)
            let bad = problems(rig, ["PULSEFS_STORE_SECRET": "nonsense"])
            #expect(bad.count == 1 && !bad[0].contains("nonsense"))
            try await rig.write("store-secret = \"\(digits)\"", to: rig.own)
            let written = problems(rig)
            #expect(written.count == 1 && written[0].contains("store-secret-file") && !written[0].contains(digits))
            let listing = SettingsListing(rig.sources(), user: 0, group: 0)
            #expect(listing.rows.allSatisfy { $0.value?.contains(digits) != true })
        }
    }

    @Test("what is none is said, each where it stands")
    func mistakes() async throws {
        try await SettingsRig.with { (rig) async throws in
            #expect(problems(rig, [:], [:]).count == 1)
            let said = problems(
                rig, ["PULSEFS_STORE_REGION": "no region", "PULSEFS_STORE_MODE": "write"],
                [
                    .store: "bucket", .storeEndpoint: "https://user:hidden@host", .storeTimeout: "0",
                    .storeSingleUse: "never", .storeAddressing: "host",
                ])
            #expect(said.count == 7)
            #expect(said.allSatisfy { !$0.contains("hidden") })
            // Whoever names no store is not told of Amazon's settings.
            let listing = SettingsListing(
                rig.sources(["PULSE_API_KEY": "k", "AWS_ENDPOINT_URL_S3": "nonsense", "AWS_REGION": "?"]), user: 0,
                group: 0)
            #expect(listing.problems.isEmpty)
        }
    }
}
