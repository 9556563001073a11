import PulseAPI
import PulseTestSupport
import SettingsTestSupport
import SystemPackage
import Testing

@testable import Settings

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

@Suite("Whose files of settings are read")
struct TrustedSettingsTests {
    private func run(_ script: String, _ rig: SettingsRig) async throws {
        let outcome = try await Shell.run("cd \"$1\" && \(script)", [rig.home.string])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(
        "S4.5 our own file is refused in one line when others can write it, or replace it",
        arguments: [
            "chmod o+w .config/pulsefs/config.toml",
            "chgrp 4321 .config/pulsefs/config.toml; chmod 620 .config/pulsefs/config.toml",
            "chmod o+w .config/pulsefs", "chmod o+w .config", "chmod 777 .",
            "mkdir -m 777 open; mv .config/pulsefs/config.toml open; ln -s ../../open/config.toml .config/pulsefs/config.toml",
        ])
    func own(script: String) async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("api-url = \"https://evil.example.com\"\n", to: rig.own)
            #expect(rig.problems().isEmpty)
            try await run(script, rig)
            let problems = rig.problems()
            #expect(problems.count == 1, "\(problems)")
            #expect(problems.first?.contains("can be written by others") == true, "\(problems)")
            #expect(problems.first?.contains("run chmod go-w \(rig.home)") == true)
            #expect(problems.first?.contains("evil") == false)
            try await run("chmod -R go-w .", rig)
            #expect(try rig.mount().settings.origin.description == "https://evil.example.com")
        }
    }

    @Test(
        "S4.5 the official tools' file, that of PULSE_CONFIG_DIR too, is refused when something would be taken from it",
        arguments: [[:], ["PULSE_CONFIG_DIR": "tools"]])
    func official(environment: [String: String]) async throws {
        try await SettingsRig.with { (rig) async throws in
            let file = environment.isEmpty ? rig.official : rig.home.appending("tools/config.toml")
            try await rig.write("api_url = \"https://evil.example.com\"\n", to: file, mode: "666")
            let problems = rig.problems(environment)
            #expect(problems.count == 1 && problems[0].contains("\(file) can be written by others"), "\(problems)")
            #expect(rig.problems(environment.merging(["PULSE_API_URL": "https://a.example"]) { $1 }).isEmpty)
        }
    }

    @Test("S4.5 a file of another user is refused, one of root is not", .enabled(if: geteuid() == 0))
    func owner() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("timeout = 3\n", to: rig.own)
            #expect(rig.problems().isEmpty)
            try await run("chown 4321 .config/pulsefs/config.toml", rig)
            #expect(rig.problems().first?.contains("belongs to user 4321: run chown 0 ") == true)
            try await run("chown 0 .config/pulsefs/config.toml; chown 4321 .config", rig)
            #expect(rig.problems().first?.contains("belongs to user 4321, who could replace") == true)
        }
    }

    @Test("S4.5 a file with the key in a directory where others can replace it is refused, and the key is not said")
    func keyFile() async throws {
        try await SettingsRig.with { (rig) async throws in
            let file = try await rig.write("k-secret", to: rig.home.appending("keys/key"))
            try await run("chmod 777 keys", rig)
            let problems = rig.problems(["PULSE_API_KEY": "", "PULSEFS_API_KEY_FILE": file.string])
            #expect(problems.count == 1 && problems[0].contains("who could replace \(file)"), "\(problems)")
            #expect(!problems[0].contains("secret"))
            try await run("chmod 1777 keys", rig)
            #expect(rig.problems(["PULSE_API_KEY": "", "PULSEFS_API_KEY_FILE": file.string]).isEmpty)
        }
    }

    @Test("S7.2 where the official tools' file has no key, the keychain is named, in which they may keep it")
    func keychain() async throws {
        try await SettingsRig.with { (rig) async throws in
            #expect(rig.problems(["PULSE_API_KEY": ""]).first?.contains("keychain") == false)
            try await rig.write("api_url = \"https://a.example\"\n", to: rig.official)
            let problems = rig.problems(["PULSE_API_KEY": ""])
            #expect(
                problems.count == 1 && problems[0].contains("secret-tool lookup service pulse-cli username api_key"))
        }
    }
}
