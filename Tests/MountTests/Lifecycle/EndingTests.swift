import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("The end of a daemon", .takingTurns, .timeLimit(.minutes(10)))
struct EndingTests {
    private let job = EmulatedJob.syntheticImages(id: "slow", count: 1, size: 3_000_000)
    private let image = "jobs/slow/images/image_0001.png"

    /// Ends a mount by a signal while an image downloads, and returns how long that took.
    private func end(_ rig: Rig, _ fault: Fault.Effect, options: [String] = []) async throws -> Duration {
        rig.emulator.set(fault, on: .prefix("/results/slow/"))
        return try await rig.mounted(options: options) { (mount) async throws in
            try await mount.shell("head -c 1000 \"$M/$1\"", [image])
            let begin = ContinuousClock.now
            mount.process.signal(SIGTERM)
            #expect(await mount.process.ended() == 0)
            #expect(mount.process.errors.whenQuick.isEmpty, "\(mount.process.errors)")
            return begin.duration(to: .now)
        }
    }

    private func isCached(_ rig: Rig) async throws -> Bool {
        try await Shell.run("find \"$1/blobs\" -type f -size +2900k", [rig.cache.string]).lines.count == 1
    }

    @Test("S7.1: an image that is nearly there when SIGTERM comes is in the cache afterwards")
    func lands() async throws {
        let small = EmulatedJob.syntheticImages(id: "slow", count: 1, size: 3_000_000)
        try await Rig.with(adding: [small]) { (rig) async throws in
            _ = try await end(rig, .drip(bytesPerSecond: 20_000_000))
            #expect(try await isCached(rig))
        }
    }

    @Test(
        "S7.1 S2.9: a download that takes longer is given up at once, what came of it is kept, and the daemon ends with 0"
    )
    func givenUp() async throws {
        try await Rig.with(adding: [job]) { (rig) async throws in
            let took = try await end(rig, .stallBody(afterBytes: 2_000_000))
            // A second is what it may take; the machine that tests is busy.
            #expect(took < .seconds(4), "\(took)")
            #expect(try await !isCached(rig))
            let kept = try await Shell.run("ls \"$1\"/partial/*.facts | wc -l", [rig.cache.string])
            #expect(kept.lines == ["1"])
        }
    }

    @Test("S7.1: a request that rests between two attempts holds up nobody")
    func resting() async throws {
        try await Rig.with { (rig) async throws in
            let refused = RequestPattern.path("/job/\(JobName.invoice)")
            rig.emulator.set(.status(503, headers: [("Retry-After", "25")]), on: refused)
            try await rig.mounted(options: ["--timeout", "60s"]) { (mount) async throws in
                try await ChildProcess.with(mount.cat("jobs/\(JobName.invoice)/result.md")) { (reader) async throws in
                    try await rig.eventually { rig.emulator.requests(matching: refused).count == 1 }
                    try await reader.waitUntilStuck()
                    let begin = ContinuousClock.now
                    mount.process.signal(SIGTERM)
                    #expect(await mount.process.ended() == 0)
                    #expect(begin.duration(to: .now) < .seconds(15))
                }
            }
        }
    }

    @Test("S7.4: a service manager is told when the mount is usable and when it ends", arguments: ["path", "abstract"])
    func notices(_ kind: String) async throws {
        try await Rig.with { (rig) async throws in
            let name = kind == "path" ? rig.scratch.appending("notify").string : "@pulsefs\(rig.scratch.path)"
            let said = try await rig.script(
                """
                timeout 50 python3 - "$1" > "$D/said" <<'PY' &
                import socket, sys
                name = sys.argv[1]
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.bind("\\0" + name[1:] if name[0] == "@" else name); print("bound", flush=True)
                while True: print(s.recv(65536).decode().replace("\\n", "|"), flush=True)
                PY
                until_so grep -q bound "$D/said"
                NOTIFY_SOCKET=$1 "$P" mount "$M" > /dev/null || exit; d=$(daemon "$M"); "$P" unmount "$M"
                until_so grep -q STOPPING "$D/said"; kill %1; sed "1d; s/MAINPID=$d|/MAINPID=daemon|/" "$D/said"
                """, [name])
            #expect(
                said.lines.first == "READY=1|MAINPID=daemon|STATUS=mounted on \(rig.scratch.appending("mnt"))",
                "\(said.text) \(said.errors)")
            #expect(said.lines.count == 2 && said.lines.last?.hasPrefix("STOPPING=1|STATUS=") == true)
        }
    }
}
