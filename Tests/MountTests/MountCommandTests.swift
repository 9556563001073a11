import Glibc
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Mount and unmount", .takingTurns, .timeLimit(.minutes(10)))
struct MountCommandTests {
    @Test("S7.1: mount returns when the mount is usable and says so in one line; unmount ends it and its daemon")
    func background() async throws {
        try await Rig.with { (rig) async throws in
            let directory = try rig.scratch.make("mnt")
            // The daemon is found by what it was told; one that only waits for its parent to look has no words any more.
            let script = """
                trap 'umount -l "$1" 2>/dev/null' EXIT
                "$2" mount --api-url "$3" --cache-dir "$4" "$1" || exit
                cat "$1/jobs/\(JobName.invoice)/result.md" > "$5" || exit
                daemon=$(pgrep -f -- "--detached.*$1") || exit
                tr '\\0' ' ' < /proc/$daemon/cmdline >&2
                [ "$(stat -c %T -f "$1")" = fuseblk ] || [ "$(stat -c %T -f "$1")" = fuse ] || exit 7
                "$2" unmount "$1" || exit
                mountpoint -q "$1" && exit 8
                while [ -s /proc/$daemon/cmdline ]; do sleep 0.05; done
                echo gone
                """
            let copy = rig.scratch.appending("copy").string
            let said = try await Shell.run(
                script, [directory.string, BuiltProducts.pulsefs, rig.emulator.baseURL, rig.cache.string, copy],
                environment: ["PULSE_API_KEY": TestKeys.northwind], timeout: 60)
            #expect(said.status == 0, "\(said.errors)")
            #expect(said.lines == ["mounted \(rig.emulator.baseURL) on \(directory)", "gone"])
            #expect(!said.errors.contains(TestKeys.northwind))
            #expect(
                try await Shell.run("cat \"$1\"", [copy]).text == rig.emulator.markdown(of: JobName.invoice))
        }
    }

    @Test("S7.1: SIGTERM, SIGINT and SIGHUP end a mount cleanly", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signals(_ signal: Int32) async throws {
        try await Rig.mounted { (rig, mount) async throws in
            #expect(try await mount.bytes("README.txt").count > 100)
            mount.process.signal(signal)
            #expect(await mount.process.ended() == 0)
            #expect(try await mount.shell("mountpoint -q \"$M\"").status != 0)
            #expect(mount.process.errors.whenQuick.isEmpty)
        }
    }

    @Test("S7.1: whoever unmounts, the daemon ends cleanly", arguments: ["umount", "fusermount3 -u", "umount -l"])
    func unmounted(_ command: String) async throws {
        try await Rig.mounted { (rig, mount) async throws in
            #expect(
                try await mount.shell("cat \"$M/jobs/$1/images/logo.png\" > /dev/null", [JobName.invoice]).status == 0)
            #expect(try await mount.shell(command + " \"$M\"").status == 0)
            #expect(await mount.process.ended() == 0)
            #expect(mount.process.errors.whenQuick.isEmpty)
        }
    }

    @Test("S7.1: SIGTERM ends a mount that readers wait in: they fail, and the daemon ends")
    func signalWithReaders() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/job/"))
            try await ChildProcess.with(mount.cat("jobs/\(JobName.invoice)/result.md")) { (reader) async throws in
                try await rig.emulator.waitForStalled(1)
                try await reader.waitUntilStuck()
                mount.process.signal(SIGTERM)
                #expect(await mount.process.ended() == 0)
                #expect(await reader.ended() == 1)
            }
            #expect(try await mount.shell("mountpoint -q \"$M\"").status != 0)
        }
    }

    @Test(
        "S7.1: a key that the API refuses is said in one line, and nothing is mounted", arguments: ["", "--foreground"])
    func refusedKey(_ flag: String) async throws {
        try await Rig.with { (rig) async throws in
            let directory = try rig.scratch.make("mnt")
            for isKnown in [false, true] {
                var said: Shell.Outcome
                repeat {
                    said = try await rig.run(
                        ["mount", directory.string] + (flag.isEmpty ? [] : [flag]), key: "pulse-key-of-nobody-4711")
                    // The machine was too busy for the API to answer in time: that mount is there.
                    guard said.errors.contains("cannot be reached yet") else { break }
                    _ = try await rig.run(["unmount", "--lazy", directory.string])
                } while true
                #expect(said.status == 1 && said.output.isEmpty)
                #expect(said.errors.split(separator: "\n").count == 1, "\(isKnown): \(said.errors)")
                #expect(said.errors.contains("refuses the key") && said.errors.contains("401"))
                #expect(said.errors.contains("PULSE_API_KEY") && !said.errors.contains("key-check"))
                #expect(!said.errors.contains("request"))
                #expect(!said.errors.contains("nobody-4711"))
                #expect(try await Shell.run("mountpoint -q \"$1\"", [directory.string]).status != 0)
            }
        }
    }

    @Test("S7.1: an API that does not answer, or fails, is a warning, and soon", arguments: ["silent", "failing"])
    func silentAPI(_ how: String) async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.set(how == "silent" ? .stallBeforeHeaders : .status(503), on: .any)
            try await rig.mounted { (mount) async throws in
                #expect(mount.process.errors.contains("warning: the API cannot be reached yet"))
                #expect(try await mount.bytes("README.txt").count > 100)
            }
        }
    }

    @Test("S7.1: a key that was called good not long ago is not asked about by the next mount")
    func knownKey() async throws {
        try await Rig.with { (rig) async throws in
            for expected in [1, 0] {
                try await MountedPulseFS.with(api: rig.emulator.baseURL, cache: rig.cache, in: rig.scratch) {
                    (mount) async throws in
                    #expect(rig.emulator.requests().count == expected, "\(rig.emulator.requestCounts)")
                    #expect(rig.emulator.requests(matching: KeyScript.check).count == expected)
                    #expect(mount.process.errors.whenQuick.isEmpty)
                }
                rig.emulator.clearRequests()
            }
        }
    }

    @Test("S7.1: an unmount that is run in the mount is not what keeps it")
    func ownDirectory() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let said = try await mount.shell(
                "cd \"$M\"/jobs && exec \"$1\" unmount \"$M\"", [BuiltProducts.pulsefs])
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(await mount.process.ended() == 0)
        }
    }

    @Test("S7.1: a mount in use is not unmounted, unless lazily")
    func inUse() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let refused = try await mount.shell(
                "cd \"$M\"/jobs && \"$1\" unmount \"$M\"; exit $?", [BuiltProducts.pulsefs])
            #expect(refused.status == 1)
            #expect(refused.errors.contains("in use by bash") && refused.errors.contains("--lazy"))
            #expect(try await mount.bytes("README.txt").count > 100)
            let lazy = try await mount.shell(
                "cd \"$M\"/jobs && \"$1\" unmount --lazy \"$M\" && cat \"$2\"/result.md | wc -c",
                [BuiltProducts.pulsefs, JobName.invoice])
            #expect(lazy.status == 0)
            #expect(Int(lazy.lines.first ?? "") == rig.emulator.markdown(of: JobName.invoice)?.utf8.count)
            #expect(await mount.process.ended() == 0)
        }
    }

    @Test("S5.2: a job looked up while the API is down is refused, and there once it is up, without a remount")
    func apiComesBack() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let port = try ReservedPort()
            defer { withExtendedLifetime(port) {} }
            try await MountedPulseFS.with(
                api: "http://127.0.0.1:\(port.number)", cache: scratch.appending("cache"), in: scratch,
                options: ["--timeout", "1s"]
            ) { (mount) async throws in
                let file = "jobs/\(JobName.invoice)/result.md"
                #expect(try await mount.errno(of: "open(p)", file) == "ECONNREFUSED")
                #expect(try await mount.shell("ls \"$M\"/jobs && df \"$M\"").status == 0)
                var configuration = EmulatorConfiguration()
                configuration.port = port.number
                try await Emulator.with(configuration) { (second) async throws in
                    // One that did not answer is left alone for a few seconds.
                    try await mount.eventually { try await mount.shell("cat \"$M/$1\"", [file]).status == 0 }
                    #expect(try await mount.shell("cat \"$M/$1\"", [file]).text == second.markdown(of: JobName.invoice))
                }
                #expect(try await mount.shell("cat \"$M/$1\"", [file]).status == 0)
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/another") == "ECONNREFUSED")
            }
        }
    }
}
