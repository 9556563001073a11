import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Rotation of a key", .takingTurns, .timeLimit(.minutes(10)))
struct KeyRotationTests {
    private static let job = JobName.invoice

    /// A mount whose key is in a file, and the file.
    private func withKeyFile(_ body: (Rig, MountedPulseFS, String) async throws -> Void) async throws {
        try await Rig.with { (rig) async throws in
            let file = rig.scratch.appending("key").string
            try await write(TestKeys.northwind, file)
            try await rig.mounted(key: "", options: KeyScript.quick + ["--api-key-file", file]) {
                (mount) async throws in
                try await body(rig, mount, file)
            }
        }
    }

    private func write(_ text: String, _ file: String) async throws {
        try await Shell.run("umask 077; printf '%s\\n' \"$2\" > \"$1.new\" && mv \"$1.new\" \"$1\"", [file, text])
    }

    @Test("S7.2: a key is rotated by writing the file: an open file, cached files and new jobs go on without a remount")
    func rotation() async throws {
        try await withKeyFile { (rig, mount, file) async throws in
            try await mount.warm(Self.job)
            // Reads through one descriptor for as long as it runs.
            let holder = """
                import os, sys
                file = os.open(sys.argv[1], os.O_RDONLY)
                first = os.pread(file, 1 << 20, 0)
                print("holding", flush=True)
                while not os.path.exists(sys.argv[2]):
                    assert os.pread(file, 1 << 20, 0) == first and first
                print("same", flush=True)
                """
            let stop = rig.scratch.appending("stop").string
            let path = mount.path.appending("jobs/\(Self.job)/result.md").string
            try await ChildProcess.with(["python3", "-c", holder, path, stop]) { (reader) async throws in
                try await reader.waitForOutput("holding")
                try await write(TestKeys.northwindSecond, file)
                rig.emulator.revoke(key: TestKeys.northwind)
                rig.emulator.clearRequests()
                // A job nobody has looked at yet: no reader meets the refusal of the old key.
                #expect(
                    try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.report]).text
                        == rig.emulator.markdown(of: JobName.report))
                try await Shell.run("touch \"$1\"", [stop])
                #expect(await reader.ended() == 0, "\(reader.errors)")
                #expect(String(decoding: reader.output, as: UTF8.self).contains("same"))
            }
            // S4.1: what the old key read is shown to the new one after a single 200, and is not fetched again.
            for name in KeyScript.files { #expect(try await !mount.bytes("jobs/\(Self.job)/\(name)").isEmpty) }
            #expect(rig.emulator.requests(matching: .path("/job/\(Self.job)")).map(\.keyAlias) == ["northwind-2"])
            #expect(rig.emulator.imageRequests(of: Self.job) == 0)
            try await mount.wait(forKeyState: "good")
            #expect(!mount.process.errors.contains("pulse-demo"))
        }
    }

    @Test(
        "S7.2: a key that changes in a file of settings is in use within seconds, with no request refused and no remount"
    )
    func settingsFile() async throws {
        try await Rig.with { (rig) async throws in
            let file = rig.scratch.appending("config.toml").string
            let text = { (key: String) in "cache-size = \"1G\"\n[profiles.p]\napi-key = \"\(key)\"" }
            try await write(text(TestKeys.northwind), file)
            try await rig.mounted(key: "", options: ["--config", file, "--profile", "p"]) { (mount) async throws in
                try await mount.warm(Self.job)
                rig.emulator.clearRequests()
                try await write(text(TestKeys.northwindSecond), file)
                // Nobody reads anything, and the ttl is ten minutes.
                try await rig.emulator.waitForRequests(1, matching: KeyScript.check)
                try await mount.wait(forKeyState: "good")
                #expect(try await mount.shell("cat \"$M/jobs/$1/status.json\"", [JobName.report]).status == 0)
                #expect(rig.emulator.requests().allSatisfy { $0.keyAlias == "northwind-2" })
                #expect(!mount.process.errors.contains("pulse-demo"))
            }
        }
    }

    @Test(
        "S4.1: after a rotation to another organisation's key nothing of the cache is left to see, cached by the kernel or not"
    )
    func otherOrganization() async throws {
        try await withKeyFile { (rig, mount, file) async throws in
            try await mount.warm(Self.job)
            try await write(TestKeys.contoso, file)
            let outcome = try await mount.shell(
                KeyScript.again + KeyScript.denied + """
                    again denied cat "$M/jobs/$1/result.md"
                    for f in "${@:3}"; do denied cat "$M/jobs/$1/$f" || echo "$f is open"; done
                    ls "$M/jobs"; cat "$M/.pulsefs/jobs"
                    cat "$M/jobs/$2/status.json" > /dev/null && ls "$M/jobs"
                    """, [Self.job, JobName.contoso] + KeyScript.files, timeout: 30)
            #expect(outcome.lines == [JobName.contoso], "\(outcome.text) \(outcome.errors)")
            try await mount.wait(forKeyState: "good")
        }
    }

    @Test(
        "S7.2: a key file that holds no key keeps the old one, with one warning; a good key in it opens what was closed"
    )
    func badFile() async throws {
        try await withKeyFile { (rig, mount, file) async throws in
            try await mount.warm(Self.job)
            try await write("no key at all", file)
            try await rig.emulator.waitForRequests(3, matching: KeyScript.check)
            #expect(try await mount.shell("cat \"$M/jobs/$1/status.json\"", [JobName.report]).status == 0)
            let warnings = mount.process.errors.ranges(of: "the key in use stays in use").count
            #expect(warnings == 1, "\(mount.process.errors)")
            #expect(!mount.process.errors.contains("no key at all"))
            rig.emulator.revoke(key: TestKeys.northwind)
            try await mount.wait(forKeyState: "refused")
            try await write(TestKeys.northwindSecond, file)
            let back = try await mount.shell(
                KeyScript.again + "again cat \"$M/jobs/$1/result.md\"", [Self.job], timeout: 30)
            #expect(back.text == rig.emulator.markdown(of: Self.job))
        }
    }

    @Test(
        "S7.2: a program that prints the key runs once at the start, and again when the API refuses the key, never before"
    )
    func program() async throws {
        try await Rig.with { (rig) async throws in
            let (file, runs) = (rig.scratch.appending("key").string, rig.scratch.appending("runs").string)
            let settings = rig.scratch.appending("config.toml").string
            try await write(TestKeys.northwind, file)
            let program = #"["sh", "-c", "echo run >> \"$0\"; cat \"$1\"", "\#(runs)", "\#(file)"]"#
            try await write("api-key-command = \(program)", settings)
            try await rig.mounted(key: "", options: KeyScript.quick + ["--config", settings]) { (mount) async throws in
                try await mount.warm(Self.job)
                // Checked several times, and good.
                try await rig.emulator.waitForRequests(3, matching: KeyScript.check)
                #expect(try await Shell.run("cat \"$1\"", [runs]).lines == ["run"])
                try await write(TestKeys.northwindSecond, file)
                rig.emulator.revoke(key: TestKeys.northwind)
                rig.emulator.clearRequests()
                // The refused request is sent again with the new key: its reader sees nothing of it.
                #expect(
                    try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.report]).text
                        == rig.emulator.markdown(of: JobName.report))
                try await mount.wait(forKeyState: "good")
                #expect(try await Shell.run("cat \"$1\"", [runs]).lines == ["run", "run"])
                // A key that stays refused does not make it run without end.
                rig.emulator.revoke(key: TestKeys.northwindSecond)
                try await mount.wait(forKeyState: "refused")
                rig.emulator.clearRequests()
                while rig.emulator.requests(matching: KeyScript.check).count < 3 {
                    #expect(try await mount.errno(of: "open(p)", "jobs/\(Self.job)/result.md") == "EACCES")
                }
                #expect(try await Shell.run("cat \"$1\"", [runs]).lines.count <= 3)
                #expect(!mount.process.errors.contains("pulse-demo"))
            }
        }
    }
}
