import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// One cache, several keys: who reads what, and what becomes of it when a key is revoked or replaced.
@Suite("Keys", .takingTurns, .timeLimit(.minutes(10)))
struct KeyTests {
    private static let job = JobName.invoice

    @Test(
        "S4.2: once the key is revoked, what the kernel holds is closed within the ttl: names, attributes, listings, open files"
    )
    func revoked() async throws {
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.warm(Self.job)
            let before = try await mount.operations()["read"]
            try await mount.shell("cat \"$M/jobs/$1/result.md\"", [Self.job])
            // From here on the kernel answers alone.
            #expect(try await mount.operations()["read"].map { $0 - (before ?? 0) } ?? 9 <= 2)
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
                KeyScript.denied + """
                    cd "$M" && for f in "${@:2}"; do denied cat "jobs/$1/$f" || echo "$f is open"; done
                    denied ls jobs || echo listed
                    denied ls "jobs/$1" || echo listed
                    denied stat "jobs/$1/status.json" || echo known
                    denied cat "jobs/never-seen" || echo asked
                    test -s README.txt && cat README.txt > /dev/null && cat .pulsefs/version && ls -d jobs
                    cat .pulsefs/jobs
                    """, [Self.job] + KeyScript.files)
            #expect(outcome.lines == ["pulsefs 0.1.0", "jobs"], "\(outcome.text)")
            #expect(try await mount.keyState == "refused")
            // In the log once, in words, without the key.
            let log = mount.process.errors
            #expect(log.ranges(of: "access is closed, because the API refuses the key").count == 1, "\(log)")
            #expect(log.contains("Invalid API key") && !log.contains(TestKeys.northwind))
        }
    }

    @Test("S4.2: a key that is good again opens everything at once, without a remount and without a fetch")
    func goodAgain() async throws {
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.warm(Self.job)
            rig.emulator.revoke(key: TestKeys.northwind)
            try await mount.wait(forKeyState: "refused")
            try await mount.shell(
                KeyScript.again + KeyScript.denied + "again denied cat \"$M/jobs/$1/result.md\"", [Self.job],
                timeout: 30)
            rig.emulator.clearRequests()
            for key in EmulatedKey.demo { rig.emulator.add(key: key) }
            let outcome = try await mount.shell(
                KeyScript.again + """
                    again cat "$M/jobs/$1/result.md" > /dev/null
                    cd "$M/jobs" && ls && cat "$1/result.md" "$1/images/logo.png" | wc -c
                    """, [Self.job], timeout: 30)
            let size =
                (rig.emulator.markdown(of: Self.job)?.utf8.count ?? 0)
                + rig.emulator.imageBytes("logo.png", of: Self.job).count
            #expect(outcome.lines == [Self.job, "\(size)"])
            #expect(Set(rig.emulator.requestCounts.keys) == ["/job/pulsefs-key-check"])
            try await mount.wait(forKeyState: "good")
        }
    }

    @Test(
        "S4.2: while the mount is in use, one cheap request a ttl for the key, whatever is read, and none for the job")
    func cheap() async throws {
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.warm(Self.job)
            try await mount.shell("for i in {1..500}; do cat \"$M/jobs/$1/result.md\"; done > /dev/null", [Self.job])
            try await rig.emulator.waitForRequests(3, matching: KeyScript.check)
            #expect(rig.emulator.requests(matching: .path("/job/\(Self.job)")).count == 1)
            let checks = rig.emulator.requests(matching: KeyScript.check)
            #expect(checks.allSatisfy { $0.keyAlias == "northwind-1" })
        }
    }

    @Test("S4.2: while the API is unreachable, what is cached stays readable, also after a remount")
    func unreachable() async throws {
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.warm(Self.job)
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await mount.wait(forKeyState: "unconfirmed")
            #expect(
                try await mount.shell("cat \"$M/jobs/$1/result.md\"", [Self.job]).text
                    == rig.emulator.markdown(of: Self.job))
            #expect(try await mount.shell("ls \"$M\"/jobs").lines == [Self.job])
            try await rig.mounted(options: KeyScript.quick) { (second) async throws in
                try await second.wait(forKeyState: "unconfirmed")
                #expect(
                    try await second.shell("cat \"$M/jobs/$1/result.md\"", [Self.job]).text
                        == rig.emulator.markdown(of: Self.job))
            }
        }
    }

    @Test(
        "S4.2: with --offline=deny it is refused after the ttl, what the kernel holds included, and back with the API")
    func deny() async throws {
        try await Rig.mounted(options: KeyScript.quick + ["--offline", "deny"]) { (rig, mount) async throws in
            try await mount.warm(Self.job)
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            let script = KeyScript.again + KeyScript.denied
            let refused = try await mount.shell(
                script + "again denied cat \"$M/jobs/$1/result.md\" && again denied ls \"$M/jobs\"", [Self.job],
                timeout: 30)
            #expect(refused.status == 0)
            #expect(try await mount.keyState == "unconfirmed")
            rig.emulator.clearFaults()
            let back = try await mount.shell(script + "again cat \"$M/jobs/$1/result.md\"", [Self.job], timeout: 30)
            #expect(back.text == rig.emulator.markdown(of: Self.job))
        }
    }

    @Test("S4.2: a key that was refused when last seen reads nothing after a remount without the API")
    func offlineRemount() async throws {
        try await Rig.with { (rig) async throws in
            try await rig.mounted(options: KeyScript.quick) { (mount) async throws in
                try await mount.warm(Self.job)
                rig.emulator.revoke(key: TestKeys.northwind)
                try await mount.wait(forKeyState: "refused")
            }
            rig.emulator.set(.resetBeforeHeaders, on: .any)
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.keyState == "refused")
                // Nor does the list of known jobs say more than the directory.
                #expect(try await mount.bytes(".pulsefs/jobs").isEmpty)
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
        try await Rig.mounted(options: KeyScript.quick) { (rig, mount) async throws in
            try await mount.warm(Self.job)
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

    // MARK: Two keys, one cache

    @Test("S4.1: two keys, two organisations, one cache: who sees what before and after the API has said so")
    func table() async throws {
        try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 5000)]) { (rig) async throws in
            let once = try await rig.mounted { (mount) async throws in
                try await mount.warm(Self.job)
                return try await mount.bytes("jobs/once/result.md")
            }
            rig.emulator.clearRequests()
            // Another key of the organisation: nothing is listed; after one 200 a job, everything is there and nothing fetched.
            try await rig.mounted(key: TestKeys.northwindSecond) { (mount) async throws in
                #expect(try await mount.shell("ls \"$M\"/jobs").output.isEmpty)
                #expect(try await mount.bytes("jobs/once/result.md") == once)
                for name in KeyScript.files { #expect(try await !mount.bytes("jobs/\(Self.job)/\(name)").isEmpty) }
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
            try await rig.mounted(options: KeyScript.quick) { (mount) async throws in
                rig.emulator.revoke(key: TestKeys.northwind)
                let closed = try await mount.shell(
                    KeyScript.again + KeyScript.denied
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
