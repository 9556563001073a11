import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Refusals on a mount", .timeLimit(.minutes(2)))
struct RefusalTests {
    @Test("another organisation's job is refused, a missing image absent, and a malformed id asks nobody")
    func refusals() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    let foreign = try await mount.shell("cat \"$M/jobs/payroll-summary-2024-06/result.md\"")
                    #expect(foreign.errors.contains("Permission denied"))
                    let missing = try await mount.shell("cat \"$M/jobs/invoice-2024-0117/images/nope.png\"")
                    #expect(missing.errors.contains("No such file or directory"))
                    let requests = emulator.requests().count
                    let malformed = try await mount.shell(
                        "cd \"$M/jobs\"; for n in .git .Trash autorun.inf desktop.ini 'a*' '-x'; do stat -- \"$n\"; done"
                    )
                    #expect(
                        malformed.errors.split(separator: "\n").count { $0.contains("No such file or directory") } == 6)
                    #expect(emulator.requests().count == requests)
                }
            }
        }
    }

    @Test(
        "each refusal of the API has its errno, on lookup and on read of a file that was never whole",
        arguments: [
            (400, "EINVAL"), (401, "EACCES"), (402, "EDQUOT"), (403, "EACCES"), (404, "ENOENT"), (410, "ENOENT"),
            (429, "EBUSY"), (500, "EIO"), (503, "EBUSY"),
        ])
    func rows(_ status: Int, _ code: String) async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    let probe = """
                        import errno, os, sys
                        for operation in (os.stat, os.listdir, lambda p: open(p).read()):
                            try:
                                operation(sys.argv[1])
                                print("fine")
                            except OSError as error:
                                print(errno.errorcode[error.errno])
                        """
                    emulator.set(.status(status), on: .any)
                    let job = try await mount.shell("python3 -c \"$1\" \"$M/jobs/invoice-2024-0117\"", [probe])
                    #expect(job.lines == [code, code, code])
                    emulator.clearFaults()
                    try await mount.shell(
                        "until cat \"$M/jobs/invoice-2024-0117/status.json\"; do :; done", timeout: 20)
                    emulator.set(.status(status), on: .prefix("/results/"))
                    let image = try await mount.shell(
                        "python3 -c \"$1\" \"$M/jobs/invoice-2024-0117/images/logo.png\"", [probe])
                    #expect(image.lines == [code, code, code])
                    #expect(
                        try await Shell.run("find \"$1/spool\" -type f", [scratch.appending("cache").string]).output
                            .isEmpty)
                }
            }
        }
    }

    @Test("an answer that is not a job is a bad message")
    func notAJob() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    for effect in [
                        Fault.Effect.html, .json("[1, 2]"), .json("{\"status\": 7}"), .json("{\"status\": \"done\""),
                    ] {
                        emulator.set(effect, on: .any)
                        let outcome = try await mount.shell("cat \"$M/jobs/invoice-2024-0117/result.md\"")
                        #expect(outcome.errors.contains("Bad message"), "\(outcome.errors)")
                        emulator.clearFaults()
                    }
                    #expect(try await mount.shell("cat \"$M/jobs/invoice-2024-0117/result.md\"").status == 0)
                }
            }
        }
    }
}
