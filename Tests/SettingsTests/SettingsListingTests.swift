import PulseTestSupport
import SettingsTestSupport
import SystemPackage
import Testing

@testable import Settings

@Suite("Listing of settings")
struct SettingsListingTests {
    @Test("S7.2: each setting has its value and where it came from: flag, variable, line of a file, or default")
    func rows() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("\n# mine\ntimeout = 5\ncache-dir = \"c\"\nno-fetch = []\n", to: rig.own)
            let listing = SettingsListing(
                rig.sources(
                    ["PULSE_API_KEY": "k-secret", "PULSEFS_OFFLINE": "deny"], SettingsFlags([.cacheSize: "1G"])),
                user: 7, group: 8)
            #expect(listing.problems.isEmpty)
            #expect(listing.rows.map(\.setting) == Setting.allCases)
            let rows = Dictionary(uniqueKeysWithValues: listing.rows.map { ($0.setting, [$0.value, $0.place]) })
            #expect(rows[.timeout] == ["5", "\(rig.own):3"])
            #expect(rows[.cacheDirectory] == [rig.own.removingLastComponent().appending("c").string, "\(rig.own):4"])
            #expect(rows[.noFetch] == ["", "\(rig.own):5"])
            #expect(rows[.offline] == ["deny", "PULSEFS_OFFLINE"])
            #expect(rows[.cacheSize] == ["1G", "--cache-size"])
            #expect(rows[.apiKey] == ["set (redacted)", "PULSE_API_KEY"])
            #expect(rows[.apiKeyFile] == [nil, "default"])
            #expect(rows[.apiURL] == ["https://api.runpulse.com", "default"])
            #expect(rows[.uid] == ["7", "default"] && rows[.gid] == ["8", "default"])
        }
    }

    @Test("S7.2: a key that cannot be used, or none, is not set, and is a problem")
    func keyless() async throws {
        try await SettingsRig.with { (rig) async throws in
            var listing = SettingsListing(rig.sources(), user: 0, group: 0)
            #expect(listing.rows.first { $0.setting == .apiKey }?.value == "not set")
            #expect(listing.problems.count == 1)
            try await rig.write("api_key = \"k\"", to: rig.official, mode: "644")
            listing = SettingsListing(rig.sources(["PULSEFS_UID": "x"]), user: 0, group: 0)
            let row = listing.rows.first { $0.setting == .apiKey }
            #expect(row?.value == "not set" && row?.place == "\(rig.official):1")
            #expect(listing.problems.count == 2)
        }
    }

    @Test("S7.1: the words that say the same settings to another process hold in any directory, and never have the key")
    func words() {
        let flags = SettingsFlags(
            [.apiKeyFile: "k", .cacheDirectory: "/c", .timeout: "5s", .allowOther: "false", .cacheSize: nil],
            config: "c.toml", profile: "p")
        #expect(
            flags.words(in: "/work") == [
                "--config=/work/c.toml", "--profile=p", "--api-key-file=/work/k", "--cache-dir=/c", "--timeout=5s",
                "--no-allow-other",
            ])
        #expect(SettingsFlags([.allowOther: "true", .apiKey: "secret"]).words(in: "/") == ["--allow-other"])
    }

    @Test("S7.1: the other process reads the same settings from those words, and takes no others")
    func wordsReadBack() throws {
        var flags = SettingsFlags(config: "/c=1.toml", profile: "")
        for (number, setting) in Setting.allCases.enumerated() where setting.flag != nil {
            flags[setting] =
                setting.kind == .flag
                ? "\(number % 2 == 0)" : setting.kind == .path ? "/a=b \(number)" : "--v=\(number)"
        }
        let words = flags.words(in: "/work")
        #expect(words.count == Setting.allCases.count { $0.flag != nil } + 2)
        let read = try #require(SettingsFlags(words: words))
        #expect(read.words(in: "/") == words)
        for setting in Setting.allCases where setting.flag != nil { #expect(read[setting] == flags[setting]) }
        for word in [
            "--api-key=k", "--timeout", "--config", "--allow-other=true", "--no-timeout", "-v", "x", "", "--", "--no-",
        ] {
            #expect(SettingsFlags(words: [word]) == nil, Comment(rawValue: word))
        }
    }

    @Test("S7.1: options as people write them are those words, unless there is something to be said of them")
    func joined() throws {
        let written = [
            "--timeout", "5s", "--cache-dir=/c d", "--no-allow-other", "--profile", "p=q", "--api-url=http://a?b=c",
        ]
        let words = ["--timeout=5s", "--cache-dir=/c d", "--no-allow-other", "--profile=p=q", "--api-url=http://a?b=c"]
        #expect(SettingsFlags.joined(written) == words)
        #expect(SettingsFlags.joined([]) == [])
        let flags = try #require(SettingsFlags(words: words))
        #expect(flags[.timeout] == "5s" && flags[.allowOther] == "false" && flags.profile == "p=q")
        for wrong in [
            ["x"], ["-v"], [""], ["--timeout=5s", "x"], ["--timeout="], ["--timeout", ""],
            ["--timeout=1s", "--timeout=2s"],
            ["--timeout", "1s", "--timeout=1s"], ["--allow-other", "--no-allow-other"], ["--timeout", "5s", "6s"],
        ] {
            #expect(SettingsFlags.joined(wrong) == nil, "\(wrong)")
        }
        // What takes no value, and what needs one.
        #expect(SettingsFlags(words: try #require(SettingsFlags.joined(["--allow-other", "x"]))) == nil)
        #expect(SettingsFlags(words: try #require(SettingsFlags.joined(["--timeout", "--allow-other"]))) == nil)
    }

    @Test(
        "a name is suggested when it is close, and none when nothing is",
        arguments: [
            ("timout", "timeout"), ("cache_size", "cache-size"), ("cachesize", "cache-size"), ("ofline", "offline"),
            ("largeresults", "large-results"), ("colour", nil), ("x", nil), ("", nil),
        ] as [(String, String?)])
    func spelling(name: String, near: String?) {
        #expect(Spelling.nearest(to: name, of: Setting.allCases.map(\.name)) == near)
    }
}
