import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("A killed daemon", .takingTurns, .timeLimit(.minutes(10)))
struct KilledDaemonTests {
    @Test("S3.2 a daemon killed half way through a single-use result leaves nothing, and the next one brings it whole")
    func killedHalfWay() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                emulator.add(job: .syntheticSingleUse(id: "once", markdownSize: 2_000_000))
                let link = RequestPattern.path("/large_results/once")
                emulator.set(.stallBody(afterBytes: 1_000_000), on: link, count: 1)
                let cache = scratch.appending("cache")
                try? await MountedPulseFS.with(api: emulator.baseURL, cache: cache, in: scratch) {
                    (mount) async throws in
                    async let reader = mount.shell("cat \"$M/jobs/once/result.md\"", timeout: 20)
                    try await emulator.waitForStalled(1, matching: link)
                    try await Shell.run("kill -9 \"$1\"", ["\(mount.daemon)"])
                    #expect(try await reader.status != 0)
                }
                #expect(!emulator.isDelivered(job: "once"))
                try await MountedPulseFS.with(api: emulator.baseURL, cache: cache, in: scratch) {
                    (mount) async throws in
                    let markdown = SyntheticMarkdown(size: 2_000_000)
                    #expect(
                        try await mount.bytes("jobs/once/result.md") == markdown.decodedBytes(in: 0..<markdown.size))
                    #expect(emulator.requests(matching: link).count == 2)
                }
                // Another cache comes too late, and is told so.
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("late"), in: scratch) {
                    (mount) async throws in
                    #expect(try await mount.shell("cat \"$M/jobs/once/result.md\"").errors.contains("No such file"))
                    #expect(try await mount.shell("cat \"$M/jobs/once/error.txt\"").text.contains("only once"))
                    #expect(try await mount.shell("cat \"$M/jobs/once/status.json\"").status == 0)
                }
            }
        }
    }
}
