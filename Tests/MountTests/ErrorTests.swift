import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A row of the table of errors: what the API does, and the errno that follows.
struct ErrorRow: Sendable, CustomTestStringConvertible {
    let effect: Fault.Effect
    let errno: String

    var testDescription: String { errno + " for \(effect)" }

    /// The same for a job and for an image of a job that is known.
    static let everywhere = [
        ErrorRow(effect: .status(400), errno: "ENOENT"),
        ErrorRow(effect: .status(401), errno: "EACCES"),
        ErrorRow(effect: .status(402), errno: "EDQUOT"),
        ErrorRow(effect: .status(403), errno: "EACCES"),
        ErrorRow(effect: .status(404), errno: "ENOENT"),
        ErrorRow(effect: .status(410), errno: "ENOENT"),
        ErrorRow(effect: .status(429), errno: "EBUSY"),
        ErrorRow(effect: .status(500), errno: "EIO"),
        ErrorRow(effect: .status(502, shape: .html), errno: "EIO"),
        ErrorRow(effect: .status(503), errno: "EBUSY"),
        ErrorRow(effect: .status(504), errno: "EIO"),
        ErrorRow(effect: .resetBeforeHeaders, errno: "EIO"),
        ErrorRow(effect: .stallBeforeHeaders, errno: "ETIMEDOUT"),
    ]

    static let ofJobs = [
        ErrorRow(effect: .json("{\"job_id\": "), errno: "EBADMSG"),
        ErrorRow(effect: .json("[1, 2]"), errno: "EBADMSG"),
        ErrorRow(effect: .html, errno: "EBADMSG"),
        ErrorRow(effect: .cutBody(afterBytes: 100), errno: "EIO"),
    ]
}

@Suite("Errors", .takingTurns, .timeLimit(.minutes(10)))
struct ErrorTests {
    /// So that what would be tried again for half a minute is an error soon.
    private static let impatient = ["--timeout", "1s"]

