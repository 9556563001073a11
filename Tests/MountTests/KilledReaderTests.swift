import Glibc
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Killed readers", .takingTurns, .timeLimit(.minutes(10)))
struct KilledReaderTests {
    /// Generous beside the 0.2 s that are promised, and far below the stall.
    private static let atOnce = Duration.seconds(8)

    private let whole = SyntheticImage(size: 3_000_000, seed: 1).bytes
    private let job = EmulatedJob.syntheticImages(id: "killed", count: 1, size: 3_000_000)
    private let image = "jobs/killed/images/image_0001.png"

    @Test(
        "S5.3: a reader that waits for a job, for an image's size or for its bytes ends when it is killed or interrupted",
        arguments: [SIGKILL, SIGINT, SIGTERM], ["/job/", "/results/", "body"])
    func oneReader(_ signal: Int32, _ place: String) async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            if place == "body" {
                rig.emulator.set(.stallBody(afterBytes: 1_000_000), on: .prefix("/results/"))
            } else {
                rig.emulator.set(.stallBeforeHeaders, on: .prefix(place))
            }
            try await ChildProcess.with(mount.cat(image)) { (reader) async throws in
                try await rig.emulator.waitForStalled(1)
                try await reader.waitUntilStuck()
                reader.signal(signal)
                #expect(await reader.ended(within: Self.atOnce) == 128 + signal)
            }
            #expect(rig.emulator.stalledRequests == 1)
            rig.emulator.clearFaults()
            // The request went on without its reader: nobody asks again.
            #expect(try await mount.bytes(image) == whole)
            #expect(rig.emulator.fetchCounts.values.allSatisfy { $0 == 1 })
        }
    }

    @Test(
        "S5.3: a reader ends when it is killed while its request rests between two tries", arguments: [SIGKILL, SIGINT])
    func resting(_ signal: Int32) async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            rig.emulator.set(.status(503, headers: [("Retry-After", "20")]), on: .path("/job/killed"))
            try await ChildProcess.with(mount.cat(image)) { (reader) async throws in
                try await rig.emulator.waitForRequests(1, matching: .path("/job/killed"))
                try await rig.emulator.waitUntilIdle()
                try await reader.waitUntilStuck()
                reader.signal(signal)
                #expect(await reader.ended(within: Self.atOnce) == 128 + signal)
            }
            #expect(rig.emulator.requests(matching: .path("/job/killed")).count == 1)
        }
    }

    @Test("S5.3: a stat that waits ends when it is killed", arguments: [SIGKILL, SIGINT])
    func killedStat(_ signal: Int32) async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/job/"))
            try await ChildProcess.with(["stat", mount.path.appending("jobs/killed").string]) { (reader) async throws in
                try await rig.emulator.waitForStalled(1)
                try await reader.waitUntilStuck()
                reader.signal(signal)
                #expect(await reader.ended(within: Self.atOnce) == 128 + signal)
            }
        }
    }

    @Test("S5.3: of 32 readers 31 are killed at once, and the last gets whole bytes of the one request")
    func thirtyOneOfThirtyTwo() async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            rig.emulator.set(.stallBody(afterBytes: 1_000_000), on: .prefix("/results/"))
            try await ChildProcess.group(Array(repeating: mount.cat(image), count: 32)) { (readers) async throws in
                for reader in readers { try await reader.waitUntilStuck() }
                try await rig.emulator.waitForStalled(1)
                for reader in readers.dropLast() { reader.signal(SIGKILL) }
                for reader in readers.dropLast() {
                    #expect(await reader.ended(within: Self.atOnce) == 128 + SIGKILL)
                }
                #expect(readers.last?.hasEnded == false)
                rig.emulator.clearFaults()
                #expect(await readers.last?.ended() == 0)
                #expect(readers.last?.output == whole)
            }
            #expect(rig.emulator.imageRequests(of: "killed") == 1)
        }
    }

    @Test("S5.3: of 32 that look up one name 31 are killed, and the last gets whole bytes of the one request")
    func killedInLookup() async throws {
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            try await mount.shell("stat \"$M\"/jobs/killed/images")
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/results/"))
            try await ChildProcess.group(Array(repeating: mount.cat(image), count: 32)) { (readers) async throws in
                try await rig.emulator.waitForStalled(1)
                for reader in readers { try await reader.waitUntilStuck() }
                for reader in readers.dropLast() { reader.signal(SIGKILL) }
                // The kernel lets one process look a name up; the others wait for that one, and cannot be killed there.
                rig.emulator.clearFaults()
                #expect(await readers.last?.ended() == 0)
                #expect(readers.last?.output == whole)
                for reader in readers.dropLast() { #expect(await reader.ended() == 128 + SIGKILL) }
            }
            #expect(rig.emulator.imageRequests(of: "killed") == 1)
        }
    }
}
