import ArtifactStore
import JobCache
import PulseAPI
import PulseTestSupport
import SettingsTestSupport
import System
import SystemPackage
import Testing

@testable import Settings

@Suite("Files of settings")
struct SettingsFileTests {
    private static let everything = """
        api-url = "https://file.example.com"
        api-key-file = "key"
        ca-file = "key"
        auth-ttl = 30
        offline = "deny"
        cache-dir = "~/cache"
        cache-size = 1000000
        max-artifact-size = "1G"
        large_results = "manual"
        on-expiry = "drop"
        timeout = "2m"
        wait_timeout = "1h"
        no-fetch = ["one", "two"]
        parts = "none"
        csv-guard = true
        xattrs = true
        allow-other = true
        umask = 0o027
        uid = 12
        gid = "34"
        store = "s3://bucket/prefix"
        store-endpoint = "https://engine.example.com"
        store-plain-http = false
        store-region = "eu-west-1"
        store-addressing = "virtual"
        store-mode = "read"
        store-secret-file = "key"
        store-single-use = "wait"
        store_timeout = 5
        """

    @Test("S7.2: every setting can stand in the file, with dashes or underscores, in the type that is natural to it")
    func everySetting() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write(Self.everything, to: rig.own)
            try await rig.write("k-file", to: rig.own.removingLastComponent().appending("key"))
            let mount = try rig.mount(["PULSE_API_KEY": ""])
            let settings = mount.settings
            #expect(settings.origin.description == "https://file.example.com")
            #expect(settings.key == APIKey("k-file"))
            #expect(mount.keyRules == KeyRules(ttl: .seconds(30), offline: .deny))
            #expect(settings.cacheDirectory == rig.home.appending("cache"))
            #expect(settings.cacheLimits.size == 1_000_000)
            #expect(settings.rules.maximumArtifactSize == 1 << 30)
            #expect(settings.largeResults == .manual && settings.onExpiry == .drop)
            #expect(settings.timeout == .seconds(120) && settings.rules.waiting.patience == .seconds(3600))
            #expect(mount.parts == PartsPolicy(.none, isGuarded: true))
            #expect(mount.noFetch == ["one", "two"] && mount.extendedAttributes)
            #expect(mount.allowOther && mount.umask == 0o027 && mount.owner == 12 && mount.group == 34)
            // Every one of them, so that a new setting is tried here too.
            let listing = SettingsListing(rig.sources(), user: 0, group: 0)
            #expect(listing.problems.isEmpty)
            let elsewhere = listing.rows.filter { !$0.place.hasPrefix("\(rig.own):") }.map(\.setting)
            // One source of the key is all that a file may have.
            #expect(elsewhere == [.apiKeyCommand, .storeSecret])
        }
    }

    @Test("S7.2: flag over environment over profile over top level over the official tools' file over default")
    func order() async throws {
        try await SettingsRig.with { (rig) async throws in
            func origin(_ environment: [String: String] = [:], _ flags: SettingsFlags = SettingsFlags()) throws
                -> String
            {
                try rig.mount(environment, flags).settings.origin.description
            }
            #expect(try origin() == "https://api.runpulse.com")
            try await rig.write("api_url = \"https://official.example.com\"\nother = 1.5\n", to: rig.official)
            #expect(try origin() == "https://official.example.com")
            try await rig.write(
                "api-url = \"https://top.example.com\"\n[profiles.p]\napi_url = \"https://p.example.com\"\n",
                to: rig.own)
            #expect(try origin() == "https://top.example.com")
            var flags = SettingsFlags(profile: "p")
            #expect(try origin([:], flags) == "https://p.example.com")
            #expect(try origin(["PULSEFS_PROFILE": "p"]) == "https://p.example.com")
            let environment = ["PULSE_API_URL": "https://env.example.com"]
            #expect(try origin(environment, flags) == "https://env.example.com")
            flags[.apiURL] = "https://flag.example.com"
            #expect(try origin(environment, flags) == "https://flag.example.com")
        }
    }

    @Test(
        "S7.2: the file: --config, then PULSEFS_CONFIG, then XDG_CONFIG_HOME, then HOME; the tools': PULSE_CONFIG_DIR")
    func files() async throws {
        try await SettingsRig.with { (rig) async throws in
            func timeout(_ environment: [String: String], _ flags: SettingsFlags = SettingsFlags()) throws -> Duration {
                try rig.mount(environment, flags).settings.timeout
            }
            try await rig.write("timeout = 1", to: rig.own)
            try await rig.write("timeout = 2", to: rig.home.appending("xdg/pulsefs/config.toml"))
            try await rig.write("timeout = 3", to: rig.home.appending("env.toml"))
            try await rig.write("timeout = 4", to: rig.home.appending("flag.toml"))
            var environment: [String: String] = [:]
            #expect(try timeout(environment) == .seconds(1))
            environment["XDG_CONFIG_HOME"] = rig.home.appending("xdg").string
            #expect(try timeout(environment) == .seconds(2))
            environment["PULSEFS_CONFIG"] = "env.toml"
            #expect(try timeout(environment) == .seconds(3))
            #expect(try timeout(environment, SettingsFlags(config: "flag.toml")) == .seconds(4))
            try await rig.write("api_url = \"https://moved.example.com\"", to: rig.home.appending("tools/config.toml"))
            let moved = try rig.mount(["PULSE_CONFIG_DIR": "tools"]).settings.origin
            #expect(moved.description == "https://moved.example.com")
        }
    }

    @Test("S7.2: without HOME, as at boot, the user database says where the files and the cache are")
    func homeless() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("timeout = 7\napi-key = \"k\"", to: rig.own)
            let home = rig.home
            let settings = try Settings(
                SettingsSources(SettingsFlags(), Surroundings([:], accountHome: { home })))
            #expect(settings.timeout == .seconds(7))
            #expect(settings.cacheDirectory == rig.home.appending(".cache/pulsefs"))
            #expect(Surroundings.process.home != nil)
        }
    }

    @Test("S7.2: a file that nobody named may be missing, one that was named may not")
    func missing() async throws {
        try await SettingsRig.with { (rig) async throws in
            #expect(rig.problems().isEmpty)
            let flag = rig.problems([:], SettingsFlags(config: "none.toml"))
            #expect(flag.count == 1 && flag[0].hasPrefix("--config: \(rig.home)/none.toml does not exist"))
            let variable = rig.problems(["PULSEFS_CONFIG": rig.home.string])
            #expect(variable.count == 1 && variable[0].hasPrefix("PULSEFS_CONFIG: \(rig.home) is not a file"))
            #expect(rig.problems([:], SettingsFlags(config: "")).count == 1)
        }
    }

    @Test("S7.2: a profile that is not there is a problem that lists those there are")
    func unknownProfile() async throws {
        try await SettingsRig.with { (rig) async throws in
            let none = rig.problems(["PULSEFS_PROFILE": "p"])
            #expect(none.count == 1 && none[0].hasPrefix("PULSEFS_PROFILE: ") && none[0].contains("does not exist"))
            try await rig.write("[profiles.work]\n[profiles.home]\nuid = 1\n", to: rig.own)
            let other = rig.problems([:], SettingsFlags(profile: "wrok"))
            #expect(other.count == 1 && other[0].hasPrefix("--profile: ") && other[0].hasSuffix("home, work"))
            #expect(rig.problems([:], SettingsFlags(profile: "work")).isEmpty)
        }
    }

    @Test("S7.2: all problems are said at once, each in one line with where it stands")
    func problems() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write(
                """
                umask = 77
                timout = 3
                cache_size = "huge"
                no-fetch = 1
                api-url = { host = "x" }
                [profiles.p]
                allow-other = "perhaps"
                uid = -1
                colour = "\\u001b[31m"
                [profiles]
                q = 1
                [tracing]
                level = 3
                """, to: rig.own)
            let flags = SettingsFlags([.authTTL: "now"], profile: "p")
            let problems = rig.problems(["PULSEFS_TIMEOUT": "so\u{1b}[0mon\u{9b}", "PULSE_API_KEY": ""], flags)
            let expected = [
                "\(rig.own):2: there is no setting timout: is it timeout?",
                "\(rig.own):9: there is no setting colour: ",
                "\(rig.own):11: profiles.q is not a table",
                "\(rig.own):12: there is no setting tracing: ",
                "--auth-ttl: \"now\" is not a time",
                "\(rig.own):4: no-fetch has the wrong type: write it as [",
                "\(rig.own):7: allow-other has the wrong type: write it as true or false",
                "\(rig.own):1: umask has the wrong type: write it as \"077\" or 0o077",
                "\(rig.own):8: uid \"-1\" is not a number",
                "\(rig.own):5: api-url has the wrong type",
                "\(rig.own):3: cache-size \"huge\" is not a size",
                "PULSEFS_TIMEOUT: \"so?[0mon?\" is not a time",
            ]
            #expect(problems.count == expected.count, "\(problems.joined(separator: "\n"))")
            for (problem, beginning) in zip(problems, expected) {
                #expect(problem.hasPrefix(beginning), "\(problem)")
                #expect(!problem.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
        }
    }

    @Test("S7.2: TOML that does not parse is a problem with its line, and the only one")
    func syntax() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("timeout = \"1s\"\napi-key = unquoted-secret\n", to: rig.own)
            let problems = rig.problems(["PULSE_API_KEY": ""])
            #expect(problems.count == 1 && problems[0].hasPrefix("\(rig.own):2: "))
            #expect(!problems[0].contains("secret"))
        }
    }

    @Test("S7.2: a setting that stands twice in a table is a problem, in whatever spelling")
    func twice() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("cache-size = 1\ncache_size = 2\napi-key = \"k\"\napi-key-file = \"k\"\n", to: rig.own)
            let problems = rig.problems()
            #expect(problems.count == 2)
            #expect(problems.contains { $0.hasPrefix("\(rig.own):2: cache-size is already set in line 1") })
            #expect(problems.contains { $0.contains("api-key and api-key-file") })
        }
    }

    @Test(
        "S7.2: a value that another one goes over is not looked at, nor is the official tools' file when none is needed"
    )
    func overridden() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("timeout = \"soon\"\numask = 1.5\n[profiles.q]\nuid = \"x\"\n", to: rig.own)
            #expect(rig.problems().count == 2)
            #expect(rig.problems(["PULSEFS_TIMEOUT": "1s"], SettingsFlags([.umask: "077"])).isEmpty)
            try await rig.write("api_key = ", to: rig.official)
            #expect(rig.problems(["PULSEFS_TIMEOUT": "1s", "PULSEFS_UMASK": "077"]).count == 1)
            #expect(
                rig.problems([
                    "PULSEFS_TIMEOUT": "1s", "PULSEFS_UMASK": "077", "PULSE_API_URL": "https://a.example",
                ]).isEmpty)
        }
    }

    @Test("S7.2: what is done without a key takes no notice of it, nor of what it does not need")
    func local() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("cache-dir = \"c\"\napi-key = 7\numask = \"x\"\n", to: rig.own, mode: "644")
            let local = try LocalSettings(rig.sources())
            #expect(local.cacheDirectory == rig.own.removingLastComponent().appending("c"))
        }
    }
}
