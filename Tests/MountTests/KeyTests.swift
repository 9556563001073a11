import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// One cache, several keys: who reads what, and what becomes of it when a key is revoked or replaced.
@Suite("Keys", .takingTurns, .timeLimit(.minutes(10)))
struct KeyTests {
    private static let job = JobName.invoice
    private static let files = ["result.md", "result.json", "status.json", "images/logo.png"]
    private static let check = RequestPattern.path("/job/pulsefs-key-check")
    /// Rules that a test can wait for.
    private static let quick = ["--auth-ttl", "1"]

    /// A shell function: runs a command until it succeeds.
    private static let again = "again() { while ! \"$@\" 2> /dev/null; do sleep 0.05; done; }\n"
    /// A shell function: whether a command fails for want of permission.
    private static let denied = "denied() { \"$@\" 2>&1 > /dev/null | grep -q 'Permission denied'; }\n"

    /// Reads everything of the job twice, so that the kernel has it.
    private func warm(_ mount: MountedPulseFS) async throws {
        let outcome = try await mount.shell(
            """
            for pass in 1 2; do
              ls -lR "$M/jobs" > /dev/null && cd "$M/jobs/$1" && shift && cat "$@" > /dev/null || exit 1
              set -- "$(basename "$PWD")" "$@"
            done
            """, [Self.job] + Self.files)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func keyState(_ mount: MountedPulseFS) async throws -> String {
        try await mount.shell(
            "sed -n 's/^pulsefs_key_state{state=\"\\(.*\\)\"} 1$/\\1/p' \"$M\"/.pulsefs/metrics"
        ).lines.joined(separator: " ")
    }

    /// Waits until the mount says that the key is in this state.
    private func wait(for state: String, _ mount: MountedPulseFS) async throws {
        let outcome = try await mount.shell(
            Self.again + "again grep -qF 'state=\"'$1'\"} 1' \"$M\"/.pulsefs/metrics", [state], timeout: 30)
        #expect(outcome.status == 0, "the key is never \(state)")
    }

    @Test(
        "S4.2: once the key is revoked, what the kernel holds is closed within the ttl: names, attributes, listings, open files"
    )
    func revoked() async throws {
        try await Rig.mounted(options: Self.quick) { (rig, mount) async throws in
            try await warm(mount)
            let before = try await mount.operations()["read"]
            try await mount.shell("cat \"$M/jobs/$1/result.md\"", [Self.job])
            // From here on the kernel answers alone.
            #expect(try await mount.operations()["read"].map { $0 - (before ?? 0) } ?? 9 <= 1)
            // A process that has a file, a job's directory and `jobs` open, and tries each again until it is refused.
            let holder = """
                import errno, os, sys, time
                jobs, job = sys.argv[1] + "/jobs", sys.argv[1] + "/jobs/" + sys.argv[2]
                file = os.open(job + "/result.md", os.O_RDONLY)
                os.pread(file, 1000, 0)
                os.chdir(job)
                print("holding", flush=True)
                tries = {
                    "pread": lambda: os.pread(file, 1000, 0),
                    "fstat": lambda: os.fstat(file),
                    "here": lambda: os.listdir("."),
                    "open here": lambda: os.pread(os.open("result.md", os.O_RDONLY), 10, 0),
                    "jobs": lambda: os.listdir(jobs),
                    "stat": lambda: os.stat(job),
                    "open": lambda: open(job + "/result.md"),
                }
                for name, call in tries.items():
                    while True:
                        try:
                            call()
                            time.sleep(0.02)
                        except OSError as error:
                            print(name, errno.errorcode[error.errno], flush=True)
                            break
                # And again: nothing of it comes back.
                for name, call in tries.items():
                    try:
                        call()
                        print(name, "is open", flush=True)
                    except OSError:
                        pass
                print("closed", flush=True)
                """
            try await ChildProcess.with(["python3", "-c", holder, mount.path.string, Self.job]) {
                (reader) async throws in
                try await reader.waitForOutput("holding")
                rig.emulator.revoke(key: TestKeys.northwind)
                try await reader.waitForOutput("closed")
                let said = String(decoding: reader.output, as: UTF8.self).split(separator: "\n").dropFirst().dropLast()
                #expect(
                    said.map(String.init) == [
                        "pread EACCES", "fstat EACCES", "here EACCES", "open here EACCES", "jobs EACCES", "stat EACCES",
                        "open EACCES",
                    ])
            }
            let outcome = try await mount.shell(
                Self.denied + """
                    cd "$M" && for f in "${@:2}"; do denied cat "jobs/$1/$f" || echo "$f is open"; done
                    denied ls jobs || echo listed
                    denied ls "jobs/$1" || echo listed
                    denied stat "jobs/$1/status.json" || echo known
                    denied cat "jobs/never-seen" || echo asked
                    test -s README.txt && cat README.txt > /dev/null && cat .pulsefs/version && ls -d jobs
                    cat .pulsefs/jobs
                    """, [Self.job] + Self.files)
            #expect(outcome.lines == ["pulsefs 0.1.0", "jobs"], "\(outcome.text)")
            #expect(try await keyState(mount) == "refused")
            // In the log once, in words, without the key.
            let log = mount.process.errors
            #expect(log.components(separatedBy: "everything that the API key reads is closed").count == 2, "\(log)")
            #expect(log.contains("Invalid API key") && !log.contains(TestKeys.northwind))
        }
    }

