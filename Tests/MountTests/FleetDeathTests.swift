import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A machine that dies while it fetches a result which can be fetched only once loses nothing that was durable.
@Suite(
    "Machines that die with a result which can be fetched only once", .takingTurns, .serialized,
    .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)), .timeLimit(.minutes(20)))
struct FleetDeathTests: SingleUseFleet {
    /// A moment at which the claimant dies.
    private struct Death: CustomTestStringConvertible {
        /// Of the fetching; nil for amid the download.
        let step: String?
        /// The link is spent by then, and the bytes are on the disk.
        let isDurable: Bool

        var testDescription: String { step ?? "amid the download" }
    }

    private static let deaths = [
        Death(step: "held", isDurable: false), Death(step: "claimed", isDurable: false),
        Death(step: nil, isDurable: false), Death(step: "downloaded", isDurable: true),
        Death(step: "renamed", isDurable: true), Death(step: "delivered", isDurable: true),
        Death(step: "uploaded", isDurable: true),
    ]

    @Test(
        "S8.2: a claimant is killed, and another has the result at once or when that machine mounts again",
        arguments: deaths)
    private func killed(_ death: Death) async throws {
        try await Self.with { rig, fleet in
            if death.step == nil { rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: Self.link, count: 1) }
            try? await Self.machine("a", rig, fleet, dyingAt: death.step) { mount in
                try await ChildProcess.with(mount.cat(Self.file)) { _ in
                    if death.step == nil {
                        try await rig.emulator.waitForStalled(1, matching: Self.link)
                        mount.process.signal(SIGKILL)
                    }
                    #expect(await mount.process.ended() != nil, "it was not killed")
                }
            }
            try await rig.emulator.waitUntilIdle()
            rig.emulator.clearFaults()
            let before = Self.asked(rig)
            #expect(before == (["held", "claimed"].contains(death.step) ? 0 : 1))
            try await Self.machine("b", rig, fleet) { mount in
                let begin = ContinuousClock.now
                guard death.isDurable else {
                    try await Self.expectWhole(mount)
                    #expect(begin.duration(to: .now) > .seconds(2))
                    #expect(try await Self.claim("taken_over", mount) == "1")
                    #expect(try await mount.shell("cat \"$M/.pulsefs/log\"").text.contains("claim_taken_over"))
                    return
                }
                try await Self.expect("ENOENT", mount)
                let said = try await mount.shell("cat \"$M/jobs/once/error.txt\"").text
                #expect(said.contains("a claimed it at"), "\(said)")
                let explained = try await rig.pulsefs("explain", mount.path.appending(Self.file).string).text
                #expect(explained.contains("The API told b at"), "\(explained)")
                // Nobody reads it there: it is brought all the same.
                try await Self.machine("a", rig, fleet) { _ in
                    try await mount.eventually("[ -s \"$M/jobs/once/result.md\" ]")
                }
                try await Self.expectWhole(mount)
                try await Self.expect("ENOENT", mount, "jobs/once/error.txt")
            }
            #expect(Self.asked(rig) == before + 1)
            // What was killed is none the worse.
            try await Self.machine("a", rig, fleet) { try await Self.expectWhole($0) }
            #expect(Self.asked(rig) == before + 1)
        }
    }

    @Test(
        "S8.2: the next process on the cache of a claimant that was killed goes on at once",
        arguments: ["held", "claimed"])
    func again(_ step: String) async throws {
        try await Self.with { rig, fleet in
            try? await Self.machine("a", rig, fleet, dyingAt: step, pace: 1) { mount in
                try await ChildProcess.with(mount.cat(Self.file)) { _ in
                    #expect(await mount.process.ended() != nil, "it was not killed")
                }
            }
            try await Self.machine("a", rig, fleet, pace: 1) { mount in
                // A claim that is another's is waited for much longer than a file operation may take.
                try await Self.expectWhole(mount)
                #expect(try await Self.claim("taken_over", mount) == "0")
            }
            #expect(Self.asked(rig) == 1)
        }
    }

    @Test("S8.2: a claimant that was stopped, and taken over from, reads the same bytes when it goes on")
    func stopped() async throws {
        try await Self.with { rig, fleet in
            rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: Self.link, count: 1)
            try await Self.machine("a", rig, fleet) { first in
                try await ChildProcess.with(first.cat(Self.file)) { reader in
                    try await rig.emulator.waitForStalled(1, matching: Self.link)
                    first.process.signal(SIGSTOP)
                    try await Self.machine("b", rig, fleet) { try await Self.expectWhole($0) }
                    first.process.signal(SIGCONT)
                    rig.emulator.release()
                    #expect(await reader.ended() == 0)
                }
                try await Self.expectWhole(first)
            }
            #expect(Self.asked(rig) == 2)
            #expect(try await fleet.names().count { $0.contains("/result-") } == 1)
        }
    }
}
