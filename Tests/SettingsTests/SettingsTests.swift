import ArtifactStore
import Glibc
import JobCache
import PulseAPI
import PulseTestSupport
import System
import SystemPackage
import Testing

@testable import Settings

@Suite("Settings")
struct SettingsTests {
    private static let base = ["HOME": "/home/ada", "PULSE_API_KEY": "k-1"]

    private func sources(
        _ environment: [String: String], _ flags: SettingsFlags = SettingsFlags()
    ) -> SettingsSources {
        SettingsSources(flags, Surroundings(environment, workingDirectory: "/work"))
    }

    private func mount(
        _ environment: [String: String] = [:], flags: SettingsFlags = SettingsFlags()
    ) throws(SettingsError) -> MountSettings {
        try MountSettings(sources(Self.base.merging(environment) { $1 }, flags))
    }

    private func settings(
        _ environment: [String: String] = [:], flags: SettingsFlags = SettingsFlags()
    ) throws(SettingsError) -> Settings {
        try mount(environment, flags: flags).settings
    }

    /// One line for each problem.
    private func complaint(_ environment: [String: String], flags: SettingsFlags = SettingsFlags()) -> String {
        do throws(SettingsError) { _ = try MountSettings(sources(environment, flags)) } catch { return "\(error)" }
        return "no complaint"
    }

    @Test("S7.6 without a home the cache is the user's own in the temporary directory")
    func homeless() throws {
        func place(_ environment: [String: String]) throws -> String {
            try LocalSettings(sources(environment)).cacheDirectory.string
        }
        #expect(try place(["PULSE_API_KEY": "k"]) == "/tmp/pulsefs-\(geteuid())")
        #expect(try place(["PULSE_API_KEY": "k", "TMPDIR": "/t"]) == "/t/pulsefs-\(geteuid())")
    }