    @Test("S4.2: a key that is good again opens everything at once, without a remount and without a fetch")
    func goodAgain() async throws {
        try await Rig.mounted(options: Self.quick) { (rig, mount) async throws in
            try await warm(mount)
            rig.emulator.revoke(key: TestKeys.northwind)
            try await wait(for: "refused", mount)
            try await mount.shell(
                Self.again + Self.denied + "again denied cat \"$M/jobs/$1/result.md\"", [Self.job], timeout: 30)
            rig.emulator.clearRequests()
            for key in EmulatedKey.demo { rig.emulator.add(key: key) }
            let outcome = try await mount.shell(
                Self.again + """
                    again cat "$M/jobs/$1/result.md" > /dev/null
                    cd "$M/jobs" && ls && cat "$1/result.md" "$1/images/logo.png" | wc -c
                    """, [Self.job], timeout: 30)
            let size =
                (rig.emulator.markdown(of: Self.job)?.utf8.count ?? 0)
                + rig.emulator.imageBytes("logo.png", of: Self.job).count
            #expect(outcome.lines == [Self.job, "\(size)"])
            #expect(Set(rig.emulator.requestCounts.keys) == ["/job/pulsefs-key-check"])
            #expect(try await keyState(mount) == "good")
        }
    }

    @Test(
        "S4.2: while the mount is in use, one cheap request a ttl for the key, whatever is read, and none for the job")
    func cheap() async throws {
        try await Rig.mounted(options: Self.quick) { (rig, mount) async throws in
            try await warm(mount)
            try await mount.shell("for i in {1..500}; do cat \"$M/jobs/$1/result.md\"; done > /dev/null", [Self.job])
            try await rig.emulator.waitForRequests(3, matching: Self.check)
            #expect(rig.emulator.requests(matching: .path("/job/\(Self.job)")).count == 1)
            let checks = rig.emulator.requests(matching: Self.check)
            #expect(checks.allSatisfy { $0.keyAlias == "northwind-1" })
        }
    }