    @Test("5: stat and open of a job's file fail alike, and heal", arguments: ErrorRow.everywhere + ErrorRow.ofJobs)
    func job(_ row: ErrorRow) async throws {
        try await Rig.mounted(options: Self.impatient) { (rig, mount) async throws in
            rig.emulator.set(row.effect, on: .path("/job/\(JobName.invoice)"))
            #expect(try await mount.errno(of: "os.stat(p)", "jobs/\(JobName.invoice)", timeout: 90) == row.errno)
            #expect(
                try await mount.errno(of: "open(p)", "jobs/\(JobName.invoice)/result.md", timeout: 90) == row.errno)
            rig.emulator.clearFaults()
            // Absence, too, is not for ever.
            #expect(
                try await mount.shell(
                    "until test -e \"$M/jobs/$1\"; do sleep 0.1; done; cat \"$M/jobs/$1/result.md\"", [JobName.invoice]
                ).text == rig.emulator.markdown(of: JobName.invoice))
        }
    }

    @Test("5: stat and open of an image fail alike, and heal", arguments: ErrorRow.everywhere)
    func image(_ row: ErrorRow) async throws {
        try await Rig.mounted(options: Self.impatient) { (rig, mount) async throws in
            let file = "jobs/\(JobName.invoice)/images/logo.png"
            rig.emulator.set(row.effect, on: .prefix("/results/"))
            #expect(try await mount.errno(of: "os.stat(p)", file, timeout: 90) == row.errno)
            #expect(try await mount.errno(of: "open(p)", file, timeout: 90) == row.errno)
            #expect(try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.invoice]).status == 0)
            rig.emulator.clearFaults()
            #expect(
                try await mount.shell("until test -e \"$M/$1\"; do sleep 0.1; done; cat \"$M/$1\"", [file]).output
                    == rig.emulator.imageBytes("logo.png", of: JobName.invoice))
        }
    }

    @Test("5: people read what happened: Permission denied, No such file, Bad message")
    func words() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let foreign = try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.contoso])
            #expect(foreign.errors.contains("Permission denied"))
            let missing = try await mount.shell("cat \"$M/jobs/$1/images/nope.png\"", [JobName.invoice])
            #expect(missing.errors.contains("No such file"))
            rig.emulator.set(.json("{\"status\": \"completed\""), on: .path("/job/\(JobName.report)"))
            let garbled = try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.report])
            #expect(garbled.errors.contains("Bad message"))
        }
    }

    @Test("5: with a revoked key a job that was never read is refused")
    func revokedKey() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.revoke(key: TestKeys.northwind)
            let refused = try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.invoice])
            #expect(refused.errors.contains("Permission denied"))
            #expect(try await mount.shell("ls \"$M\"/jobs").output.isEmpty)
        }
    }

    @Test("S5.1: a body cut short is EIO where bytes are missing, never zeros, and is whole once the API is well")
    func cutBody() async throws {
        let picture = SyntheticImage(size: 3_000_000, seed: 9)
        let job = EmulatedJob.syntheticImages(id: "cut", count: 1, size: picture.size)
        let whole = SyntheticImage(size: picture.size, seed: 1).bytes
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            // Too little each time, from a server that sends no parts.
            rig.emulator.setFeatures { $0.ranges = false }
            rig.emulator.set(.cutBody(afterBytes: 300_000), on: .prefix("/results/cut/"))
            let cut = try await mount.shell("cat \"$M\"/jobs/cut/images/image_0001.png", timeout: 90)
            #expect(cut.errors.contains("Input/output error"))
            #expect(cut.output.count < whole.count && whole.starts(with: cut.output))
            rig.emulator.clearFaults()
            #expect(try await mount.bytes("jobs/cut/images/image_0001.png") == whole)
        }
    }

    @Test("S2.9 S5.1: a body that is cut again and again comes whole in the end, where the server sends parts")
    func cutAgainAndAgain() async throws {
        let size = 3_000_000
        let job = EmulatedJob.syntheticImages(id: "cut", count: 1, size: size)
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            rig.emulator.set(.cutBody(afterBytes: 300_000), on: .prefix("/results/cut/"))
            let script =
                "for n in 1 2 3 4 5 6; do cat \"$M\"/jobs/cut/images/image_0001.png > \"$1\" && break; done; cat \"$1\""
            let read = try await mount.shell(script, [rig.scratch.appending("copy").string], timeout: 120)
            #expect(read.output == SyntheticImage(size: size, seed: 1).bytes, "\(read.output.count) \(read.errors)")
        }
    }

    @Test("3.4: a result that was delivered before is absent, and error.txt says so; the other files stay")
    func deliveredBefore() async throws {
        try await Rig.mounted(adding: [.syntheticSingleUse(id: "once", markdownSize: 5000)]) {
            (rig, mount) async throws in
            try await Shell.run("curl -fsS -o /dev/null \"$1\"/large_results/once", [rig.emulator.baseURL])
            #expect(rig.emulator.isDelivered(job: "once"))
            #expect(try await mount.errno(of: "open(p)", "jobs/once/result.md") == "ENOENT")
            #expect(try await mount.shell("cat \"$M\"/jobs/once/error.txt").text.contains("only once"))
            #expect(try await mount.shell("jq -r .status \"$M\"/jobs/once/status.json").text == "completed\n")
        }
    }

    @Test("5: what answers no TLS is EPROTO, a name that does not resolve EHOSTUNREACH")
    func transport() async throws {
        try await Rig.with { rig in
            for (api, errno) in [
                ("https://127.0.0.1:\(rig.emulator.port)", "EPROTO"), ("https://no-such-host.invalid", "EHOSTUNREACH"),
            ] {
                let seen = try await MountedPulseFS.with(
                    api: api, cache: rig.cache, in: rig.scratch, options: ["--timeout", "10s"]
                ) { mount in
                    try await mount.errno(of: "os.stat(p)", "jobs/\(JobName.invoice)", timeout: 90)
                }
                #expect(seen == errno)
            }
        }
    }
}
