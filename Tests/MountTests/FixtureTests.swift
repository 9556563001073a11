import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("The test fixture itself", .takingTurns, .timeLimit(.minutes(10)))
struct FixtureTests {
    private struct Deliberate: Error {}

    private struct Traces {
        var directory = ""
        var mountpoint = ""
        var daemon: Int32 = 0
    }

    private func expectNothing(of traces: Traces) async throws {
        #expect(traces.daemon > 0)
        let left = try await Shell.run(
            """
            grep -F "$1" /proc/self/mountinfo; [ ! -e "$1" ] || echo directory
            [ ! -s /proc/$2/cmdline ] || echo process
            """, [traces.directory, "\(traces.daemon)"])
        #expect(left.output.isEmpty, "\(left.text)")
    }

    @Test("a body that throws leaves no mount, process or directory behind")
    func throwingBody() async throws {
        var traces = Traces()
        await #expect(throws: Deliberate.self) {
            try await Rig.mounted { (rig, mount) async throws in
                traces = Traces(
                    directory: rig.scratch.path.string, mountpoint: mount.path.string, daemon: mount.daemon)
                try await mount.shell("cat \"$M\"/README.txt")
                throw Deliberate()
            }
        }
        try await expectNothing(of: traces)
    }

    @Test("nor does one that throws while readers are stuck and the API is stalled")
    func throwingWithReaders() async throws {
        var traces = Traces()
        await #expect(throws: Deliberate.self) {
            try await Rig.mounted { (rig, mount) async throws in
                traces = Traces(
                    directory: rig.scratch.path.string, mountpoint: mount.path.string, daemon: mount.daemon)
                rig.emulator.set(.stallBeforeHeaders, on: .any)
                try await ChildProcess.with(mount.cat("jobs/\(JobName.invoice)/result.md")) { (reader) async throws in
                    try await rig.emulator.waitForStalled(1)
                    try await reader.waitUntilStuck()
                    throw Deliberate()
                }
            }
        }
        try await expectNothing(of: traces)
    }

    @Test("nor does a daemon that does not serve any more")
    func stoppedDaemon() async throws {
        var traces = Traces()
        await #expect(throws: Deliberate.self) {
            try await Rig.mounted { (rig, mount) async throws in
                traces = Traces(
                    directory: rig.scratch.path.string, mountpoint: mount.path.string, daemon: mount.daemon)
                mount.process.signal(SIGKILL)
                _ = await mount.process.ended()
                throw Deliberate()
            }
        }
        try await expectNothing(of: traces)
    }

    @Test("a daemon that does not mount is an error with its own words")
    func refusedMount() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            let refused = await #expect(throws: (any Error).self) {
                try await MountedPulseFS.with(
                    api: "nonsense", cache: scratch.appending("cache"), in: scratch
                ) { (_) async throws in Issue.record("it mounted") }
            }
            #expect("\(String(describing: refused))".contains("nonsense"))
        }
    }
}
