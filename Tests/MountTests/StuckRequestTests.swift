import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Stuck requests", .takingTurns, .timeLimit(.minutes(10)))
struct StuckRequestTests {
    private static let size = 300_000
    private static let images = 100
    /// More than the requests that may be in flight, and than the reads that a kernel has under way by default.
    private static let many = 80

    private func image(_ number: Int) -> String { "jobs/stuck/images/\(EmulatedJob.syntheticImageName(number))" }

    private func bytes(_ number: Int) -> [UInt8] { SyntheticImage(size: Self.size, seed: UInt64(number)).bytes }

    /// Reads everything but the first `stuck` images.
    private func elsewhere(_ rig: Rig, _ mount: MountedPulseFS, stuck: Int) async throws {
        // Far below what a connection may be silent, and far above what an answer takes.
        let others = try await mount.shell(
            """
            set -e; cd "$M"
            stat jobs/stuck jobs/stuck/images; ls jobs/stuck/images | wc -l; df .; cat README.txt .pulsefs/jobs jobs/stuck/result.md
            cat jobs/invoice-2024-0117/result.md jobs/invoice-2024-0117/images/logo.png > /dev/null; ls jobs
            """, timeout: 12)
        #expect(others.status == 0, "\(others.errors)")
        #expect(others.lines.contains("\(Self.images)"))
        for number in (stuck + 1)...(stuck + 2) {
            #expect(try await mount.bytes(image(number), timeout: 12) == bytes(number))
        }
    }

    @Test("S5.4: 20 readers of one stalled image delay nothing else", arguments: [nil, 100_000])
    func oneImage(_ after: Int?) async throws {
        try await Rig.mounted(adding: [.syntheticImages(id: "stuck", count: Self.images, size: Self.size)]) {
            (rig, mount) async throws in
            rig.emulator.set(
                after.map { .stallBody(afterBytes: $0) } ?? .stallBeforeHeaders, on: .regex("image_0001"))
            try await ChildProcess.group(Array(repeating: mount.cat(image(1)), count: 20)) { (readers) async throws in
                try await rig.emulator.waitForStalled(1)
                for reader in readers { try await reader.waitUntilStuck() }
                try await elsewhere(rig, mount, stuck: 1)
                #expect(readers.allSatisfy { !$0.hasEnded })
                rig.emulator.clearFaults()
                for reader in readers {
                    #expect(await reader.ended() == 0)
                    #expect(reader.output == bytes(1))
                }
            }
            #expect(rig.emulator.fetchCounts.values.allSatisfy { $0 == 1 })
            #expect(rig.emulator.imageRequests(of: "stuck") >= 3)
        }
    }

    @Test("S5.4: readers of 80 stalled images delay nothing else", arguments: [nil, 100_000])
    func manyImages(_ after: Int?) async throws {
        try await Rig.mounted(adding: [.syntheticImages(id: "stuck", count: Self.images, size: Self.size)]) {
            (rig, mount) async throws in
            rig.emulator.set(
                after.map { .stallBody(afterBytes: $0) } ?? .stallBeforeHeaders, on: .regex("image_00([0-7][0-9]|80)"))
            try await ChildProcess.group((1...Self.many).map { mount.cat(image($0)) }) { (readers) async throws in
                try await rig.emulator.waitForStalled(Self.many)
                for reader in readers { try await reader.waitUntilStuck() }
                try await elsewhere(rig, mount, stuck: Self.many)
                #expect(readers.allSatisfy { !$0.hasEnded })
                rig.emulator.clearFaults()
                for (number, reader) in zip(1..., readers) {
                    #expect(await reader.ended() == 0)
                    #expect(reader.output == bytes(number))
                }
            }
            #expect(rig.emulator.fetchCounts.values.allSatisfy { $0 == 1 })
            #expect(rig.emulator.imageRequests(of: "stuck") >= Self.many + 2)
        }
    }

    @Test("S5.4: readers of 150 stalled jobs delay nothing else")
    func stalledJobs() async throws {
        let jobs = (1...150).map { EmulatedJob(id: "slow-\($0)", result: .inline(["markdown": "slow\n"])) }
        try await Rig.mounted(
            adding: jobs + [.syntheticImages(id: "stuck", count: Self.images, size: Self.size)]
        ) { (rig, mount) async throws in
            try await mount.shell("stat \"$M\"/jobs/stuck")
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/job/slow-"))
            try await ChildProcess.group((1...150).map { mount.cat("jobs/slow-\($0)/result.md") }) {
                (readers) async throws in
                for reader in readers { try await reader.waitUntilStuck() }
                try await elsewhere(rig, mount, stuck: 0)
                rig.emulator.clearFaults()
                for reader in readers {
                    #expect(await reader.ended() == 0)
                    #expect(reader.output == Array("slow\n".utf8))
                }
            }
            #expect(rig.emulator.fetchCounts.values.allSatisfy { $0 == 1 })
        }
    }
}
