import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Without the API", .takingTurns, .timeLimit(.minutes(5)))
struct OfflineTests {
    private static let once = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 40_000)
    private static let options = ["--timeout", "1s"]

    /// What is in the cache, as names and digests; the images of the report were never read.
    private static let survey = """
        cd "$M/jobs" && ls -1 && ls -1 "$1/images" "$2/images" && find "$1" once -type f | sort | xargs sha256sum &&
        cat "$2/result.md" | sha256sum && stat -c '%n %s %Y %i' "$1"/* "$2"/*
        """

    private func survey(_ mount: MountedPulseFS) async throws -> String {
        let found = try await mount.shell(Self.survey, [JobName.invoice, JobName.report])
        #expect(found.status == 0, "\(found.errors)")
        return found.text
    }

    /// What is not in the cache is an error of the network, soon, and is no absence.
    private func expectUnreachable(_ mount: MountedPulseFS) async throws {
        let begin = ContinuousClock.now
        for (call, file) in [
            ("os.stat(p)", "jobs/never-seen"), ("os.listdir(p)", "jobs/never-seen/images"),
            ("open(p, 'rb').read()", "jobs/\(JobName.report)/images/fig-3-margins.png"),
        ] {
            #expect(try await mount.errno(of: call, file) == "ECONNREFUSED", "\(file)")
        }
        #expect(try await mount.shell("df \"$M\" && ls -a \"$M\" && cat \"$M\"/.pulsefs/*").status == 0)
        #expect(begin.duration(to: .now) < .seconds(30))
    }

    @Test(
        "S5.2 with the API gone all that is cached reads as before, also after a remount; the rest says why, and is there again with the API"
    )
    func apiGone() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let port = try ReservedPort()
            defer { withExtendedLifetime(port) {} }
            var configuration = EmulatorConfiguration(jobs: Fixtures.jobs + [Self.once])
            configuration.port = port.number
            let (api, cache) = ("http://127.0.0.1:\(port.number)", scratch.appending("cache"))
            try await MountedPulseFS.with(api: api, cache: cache, in: scratch, options: Self.options) {
                (mount) async throws in
                let before = try await Emulator.with(configuration) { (emulator) async throws in
                    // The first look makes the jobs known that a listing of all of them has.
                    _ = try await survey(mount)
                    let found = try await survey(mount)
                    // What a listing fetches ahead is to be here before the API goes, or not at all.
                    try await emulator.waitUntilIdle()
                    return found
                }
                #expect(try await survey(mount) == before)
                try await expectUnreachable(mount)
                #expect(try await survey(mount) == before)
                try await MountedPulseFS.with(api: api, cache: cache, in: scratch, options: Self.options) {
                    (second) async throws in
                    #expect(try await survey(second) == before)
                    try await expectUnreachable(second)
                    try await Emulator.with(configuration) { (emulator) async throws in
                        let image = emulator.imageBytes("fig-3-margins.png", of: JobName.report)
                        for mount in [mount, second] {
                            // An API that did not answer is left alone for a few seconds.
                            try await mount.eventually {
                                try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.processing]).errors
                                    .contains("No such file")
                            }
                            try await mount.eventually {
                                try await mount.shell("cat \"$M/jobs/$1/images/fig-3-margins.png\"", [JobName.report])
                                    .output == image
                            }
                        }
                        #expect(!emulator.requests().contains { $0.path == "/job/\(JobName.invoice)" })
                    }
                }
            }
        }
    }
}
