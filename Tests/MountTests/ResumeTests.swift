import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// S2.9: what came of a download before an unmount or a crash is gone on with.
@Suite("Downloads that are gone on with", .takingTurns, .timeLimit(.minutes(5)))
struct ResumeTests {
    private static let size = 20_000_000
    private static let file = "jobs/large/images/image_0001.png"
    private static let requests = RequestPattern.prefix("/results/large/")

    /// How the first mount ends.
    enum Ending: CaseIterable { case unmount, kill }

    /// Lets most of a file come, ends the mount, and tells how many bytes of it came by each of the two mounts.
    private func bytes(
        ending: Ending, between change: (Rig) async throws -> Void = { _ in },
        check: (Rig, MountedPulseFS) async throws -> Void
    ) async throws -> (before: Int, after: Int) {
        try await Rig.with(adding: [.syntheticImages(id: "large", count: 1, size: Self.size)]) { (rig) async throws in
            rig.emulator.set(Fault(.stallBody(afterBytes: 6_000_000), on: Self.requests, method: "GET"))
            try? await rig.mounted { (mount) async throws in
                try await ChildProcess.with(mount.cat(Self.file)) { (_) async throws in
                    try await rig.emulator.waitForStalled(1, matching: Self.requests)
                    let noted = try await Shell.run(
                        "until ls \"$1\"/partial/*.facts; do sleep 0.05; done", [rig.cache.string], timeout: 20)
                    #expect(noted.status == 0)
                    switch ending {
                    case .unmount: mount.process.signal(SIGTERM)
                    case .kill: mount.process.signal(SIGKILL)
                    }
                    let begin = ContinuousClock.now
                    #expect(await mount.process.ended(within: .seconds(30)) != nil)
                    // A second is what it may take; the machine that tests is busy.
                    #expect(begin.duration(to: .now) < .seconds(15))
                    try await rig.emulator.waitUntilIdle()
                }
            }
            rig.emulator.clearFaults()
            let before = rig.emulator.requests(matching: Self.requests).reduce(0) { $0 + $1.bytesSent }
            try await change(rig)
            rig.emulator.clearRequests()
            try await rig.mounted { (mount) async throws in try await check(rig, mount) }
            let gets = rig.emulator.requests(matching: Self.requests).filter { $0.method == "GET" }
            return (before, gets.reduce(0) { $0 + $1.bytesSent })
        }
    }

    private func expectWhole(_ rig: Rig, _ mount: MountedPulseFS) async throws {
        let image = SyntheticImage(size: Self.size, seed: 1)
        let read = try await mount.shell("cat \"$M/$1\"", [Self.file])
        #expect(read.output == image.bytes, "\(read.output.count) bytes, \(read.errors)")
        try await mount.eventually("[ -z \"$(ls \"$1\"/partial)\" ]", [rig.cache.string])
        #expect(try await rig.pulsefs("cache", "verify").status == 0)
    }

    @Test("S2.9 what came before an unmount or a kill is not asked for again", arguments: Ending.allCases)
    func resumed(_ ending: Ending) async throws {
        let (before, after) = try await bytes(ending: ending, check: expectWhole)
        // Blocks of 1 MiB are kept whole.
        #expect(before >= 6_000_000 && after <= Self.size - 4_000_000, "\(before) bytes came before, \(after) after")
    }

    @Test("S2.9 S2.7 what came is of no use when the server has another version by now, and is not mixed with it")
    func changed() async throws {
        let (_, after) = try await bytes(
            ending: .kill,
            between: { rig in rig.emulator.add(job: .syntheticImages(id: "large", count: 1, size: Self.size + 1)) },
            check: { (rig, mount) async throws in
                let image = SyntheticImage(size: Self.size + 1, seed: 1)
                // The size that was told before may be wrong once.
                let copy = rig.scratch.appending("copy").string
                let read = try await mount.shell(
                    "cat \"$M/$1\" > \"$2\"; ls -l \"$M/$1\" > /dev/null; cat \"$M/$1\"", [Self.file, copy])
                #expect(read.output == image.bytes, "\(read.output.count) bytes, \(read.errors)")
                // Nobody is given bytes of the version that was.
                let first = try [UInt8](Data(contentsOf: URL(fileURLWithPath: copy)))
                #expect(image.bytes.starts(with: first), "\(first.count) bytes")
            })
        #expect(after >= Self.size)
    }

    @Test("S2.9 S7.6 bytes that are damaged, lost or not described meanwhile are asked for again", arguments: 0...3)
    func damaged(_ way: Int) async throws {
        let scripts = [
            "dd if=/dev/zero of=$f bs=1000 seek=500 count=1 conv=notrunc status=none", "truncate -s 100 $f",
            "printf '{' > $f.facts", "rm $f",
        ]
        _ = try await bytes(
            ending: .kill,
            between: { (rig) async throws in
                let script = "f=$(ls \"$1\"/partial/* | grep -v facts); \(scripts[way])"
                #expect(try await Shell.run(script, [rig.cache.string]).status == 0)
            }, check: expectWhole)
    }

    @Test("S2.9 a job that is forgotten leaves nothing of what came")
    func forgotten() async throws {
        _ = try await bytes(
            ending: .kill,
            between: { (rig) async throws in
                #expect(try await rig.pulsefs("jobs", "forget", "large").status == 0)
                #expect(try await Shell.run("ls \"$1\"/partial", [rig.cache.string]).output.isEmpty)
            }, check: expectWhole)
    }
}
