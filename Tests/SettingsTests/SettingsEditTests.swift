import PulseTestSupport
import Testing

@testable import Settings

@Suite("Changes of the settings file")
struct SettingsEditTests {
    private static let key = SavedKey.key("pulse-new")

    private static func text(_ old: String, _ saved: SavedKey = key, profile: String? = nil) throws -> String {
        try SettingsEdit.text(of: old, saving: saved, in: profile)
    }

    @Test("a key goes to the settings of all, before the first table; every other line stays as it is")
    func added() throws {
        #expect(try Self.text("") == "api-key = \"pulse-new\"\n")
        let old = "# mine\ncache-size = \"20G\" # large\n\n[profiles.work]\ntimeout = 5\n"
        #expect(
            try Self.text(old)
                == "# mine\ncache-size = \"20G\" # large\napi-key = \"pulse-new\"\n\n[profiles.work]\ntimeout = 5\n")
        #expect(try Self.text("[profiles.work]\n") == "api-key = \"pulse-new\"\n[profiles.work]\n")
    }

    @Test("a key takes the place of every other source of the key in its table, and of none in another")
    func replaced() throws {
        let old = """
            api_key_file = "old.key" # beside
            timeout = 5
            api-key-command = [
              "pass",
              "show",
            ]
            [profiles.work]
            api-key = "other"

            """
        #expect(
            try Self.text(old) == "api-key = \"pulse-new\"\ntimeout = 5\n[profiles.work]\napi-key = \"other\"\n")
        #expect(
            try Self.text(old, .command("pass show \"new key\""), profile: "work")
                == old.replacing("api-key = \"other\"", with: "api-key-command = \"pass show \\\"new key\\\"\""))
    }

    @Test("a profile that is not there is made, whatever its name")
    func profile() throws {
        #expect(
            try Self.text("timeout = 5", profile: "work")
                == "timeout = 5\n\n[profiles.work]\napi-key = \"pulse-new\"\n")
        #expect(try Self.text("", profile: "a b") == "[profiles.\"a b\"]\napi-key = \"pulse-new\"\n")
        #expect(
            try Self.text("[profiles.work]\n# none yet\n[profiles.home]\n", profile: "work")
                == "[profiles.work]\napi-key = \"pulse-new\"\n# none yet\n[profiles.home]\n")
    }

    @Test("lines that end as on Windows go on to, and a file without a last line end gets one")
    func lineEnds() throws {
        #expect(try Self.text("timeout = 5\r\n") == "timeout = 5\r\napi-key = \"pulse-new\"\r\n")
        #expect(try Self.text("timeout = 5") == "timeout = 5\napi-key = \"pulse-new\"\n")
    }

    @Test(
        "what cannot be changed line by line is not changed at all",
        arguments: ["profiles = { work = { api-key = \"old\", timeout = 5 } }", "profiles.work.timeout = 5"])
    func impossible(_ old: String) {
        #expect(throws: SettingsEdit.Impossible.self) { try Self.text(old, profile: "work") }
    }

    @Test("text that is no TOML is not touched")
    func noTOML() {
        #expect(throws: TOMLDocument.Mistake.self) { try Self.text("timeout = \n") }
    }

    @Test("of files made at random, whatever is in them, nothing but the key changes, and once is as good as twice")
    func random() throws {
        var generator = SeededGenerator(seed: 21)
        let lines = [
            "timeout = \"5s\"", "# api-key = \"no\"", "", "api-key = \"a\"", "cache-size = '''\n10G'''",
            "api-key-file = 'k'",
            "no-fetch = [ # some\n  \"a\",\n  \"b\" ]", "api_key_command = \"pass\"", "umask = 0o077", "   ",
        ]
        var changed = 0
        for _ in 0..<400 {
            var text = ""
            for table in ["", "[profiles.work]\n", "[profiles.\"b c\"]\n"]
            where table.isEmpty || Bool.random(using: &generator) {
                text += table
                text += lines.shuffled(using: &generator).prefix(Int.random(in: 0...6, using: &generator))
                    .map { "\($0)\n" }.joined()
            }
            guard (try? TOMLDocument(text)) != nil else { continue }
            for profile in [nil, "work", "b c"] {
                let new = try Self.text(text, profile: profile)
                changed += 1
                #expect(try Self.text(new, profile: profile) == new)
                let others = Set(new.split(separator: "\n")).subtracting(["api-key = \"pulse-new\""])
                let old = Set(text.split(separator: "\n")).union(["[profiles.work]", "[profiles.\"b c\"]"])
                #expect(others.isSubset(of: old), "\(text)")
            }
        }
        #expect(changed > 600)
    }

    @Test("a value with a mark behind a quote or a backslash is read back as it was")
    func marks() throws {
        for value in ["pulse-\"\u{301}x", "pulse-\\\u{301}"] {
            let text = try SettingsEdit.text(of: "", saving: .command(value), in: nil)
            let read = try TOMLDocument(text).entries.first
            #expect(read?.value == .string(value), "\(text)")
        }
    }
}