    @Test("S7.2 without a word, the API's own address and a cache in the home directory")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.origin == .production)
        #expect(settings.cacheDirectory == "/home/ada/.cache/pulsefs")
        #expect(settings.key == APIKey("k-1"))
        #expect(settings.warnings.isEmpty)
    }

    @Test("S7.2 the address: flag, then environment")
    func address() throws {
        let environment = ["PULSE_API_URL": "https://env.example.com"]
        #expect(try settings(environment).origin.description == "https://env.example.com")
        let flags = SettingsFlags([.apiURL: "https://flag.example.com/"])
        #expect(try settings(environment, flags: flags).origin.description == "https://flag.example.com")
    }

    @Test("S7.2 the cache: flag, then PULSEFS_CACHE_DIR, then XDG_CACHE_HOME, then HOME")
    func cache() throws {
        var environment = ["XDG_CACHE_HOME": "/xdg"]
        #expect(try settings(environment).cacheDirectory == "/xdg/pulsefs")
        environment["PULSEFS_CACHE_DIR"] = "/env"
        #expect(try settings(environment).cacheDirectory == "/env")
        #expect(try settings(environment, flags: SettingsFlags([.cacheDirectory: "/flag"])).cacheDirectory == "/flag")
    }

    @Test("S7.6 the cache's size: flag, then PULSEFS_CACHE_SIZE, then 10 GiB; 5 % of the disk stay free")
    func cacheSize() throws {
        #expect(try settings().cacheLimits == StoreLimits(size: 10 << 30, freeFraction: 0.05))
        let environment = ["PULSEFS_CACHE_SIZE": "500M"]
        #expect(try settings(environment).cacheLimits.size == 500 << 20)
        var flags = SettingsFlags()
        flags[.cacheSize] = "1.5GiB"
        #expect(try settings(environment, flags: flags).cacheLimits.size == 3 << 29)
    }

    @Test("S3.1 when large results are fetched: flag, then PULSEFS_LARGE_RESULTS, then as they are looked up")
    func largeResults() throws {
        #expect(try settings().largeResults == .automatic)
        let environment = ["PULSEFS_LARGE_RESULTS": "manual"]
        #expect(try settings(environment).largeResults == .manual)
        var flags = SettingsFlags()
        flags[.largeResults] = "automatic"
        #expect(try settings(environment, flags: flags).largeResults == .automatic)
    }

    @Test("S6.4 what becomes of files of expired jobs: flag, then PULSEFS_ON_EXPIRY, then they are kept")
    func onExpiry() throws {
        #expect(try settings().onExpiry == .keep)
        let environment = ["PULSEFS_ON_EXPIRY": "drop"]
        #expect(try settings(environment).onExpiry == .drop)
        var flags = SettingsFlags()
        flags[.onExpiry] = "keep"
        #expect(try settings(environment, flags: flags).onExpiry == .keep)
    }

    @Test("what is done without a key needs none")
    func local() throws {
        let local = try LocalSettings(sources([:], SettingsFlags([.cacheDirectory: "/c"])))
        #expect(local.cacheDirectory == "/c" && local.origin == .production)
    }

    @Test("a relative cache directory is one of the working directory, and a relative XDG_CACHE_HOME is none")
    func relative() throws {
        let flags = SettingsFlags([.cacheDirectory: "c/d"])
        #expect(try settings(flags: flags).cacheDirectory == "/work/c/d")
        #expect(try settings(["XDG_CACHE_HOME": "xdg"]).cacheDirectory == "/home/ada/.cache/pulsefs")
    }

    @Test("S7.2 the key: file of the flag, then file of the environment, then PULSE_API_KEY")
    func key() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let (one, two) = (scratch.appending("one"), scratch.appending("two"))
            try await Shell.run("umask 077; echo file-1 >\"$1\"; echo file-2 >\"$2\"", [one.string, two.string])
            let environment = ["PULSEFS_API_KEY_FILE": one.string]
            #expect(try settings(environment).key == APIKey("file-1"))
            let flags = SettingsFlags([.apiKeyFile: two.string])
            #expect(try settings(environment, flags: flags).key == APIKey("file-2"))
        }
    }

    @Test("S4.2 the key's rules: flag, then environment, else 10 minutes and readable offline")
    func keyRules() throws {
        #expect(try mount().keyRules == KeyRules(ttl: .seconds(600), offline: .read))
        let environment = ["PULSEFS_AUTH_TTL": "30s", "PULSEFS_OFFLINE": "deny"]
        #expect(try mount(environment).keyRules == KeyRules(ttl: .seconds(30), offline: .deny))
        let flags = SettingsFlags([.authTTL: "2h", .offline: "read"])
        #expect(try mount(environment, flags: flags).keyRules == KeyRules(ttl: .seconds(7200), offline: .read))
    }

    @Test(
        "S4.2 a time is whole seconds, or a number with s, m or h",
        arguments: [("600", 600), ("1", 1), ("30s", 30), ("10m", 600), ("1h", 3600), ("007", 7)])
    func time(text: String, seconds: Int) throws {
        #expect(TimeSpan(text)?.duration == .seconds(seconds))
    }

    @Test(
        "S4.2 no time, none at all and what is no policy are refused, with what to type instead",
        arguments: ["0", "0m", "", "s", "-1", "1.5", "10 m", "10d", "ten", "99999999999999999999", "9999999h", "١"])
    func noTime(text: String) {
        let text = complaint(Self.base, flags: SettingsFlags([.authTTL: text]))
        #expect(text.contains("--auth-ttl") && text.contains("10m") && !text.contains("\n"))
        let policy = complaint(Self.base, flags: SettingsFlags([.offline: "maybe"]))
        #expect(policy.contains("\"maybe\"") && policy.contains("--offline") && policy.contains("deny"))
    }

    @Test("S5.1 a request is tried for half a minute, or as long as the flag or else the environment says")
    func timeout() throws {
        #expect(try settings().timeout == .seconds(30))
        #expect(try settings(["PULSEFS_TIMEOUT": "2m"]).timeout == .seconds(120))
        var flags = SettingsFlags()
        flags[.timeout] = "5s"
        #expect(try settings(["PULSEFS_TIMEOUT": "2m"], flags: flags).timeout == .seconds(5))
    }

    @Test("S7.2 a key file may be replaced while the mount lasts, the environment may not")
    func keySupply() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let file = scratch.appending("one")
            try await Shell.run("umask 077; echo file-1 >\"$1\"", [file.string])
            let supply = try settings(flags: SettingsFlags([.apiKeyFile: file.string])).keySupply
            #expect(try supply.read() == APIKey("file-1"))
            try await Shell.run("umask 077; echo file-2 >\"$1\"", [file.string])
            #expect(try supply.read() == APIKey("file-2"))
            #expect(try settings().keySupply.read() == nil)
        }
    }

    @Test("an empty variable is as good as none")
    func empty() throws {
        let settings = try settings([
            "PULSE_API_URL": "", "PULSEFS_CACHE_DIR": "", "PULSEFS_API_KEY_FILE": "", "XDG_CACHE_HOME": "",
        ])
        #expect(settings.origin == .production)
        #expect(settings.cacheDirectory == "/home/ada/.cache/pulsefs")
    }

    @Test("S4.3 plain HTTP to another machine is warned of, to this one it is not")
    func unprotected() throws {
        let warnings = try settings(["PULSE_API_URL": "http://api.example.com"]).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("http://api.example.com") == true)
        #expect(try settings(["PULSE_API_URL": "http://127.0.0.1:8080"]).warnings.isEmpty)
    }

    @Test("S7.1 each complaint says in one line what is wrong and how to mend it")
    func complaints() {
        var environment = Self.base
        environment["PULSE_API_URL"] = "ftp://x"
        let url = complaint(environment)
        #expect(url.contains("ftp://x") && url.contains("https://host") && url.hasPrefix("PULSE_API_URL: "))
        let keyless = complaint(["HOME": "/home/ada"])
        #expect(keyless.contains("PULSE_API_KEY") && keyless.contains("--api-key-file"))
        let nameless = complaint(Self.base, flags: SettingsFlags([.cacheDirectory: ""]))
        #expect(nameless.contains("--cache-dir") && nameless.contains("name a directory"))
        environment = ["HOME": "/h", "PULSE_API_KEY": "se cret"]
        let odd = complaint(environment)
        #expect(odd.contains("PULSE_API_KEY") && odd.contains("copy the key again"))
        #expect(!odd.contains("cret"))
        let size = complaint(["HOME": "/h", "PULSEFS_CACHE_SIZE": "10 elephants", "PULSE_API_KEY": "k"])
        #expect(size.contains("10 elephants") && size.contains("PULSEFS_CACHE_SIZE") && size.contains("1.5GiB"))
        let when = complaint(["HOME": "/h", "PULSEFS_LARGE_RESULTS": "never", "PULSE_API_KEY": "k"])
        #expect(when.contains("never") && when.contains("manual"))
        let what = complaint(["HOME": "/h", "PULSEFS_ON_EXPIRY": "burn", "PULSE_API_KEY": "k"])
        #expect(what.contains("\"burn\"") && what.contains("PULSEFS_ON_EXPIRY") && what.contains("drop"))
        let patience = complaint(["HOME": "/h", "PULSEFS_TIMEOUT": "soon", "PULSE_API_KEY": "k"])
        #expect(patience.contains("\"soon\"") && patience.hasPrefix("PULSEFS_TIMEOUT: ") && patience.contains("10m"))
        #expect(complaint(["HOME": "/h", "PULSEFS_TIMEOUT": "0", "PULSE_API_KEY": "k"]).contains("more than 0"))
        for text in [patience, what, url, keyless, nameless, odd, size, when] {
            #expect(!text.contains("\n"))
        }
    }
}
