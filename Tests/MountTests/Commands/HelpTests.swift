import PulseTestSupport
import Testing

@Suite("Help and usage", .takingTurns, .timeLimit(.minutes(10)))
struct HelpTests {
    @Test(
        "help has an example, the options and the exit codes",
        arguments: [
            "init", "mount", "unmount", "status", "fetch", "export", "jobs add", "jobs list", "jobs forget",
            "cache info", "cache verify", "cache prune", "store init", "store info", "store check", "store verify",
            "store gc", "wait", "explain", "config",
            "doctor",
        ])
    func help(_ command: String) async throws {
        let said = try await Shell.run("\"$1\" help \(command)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 0 && said.errors.isEmpty)
        #expect(said.text.contains("Exit codes: 0"))
        #expect(said.text.contains("\n  ") && said.text.contains("pulsefs \(command)"))
        let other = try await Shell.run("\"$1\" \(command) --help", [BuiltProducts.pulsefs], timeout: 30)
        #expect(other.text == said.text)
    }

    @Test("help of a group lists its commands")
    func groups() async throws {
        let said = try await Shell.run("\"$1\" jobs; \"$1\" cache; \"$1\" --help", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 0)
        for word in ["add", "list", "forget", "info", "verify", "prune", "fetch", "wait"] {
            #expect(said.text.contains("\n  \(word) "), "\(word)")
        }
    }

    @Test(
        "wrong usage is exit code 64",
        arguments: [
            "jobs list extra", "jobs no-such", "cache prune --to 10X", "cache prune --to", "cache info --cache-size -1",
            "mount --cache-size many /tmp", "mount --large-results never /tmp", "mount --on-expiry burn /tmp",
            "fetch --no-such a", "explain", "config --api-key k", "config --umask 999", "mount --api-key k /tmp",
            "doctor a b", "store info --store-addressing host s3://bucket", "store check a b", "store verify a b",
            "store gc --older-than soon s3://bucket/a", "store gc --lose-results s3://bucket/a",
            "store gc --single-use-older-than 9d s3://bucket/a", "unmount --all /tmp",
            "unmount --timeout soon /tmp", "status --no-such",
            "mount --verbose --quiet /tmp",
        ])
    func usage(_ words: String) async throws {
        let said = try await Shell.run("\"$1\" \(words)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 64)
        #expect(said.output.isEmpty)
        #expect(said.errors.hasPrefix("pulsefs: ") && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
        #expect(said.errors.hasSuffix("\n"))
    }

    /// Words that no command takes, and what the one line about them has.
    private static let mistakes: [(String, [String])] = [
        ("mouunt x", ["there is no command mouunt: is it mount?"]),
        ("jobs ad x", ["no command jobs ad: is it jobs add?"]),
        ("lst --json", ["no command lst: is it jobs list?"]), ("prune", ["is it cache prune?"]),
        ("cache xyzzy", ["no command cache xyzzy; see: pulsefs cache --help"]),
        ("no-such-command", ["no command no-such-command; see: pulsefs --help"]),
        ("mount --cache-size lots /tmp", ["--cache-size: \"lots\" is not a size: write 10G"]),
        ("mount", ["missing expected argument '<directory>'", "see: pulsefs mount --help"]),
        ("mount --cach-dir x /tmp", ["no option --cach-dir: is it --cache-dir?"]),
        ("status --no-such", ["there is no option --no-such; see: pulsefs status --help"]),
        ("unmount", ["name the directories of mounts"]), ("doctor a b", ["unexpected argument 'b'"]),
        ("cache prune --to 10X", ["'10X'", "--to"]),
        ("mount --api-url http://ada:secret-word@h /tmp --no-such", ["--no-such"]),
    ]

    @Test("S7.3 a mistake in the words is told in one line, with what was probably meant", arguments: mistakes)
    func mistake(_ words: String, _ advice: [String]) async throws {
        let said = try await Shell.run("\"$1\" \(words)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 64 && said.output.isEmpty)
        #expect(said.errors.hasPrefix("pulsefs: ") && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
        for words in advice { #expect(said.errors.contains(words), "\(said.errors)") }
        #expect(!said.errors.contains("secret-word"))
    }

    @Test(
        "S4.3 a key or a secret as an argument is refused, not repeated, and where it belongs is said",
        arguments: [
            ("mount --key pulse-leak /tmp", "PULSE_API_KEY"), ("mount --api-key=pulse-leak /tmp", "--api-key-file"),
            ("mount --api-key=\u{301}pulse-leak /tmp", "--api-key-file"),
            ("fetch --api_key pulse-leak", "pulsefs init"), ("--api-key pulse-leak status", "PULSE_API_KEY"),
            ("jobs list --token pulse-leak", "PULSE_API_KEY"), ("mount -key pulse-leak /tmp", "PULSE_API_KEY"),
            ("mouunt --key pulse-leak", "PULSE_API_KEY"),
            ("mount --api-key-command 'echo pulse-leak' /tmp", "PULSEFS_API_KEY_COMMAND"),
            ("store info --store-secret pulse-leak", "--store-secret-file"),
            ("store info --secret=pulse-leak", "PULSEFS_STORE_SECRET"),
        ])
    func secrets(_ words: String, _ advice: String) async throws {
        let said = try await Shell.run("\"$1\" \(words)", [BuiltProducts.pulsefs], timeout: 30)
        #expect(said.status == 64 && said.output.isEmpty)
        #expect(said.errors.contains("never an argument") && said.errors.contains(advice), "\(said.errors)")
        #expect(said.errors.split(separator: "\n").count == 1 && !said.errors.contains("pulse-leak"), "\(said.errors)")
    }
}
