import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs config, and settings in files", .takingTurns, .timeLimit(.minutes(10)))
struct ConfigCommandTests {
    private static let text = """
        # mine
        timeout = 5
        no-fetch = ["a", "b"]
        [profiles.work]
        timeout = "7s"
        umask = 0o027
        """

    private func write(_ text: String, _ rig: Rig, _ name: String = "config.toml") async throws -> String {
        let file = rig.scratch.appending(name).string
        try await Shell.run(
            "umask 077; mkdir -p \"$(dirname \"$1\")\"; printf '%s\\n' \"$2\" > \"$1\"", [file, text])
        return file
    }

    @Test("S7.2: pulsefs config prints each setting's value and where it came from, the key redacted, and asks nobody")
    func lines() async throws {
        try await Rig.with { (rig) async throws in
            let file = try await write(Self.text, rig)
            let said = try await rig.pulsefs("config", "--config", file, "--profile", "work", "--cache-size", "1G")
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            let rows = Dictionary(uniqueKeysWithValues: said.cells.map { ($0[0], Array($0.dropFirst())) })
            #expect(rows["timeout"] == ["7s", "\(file):5"])
            #expect(rows["umask"] == ["027", "\(file):6"])
            #expect(rows["no-fetch"] == ["a,b", "\(file):3"])
            #expect(rows["cache-dir"] == [rig.cache.string, "PULSEFS_CACHE_DIR"])
            #expect(rows["cache-size"] == ["\(1 << 30)", "--cache-size"])
            #expect(rows["offline"] == ["read", "default"])
            #expect(rows["api-key"] == ["set (redacted)", "PULSE_API_KEY"])
            #expect(!said.text.contains(TestKeys.northwind))
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S7.3: pulsefs config --json is an array of the same; --path says which files are looked at")
    func json() async throws {
        try await Rig.with { (rig) async throws in
            let file = try await write(Self.text, rig)
            let said = try await rig.pulsefs("config", "--config", file, "--json", key: nil)
            let rows = try #require(try said.json() as? [[String: Any]])
            let timeout = try #require(rows.first { $0["setting"] as? String == "timeout" })
            #expect(timeout["value"] as? String == "5" && timeout["from"] as? String == "\(file):2")
            #expect(rows.contains { $0["setting"] as? String == "api-key" && $0["value"] as? String == "not set" })
            // No key is a problem of a mount.
            #expect(said.status == 1 && said.errors.contains("PULSE_API_KEY"))
            let files = try await Shell.run(
                "HOME=$2 PULSE_CONFIG_DIR= CREDENTIALS_DIRECTORY=/run/c \"$P\" config --path --config \"$1\"",
                [file, rig.scratch.path.string], environment: rig.environment())
            #expect(
                files.cells == [
                    [file, "settings", "yes"], ["\(rig.scratch.path)/.pulse/config.toml", "official", "no"],
                    ["/run/c/pulse-api-key", "credential", "no"],
                ])
        }
    }

    @Test(
        "S7.2: all problems follow on standard error, a line each, without control characters, and the exit code is 1")
    func problems() async throws {
        try await Rig.with { (rig) async throws in
            let file = try await write(
                "timout = 1\ncache-size = \"\\u001b[2J\"\numask = 9\n", rig)
            let said = try await rig.pulsefs("config", "--config", file, timeout: "so\u{7}on")
            #expect(said.status == 1)
            let lines = said.errors.split(separator: "\n")
            #expect(lines.count == 4, "\(said.errors)")
            #expect(
                lines.allSatisfy { $0.hasPrefix("pulsefs: \(file):") || $0.hasPrefix("pulsefs: PULSEFS_TIMEOUT: ") })
            for text in [said.text, said.errors] {
                #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" })
            }
            let mount = try await rig.pulsefs("mount", "--config", file, "/nonexistent", timeout: "so\u{7}on")
            #expect(mount.status == 1 && mount.errors == said.errors)
        }
    }

    @Test(
        "S7.2: a mount in the background and every other command take files and profiles, from the defaults' places too"
    )
    func everywhere() async throws {
        try await Rig.with { (rig) async throws in
            let directory = try rig.scratch.make("mnt").string
            _ = try await write(
                """
                umask = "022"
                [profiles.p]
                api-url = "\(rig.emulator.baseURL)"
                api-key = "\(TestKeys.northwind)"
                cache-dir = "cache"
                """, rig, "pulsefs/config.toml")
            let said = try await Shell.run(
                """
                trap 'umount -l "$1" 2>/dev/null' EXIT
                cd "$2"; export XDG_CONFIG_HOME=$2
                "$3" mount --profile p mnt || exit
                stat -c %a mnt/jobs
                cat mnt/jobs/$4/result.md > /dev/null || exit
                "$3" unmount mnt || exit
                cd pulsefs; unset XDG_CONFIG_HOME; export PULSEFS_PROFILE=p
                "$3" jobs list --config config.toml | cut -f1
                "$3" cache info --config config.toml | grep ^path
                "$3" explain --config config.toml jobs/$4/result.md > /dev/null && echo explained
                "$3" fetch --config config.toml $4 | cut -f1
                "$3" wait --config config.toml $4 | cut -f1
                "$3" jobs add --config config.toml $4 | cut -f1
                "$3" jobs forget --config config.toml $4 | cut -f1
                """,
                [directory, rig.scratch.path.string, BuiltProducts.pulsefs, JobName.invoice], timeout: 60)
            let job = JobName.invoice
            #expect(
                said.lines == [
                    "mounted \(rig.emulator.baseURL) on \(directory)", "555", job,
                    "path\t\(rig.scratch.path)/pulsefs/cache", "explained", job, job, job, job,
                ], "\(said.errors)")
            #expect(said.errors.isEmpty)
        }
    }

    @Test("S7.2: the official tools' file is enough for a mount")
    func official() async throws {
        try await Rig.with { (rig) async throws in
            let file = try await write(
                "api_key = \"\(TestKeys.northwind)\"\napi_url = \"\(rig.emulator.baseURL)\"", rig, "tools/config.toml")
            let said = try await Shell.run(
                """
                export PULSE_CONFIG_DIR=$(dirname "$1") PULSEFS_CACHE_DIR=$2
                "$3" jobs add \(JobName.invoice) && "$3" config | grep ^api-
                """, [file, rig.cache.string, BuiltProducts.pulsefs])
            #expect(
                said.cells == [
                    [JobName.invoice, "completed"], ["api-url", rig.emulator.baseURL, "\(file):2"],
                    ["api-key-file", "", "default"], ["api-key", "set (redacted)", "\(file):1"],
                    ["api-key-command", "", "default"],
                ], "\(said.errors)")
        }
    }
}
