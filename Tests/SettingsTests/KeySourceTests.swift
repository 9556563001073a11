import PulseAPI
import PulseTestSupport
import SettingsTestSupport
import SystemPackage
import Testing

@testable import Settings

@Suite("Sources of the key")
struct KeySourceTests {
    private func key(
        _ rig: SettingsRig, _ environment: [String: String] = [:], _ flags: SettingsFlags = SettingsFlags()
    ) throws -> APIKey {
        try Settings(rig.sources(environment, flags)).key
    }

    private func complaint(_ rig: SettingsRig, _ environment: [String: String] = [:]) -> String {
        do throws(SettingsError) { _ = try Settings(rig.sources(environment)) } catch { return "\(error)" }
        return "no complaint"
    }

    @Test(
        "S7.2: --api-key-file, PULSEFS_API_KEY_FILE, PULSE_API_KEY, systemd's credential, profile, file, official tools"
    )
    func order() async throws {
        try await SettingsRig.with { (rig) async throws in
            var environment: [String: String] = [:]
            var flags = SettingsFlags()
            try await rig.write("api_key = \"official\"\n", to: rig.official)
            #expect(try key(rig) == APIKey("official"))
            try await rig.write("api-key = \"top\"\n[profiles.p]\napi-key-file = \"p.key\"\n", to: rig.own)
            #expect(try key(rig) == APIKey("top"))
            try await rig.write("profile\n", to: rig.own.removingLastComponent().appending("p.key"))
            flags.profile = "p"
            #expect(try key(rig, environment, flags) == APIKey("profile"))
            environment["CREDENTIALS_DIRECTORY"] = rig.home.appending("credentials").string
            #expect(try key(rig, environment, flags) == APIKey("profile"))
            try await rig.write("credential", to: rig.home.appending("credentials/pulse-api-key"), mode: "400")
            #expect(try key(rig, environment, flags) == APIKey("credential"))
            environment["PULSE_API_KEY"] = "variable"
            #expect(try key(rig, environment, flags) == APIKey("variable"))
            environment["PULSEFS_API_KEY_FILE"] = try await rig.write("file", to: rig.home.appending("env.key")).string
            #expect(try key(rig, environment, flags) == APIKey("file"))
            try await rig.write("flag", to: rig.home.appending("flag.key"))
            flags[.apiKeyFile] = "flag.key"
            #expect(try key(rig, environment, flags) == APIKey("flag"))
        }
    }

    @Test("S4.3 a file of settings with a key that others can read is refused, with the command that mends it")
    func secrecy() async throws {
        try await SettingsRig.with { (rig) async throws in
            for (file, name) in [(rig.official, "api_key"), (rig.own, "api-key")] {
                try await rig.write("\(name) = \"k-secret\"\n", to: file, mode: "640")
                let text = complaint(rig)
                #expect(text.hasPrefix("\(file):1: others can read") && text.hasSuffix("chmod 600 \(file)"), "\(text)")
                #expect(!text.contains("k-secret"))
                // A file without a key may be read by anyone.
                #expect(try key(rig, ["PULSE_API_KEY": "k"]) == APIKey("k"))
            }
        }
    }

    @Test(
        "S4.3 a key of another user's is refused; systemd's may be readable by root's group, as a list of readers shows"
    )
    func owner() async throws {
        try await SettingsRig.with { (rig) async throws in
            let credential = rig.home.appending("c/pulse-api-key")
            let environment = ["CREDENTIALS_DIRECTORY": rig.home.appending("c").string]
            try await rig.write("k-1", to: credential, mode: "440")
            #expect(try key(rig, environment) == APIKey("k-1"))
            try await rig.write("k-1", to: credential, mode: "444")
            #expect(complaint(rig, environment).contains("others can read"))
            let file = try await rig.write("k-1", to: rig.home.appending("key"))
            guard try await Shell.run("chown 12345 \"$1\" 2>/dev/null", [file.string]).status == 0 else { return }
            let text = complaint(rig, ["PULSEFS_API_KEY_FILE": file.string])
            #expect(text.hasPrefix("PULSEFS_API_KEY_FILE: ") && text.contains("chown"), "\(text)")
        }
    }

    @Test("S4.3 a key that cannot be used is not passed over, and no part of it is shown")
    func unusable() async throws {
        try await SettingsRig.with { (rig) async throws in
            try await rig.write("api_key = \"official\"\n", to: rig.official)
            for value in ["\"se cret\"", "[\"secret\"]", "\"\""] {
                try await rig.write("timeout = 1\napi-key = \(value)\n", to: rig.own)
                let text = complaint(rig)
                #expect(text.hasPrefix("\(rig.own):2: ") && !text.contains("cret"), "\(text)")
            }
            #expect(!complaint(rig, ["PULSE_API_KEY": "se cret"]).contains("cret"))
            let sources = rig.sources(["PULSE_API_KEY": "k-secret"])
            var dumped = ""
            dump(sources, to: &dumped)
            dump(sources.surroundings, to: &dumped)
            #expect(!dumped.contains("k-secret"))
        }
    }

    @Test("S7.2: a key is read again from whichever file it came from")
    func supplies() async throws {
        try await SettingsRig.with { (rig) async throws in
            let credentials = ["CREDENTIALS_DIRECTORY": rig.home.appending("c").string]
            let file = rig.home.appending("c/pulse-api-key")
            func check(
                _ text: (String) -> String, _ file: FilePath, _ environment: [String: String] = [:],
                _ flags: SettingsFlags = SettingsFlags()
            ) async throws {
                try await rig.write(text("old"), to: file)
                let settings = try Settings(rig.sources(environment, flags))
                #expect(settings.key == APIKey("old"))
                let version = settings.keySupply.version
                #expect(version == settings.keySupply.version && version != nil)
                try await rig.write(text("newer"), to: file)
                #expect(settings.keySupply.version != version)
                #expect(try settings.keySupply.read() == APIKey("newer"))
            }
            try await check({ "api_key = \"\($0)\"\n" }, rig.official)
            try await check({ "api_key = \"\($0)\"\n" }, rig.own)
            try await check(
                { "[profiles.p]\n\"api-key\" = \"\($0)\"\n" }, rig.own, [:], SettingsFlags(profile: "p"))
            try await check({ $0 }, file, credentials)
            try await check({ $0 }, rig.home.appending("k"), [:], SettingsFlags([.apiKeyFile: "k"]))
        }
    }
}