    @Test("S4.2: while the API is unreachable, what is cached stays readable, also after a remount")
    func unreachable() async throws {
        try await Rig.mounted(options: Self.quick) { (rig, mount) async throws in
            try await warm(mount)
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await wait(for: "unconfirmed", mount)
            #expect(
                try await mount.shell("cat \"$M/jobs/$1/result.md\"", [Self.job]).text
                    == rig.emulator.markdown(of: Self.job))
            #expect(try await mount.shell("ls \"$M\"/jobs").lines == [Self.job])
            try await rig.mounted(options: Self.quick) { (second) async throws in
                try await wait(for: "unconfirmed", second)
                #expect(
                    try await second.shell("cat \"$M/jobs/$1/result.md\"", [Self.job]).text
                        == rig.emulator.markdown(of: Self.job))
            }
        }
    }

    @Test(
        "S4.2: with --offline=deny it is refused after the ttl, what the kernel holds included, and back with the API")
    func deny() async throws {
        try await Rig.mounted(options: Self.quick + ["--offline", "deny"]) { (rig, mount) async throws in
            try await warm(mount)
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            let script = Self.again + Self.denied
            let refused = try await mount.shell(
                script + "again denied cat \"$M/jobs/$1/result.md\" && again denied ls \"$M/jobs\"", [Self.job],
                timeout: 30)
            #expect(refused.status == 0)
            #expect(try await keyState(mount) == "unconfirmed")
            rig.emulator.clearFaults()
            let back = try await mount.shell(script + "again cat \"$M/jobs/$1/result.md\"", [Self.job], timeout: 30)
            #expect(back.text == rig.emulator.markdown(of: Self.job))
        }
    }

    @Test("S4.2: a key that was refused when last seen reads nothing after a remount without the API")
    func offlineRemount() async throws {
        try await Rig.with { (rig) async throws in
            try await rig.mounted(options: Self.quick) { (mount) async throws in
                try await warm(mount)
                rig.emulator.revoke(key: TestKeys.northwind)
                try await wait(for: "refused", mount)
            }
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await rig.mounted { (mount) async throws in
                #expect(try await keyState(mount) == "refused")
                #expect(try await mount.errno(of: "os.listdir(p)", "jobs") == "EACCES")
                #expect(try await mount.errno(of: "open(p)", "jobs/\(Self.job)/result.md") == "EACCES")
                #expect(try await mount.bytes("README.txt").count > 100)
            }
            // The same cache with a key that nobody has refused.
            try await rig.mounted(key: TestKeys.northwindSecond) { (mount) async throws in
                #expect(try await mount.shell("ls \"$M\"/jobs").output.isEmpty)
            }
        }
    }

    @Test("S4.2: whoever waits for the API when the key is refused is told at once, not when the API answers")
    func waiting() async throws {
        try await Rig.mounted(options: Self.quick) { (rig, mount) async throws in
            try await warm(mount)
            rig.emulator.set(.stallBeforeHeaders, on: .path("/job/\(JobName.report)"))
            try await ChildProcess.with(mount.cat("jobs/\(JobName.report)/result.md")) { (reader) async throws in
                try await rig.emulator.waitForStalled(1)
                try await reader.waitUntilStuck()
                rig.emulator.revoke(key: TestKeys.northwind)
                // Well before the silence of the API ends the request.
                #expect(await reader.ended(within: .seconds(10)) == 1)
                #expect(reader.errors.contains("Permission denied"))
                #expect(rig.emulator.stalledRequests == 1)
            }
        }
    }

    // MARK: A key file

    /// A mount whose key is in a file, and the file.
    private func withKeyFile(_ body: (Rig, MountedPulseFS, String) async throws -> Void) async throws {
        try await Rig.with { (rig) async throws in
            let file = rig.scratch.appending("key").string
            try await write(TestKeys.northwind, file)
            try await rig.mounted(key: "", options: Self.quick + ["--api-key-file", file]) { (mount) async throws in
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
            try await warm(mount)
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
            for name in Self.files { #expect(try await !mount.bytes("jobs/\(Self.job)/\(name)").isEmpty) }
            #expect(rig.emulator.requests(matching: .path("/job/\(Self.job)")).map(\.keyAlias) == ["northwind-2"])
            #expect(rig.emulator.imageRequests(of: Self.job) == 0)
            #expect(try await keyState(mount) == "good")
            #expect(!mount.process.errors.contains("pulse-demo"))
        }
    }

    @Test(
        "S4.1: after a rotation to another organisation's key nothing of the cache is left to see, cached by the kernel or not"
    )
    func otherOrganization() async throws {
        try await withKeyFile { (rig, mount, file) async throws in
            try await warm(mount)
            try await write(TestKeys.contoso, file)
            let outcome = try await mount.shell(
                Self.again + Self.denied + """
                    again denied cat "$M/jobs/$1/result.md"
                    for f in "${@:3}"; do denied cat "$M/jobs/$1/$f" || echo "$f is open"; done
                    ls "$M/jobs"; cat "$M/.pulsefs/jobs"
                    cat "$M/jobs/$2/status.json" > /dev/null && ls "$M/jobs"
                    """, [Self.job, JobName.contoso] + Self.files, timeout: 30)
            #expect(outcome.lines == [JobName.contoso], "\(outcome.text) \(outcome.errors)")
            #expect(try await keyState(mount) == "good")
        }
    }

    @Test(
        "S7.2: a key file that holds no key keeps the old one, with one warning; a good key in it opens what was closed"
    )
    func badFile() async throws {
        try await withKeyFile { (rig, mount, file) async throws in
            try await warm(mount)
            try await write("no key at all", file)
            try await rig.emulator.waitForRequests(3, matching: Self.check)
            #expect(try await mount.shell("cat \"$M/jobs/$1/status.json\"", [JobName.report]).status == 0)
            let warnings = mount.process.errors.components(separatedBy: "the key in use stays in use").count - 1
            #expect(warnings == 1, "\(mount.process.errors)")
            #expect(!mount.process.errors.contains("no key at all"))
            rig.emulator.revoke(key: TestKeys.northwind)
            try await wait(for: "refused", mount)
            try await write(TestKeys.northwindSecond, file)
            let back = try await mount.shell(
                Self.again + "again cat \"$M/jobs/$1/result.md\"", [Self.job], timeout: 30)
            #expect(back.text == rig.emulator.markdown(of: Self.job))
        }
    }

    // MARK: Two keys, one cache

    @Test("S4.1: two keys, two organisations, one cache: who sees what before and after the API has said so")
    func table() async throws {
        try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 5000)]) { (rig) async throws in
            let once = try await rig.mounted { (mount) async throws in
                try await warm(mount)
                return try await mount.bytes("jobs/once/result.md")
            }
            rig.emulator.clearRequests()
            // Another key of the organisation: nothing is listed; after one 200 a job, everything is there and nothing fetched.
            try await rig.mounted(key: TestKeys.northwindSecond) { (mount) async throws in
                #expect(try await mount.shell("ls \"$M\"/jobs").output.isEmpty)
                #expect(try await mount.bytes("jobs/once/result.md") == once)
                for name in Self.files { #expect(try await !mount.bytes("jobs/\(Self.job)/\(name)").isEmpty) }
                #expect(try await mount.shell("ls \"$M\"/jobs").lines == [Self.job, "once"])
            }
            #expect(rig.emulator.requestCounts == ["/job/once": 1, "/job/\(Self.job)": 1])
            // A key of another organisation.
            try await rig.mounted(key: TestKeys.contoso) { (mount) async throws in
                for name in ["once/result.md", "\(Self.job)/result.md", Self.job] {
                    #expect(try await mount.errno(of: "os.stat(p)", "jobs/\(name)") == "EACCES")
                }
                #expect(try await mount.shell("ls \"$M\"/jobs").output.isEmpty)
                #expect(try await mount.shell("cat \"$M/jobs/$1/status.json\"", [JobName.contoso]).status == 0)
            }
            // The first key, revoked meanwhile: warm in the cache, and closed with the first check.
            rig.emulator.revoke(key: TestKeys.northwind)
            try await rig.mounted(options: Self.quick) { (mount) async throws in
                let closed = try await mount.shell(
                    Self.again + Self.denied
                        + "again denied cat \"$M/jobs/$1/result.md\" && again denied ls \"$M/jobs\"",
                    [Self.job], timeout: 30)
                #expect(closed.status == 0)
            }
            // The others are none the worse, also without the API.
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await rig.mounted(key: TestKeys.northwindSecond) { (mount) async throws in
                #expect(try await mount.bytes("jobs/once/result.md") == once)
            }
        }
    }

    @Test("S7.1: a time that is none is refused before anything is mounted, in one line", arguments: ["0", "soon"])
    func badTime(_ text: String) async throws {
        try await Rig.with { (rig) async throws in
            let directory = try rig.scratch.make("mnt").string
            let said = try await Shell.run(
                "\"$1\" mount --auth-ttl \"$2\" --api-url \"$3\" \"$4\"",
                [BuiltProducts.pulsefs, text, rig.emulator.baseURL, directory],
                environment: ["PULSE_API_KEY": TestKeys.northwind])
            #expect(said.status == 1)
            #expect(said.errors.contains("--auth-ttl") && said.errors.split(separator: "\n").count == 1)
        }
    }
}
