import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A result that can be fetched only once is asked for by one machine, and no state of its claim loses what a machine has made durable.
/// Everything about claims is twenty times as fast here: a claimant that has said nothing for 3 s is taken over from.
@Suite(
    "Machines that share a result which can be fetched only once", .takingTurns, .serialized,
    .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)), .timeLimit(.minutes(20)))
struct FleetSingleUseTests {
    private static let size = 400_000
    private static let markdown = SyntheticMarkdown(size: size)
    private static let link = RequestPattern.path("/large_results/once")
    private static let file = "jobs/once/result.md"
    private static let job = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: size)

    private static func with(
        clock: @escaping @Sendable () -> Date = { Date() }, _ body: (Rig, FleetStoreRig) async throws -> Void
    ) async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [job], clock: clock) { rig in try await body(rig, fleet) }
        }
    }

    /// A mount with a cache of its own, on a machine of this name.
    private static func machine<Value: Sendable>(
        _ name: String, _ rig: Rig, _ fleet: FleetStoreRig, key: String = TestKeys.northwind,
        options: [String] = [], endpoint: String? = nil, dyingAt step: String? = nil, pace: Int = 20,
        _ body: (MountedPulseFS) async throws -> Value
    ) async throws -> Value {
        var environment = fleet.environment(endpoint: endpoint ?? fleet.server.url)
        environment["PULSEFS_TEST_CLAIM_PACE"] = "\(pace)"
        environment["PULSEFS_TEST_MACHINE"] = name
        environment["PULSEFS_TEST_DIE_AT"] = step.map { "\($0):1" }
        return try await rig.mounted(
            key: key, options: fleet.options + options, cache: rig.scratch.appending("cache-\(name)"),
            environment: environment, body)
    }

    private static func asked(_ rig: Rig) -> Int { rig.emulator.requests(matching: link).count }

    private static func expectWhole(_ mount: MountedPulseFS) async throws {
        let bytes = try await mount.bytes(file)
        #expect(bytes == markdown.decodedBytes(in: 0..<size))
        #expect(try await mount.shell("jq -e .page_count \"$M/jobs/once/result.json\"").status == 0)
    }

    /// What a reader gets.
    private static func expect(_ errno: String, _ mount: MountedPulseFS, _ file: String = file) async throws {
        let got = try await mount.errno(of: "open(p)", file)
        #expect(got == errno, "\(mount.process.errors)")
    }

    private static func ledger(_ name: String, _ rig: Rig) async throws -> [String] {
        try await Shell.run(
            #"grep -ao '"event":"[a-z]*"' "$1" | cut -d'"' -f4"#,
            [rig.scratch.appending("cache-\(name)").appending("ledger").string]
        ).lines
    }

    private static func claim(_ outcome: String, _ mount: MountedPulseFS) async throws -> String? {
        try await mount.shell(
            "grep \"^pulsefs_store_claims_total{outcome=.$1.}\" \"$M/.pulsefs/metrics\" | cut -d' ' -f2", [outcome]
        ).lines.first
    }

    @Test("S8.2 S8.4: wanted on four mounts at once its link is asked once, all read the same, and another key nothing")
    func once() async throws {
        try await Self.with { rig, fleet in
            rig.emulator.set(.delay(.milliseconds(500)), on: Self.link)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in ["a", "b", "c", "d"] {
                    group.addTask {
                        // A claimant that a busy machine holds up is not to be taken over from.
                        try await Self.machine(name, rig, fleet, pace: 4) { mount in
                            try await Self.expectWhole(mount)
                            let (claimed, taken) = (
                                try await Self.claim("claimed", mount), try await Self.claim("taken", mount)
                            )
                            #expect([claimed, taken] == ["1", "0"] || [claimed, taken] == ["0", "1"])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Self.asked(rig) == 1)
            var owners = 0
            for name in ["a", "b", "c", "d"] {
                let events = try await Self.ledger(name, rig)
                if events == ["claimed", "delivered", "uploaded"] { owners += 1 } else { #expect(events == ["taken"]) }
            }
            #expect(owners == 1)
            try await Self.machine("other", rig, fleet, key: TestKeys.contoso) { mount in
                try await Self.expect("EACCES", mount)
                let read = try await mount.shell("cat \"$M/$1\"", [Self.file])
                #expect(read.status == 1 && read.output.isEmpty)
            }
            let names = try await fleet.names().filter { $0.contains("/keep/") }
            #expect(names.count == 2)
            for name in names {
                let bytes = try await fleet.bytes(name)
                #expect(bytes.starts(with: Array("PFSTORE1".utf8)))
                for word in ["once", "page_count", TestKeys.northwind] {
                    #expect(!name.contains(word) && bytes.firstRange(of: Array(word.utf8)) == nil)
                }
            }
            #expect(Self.asked(rig) == 1)
        }
    }

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

    @Test("S8.6: while it is on its way others are told who fetches it, and how far that is")
    func explained() async throws {
        try await Self.with { rig, fleet in
            rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: Self.link, count: 1)
            try await Self.machine("a", rig, fleet) { first in
                try await ChildProcess.with(first.cat(Self.file)) { _ in
                    try await rig.emulator.waitForStalled(1, matching: Self.link)
                    try await Self.machine("b", rig, fleet) { second in
                        try await ChildProcess.with(second.cat(Self.file)) { reader in
                            let path = second.path.appending(Self.file).string
                            var said = ""
                            for _ in 1...100 where !said.contains("KiB of ") {
                                said = try await rig.pulsefs("explain", path).text
                            }
                            for words in [
                                "can be fetched once. a claimed it at", "KiB of ", "s ago",
                                "another machine takes over after 3 s; the link ends at",
                            ] { #expect(said.contains(words), "\(words): \(said)") }
                            let own = try await rig.pulsefs("explain", first.path.appending(Self.file).string).text
                            #expect(own.contains("This machine claimed it at"), "\(own)")
                            rig.emulator.release()
                            #expect(await reader.ended() == 0)
                        }
                        try await Self.expectWhole(second)
                    }
                }
            }
            #expect(Self.asked(rig) == 1)
        }
    }

    @Test("S8.2: while the store says nothing nobody asks the link; when it is back one does")
    func storeDown() async throws {
        try await Self.with { rig, fleet in
            try await Self.machine("a", rig, fleet, options: ["--timeout", "3s"]) { mount in
                #expect(try await mount.shell("cat \"$M/jobs/once/status.json\"").status == 0)
                fleet.server.process.signal(SIGSTOP)
                let errno = try await mount.errno(of: "open(p)", Self.file)
                fleet.server.process.signal(SIGCONT)
                #expect(errno == "ETIMEDOUT")
                #expect(Self.asked(rig) == 0)
                try await mount.eventually("[ -s \"$M/jobs/once/result.md\" ]")
                try await Self.expectWhole(mount)
            }
            #expect(Self.asked(rig) == 1)
            #expect(try await Self.ledger("a", rig) == ["claimed", "delivered", "uploaded"])
        }
    }

    @Test("S8.2: without the store the link is asked in its last minutes, and with --store-single-use=wait never")
    func late() async throws {
        // By the clock of the API the job has ended an hour ago, all but a second.
        try await Self.with(clock: { Date() - 3599 }) { rig, fleet in
            let closed = try ReservedPort()
            let endpoint = "http://127.0.0.1:\(closed.number)"
            let wait = ["--store-single-use", "wait", "--timeout", "3s"]
            try await Self.machine("a", rig, fleet, options: wait, endpoint: endpoint) { mount in
                try await Self.expect("ETIMEDOUT", mount)
            }
            #expect(Self.asked(rig) == 0)
            try await Self.machine("b", rig, fleet, endpoint: endpoint) { try await Self.expectWhole($0) }
            #expect(Self.asked(rig) == 1)
            // It is brought to the others when the store can be asked again.
            try await Self.machine("b", rig, fleet) { _ in
                try await Self.machine("c", rig, fleet) { mount in
                    try await mount.eventually("[ -s \"$M/jobs/once/result.md\" ]")
                    try await Self.expectWhole(mount)
                }
            }
        }
    }

    @Test("S8.2: a store that has forgotten a result gets it again from the machine that fetched it")
    func forgotten() async throws {
        try await Self.with { rig, fleet in
            try await Self.machine("a", rig, fleet) { try await Self.expectWhole($0) }
            for name in try await fleet.names() where name.contains("/keep/") { try await fleet.remove(name) }
            try await Self.machine("b", rig, fleet) { mount in
                // The link is spent, and the store knows nothing.
                try await Self.expect("ENOENT", mount)
                try await Self.machine("a", rig, fleet) { _ in
                    try await mount.eventually("[ -s \"$M/jobs/once/result.md\" ]")
                }
                try await Self.expectWhole(mount)
            }
            #expect(Self.asked(rig) == 2)
        }
    }

    @Test("S8.2: a large one is brought in parts and read back whole, in a few megabytes of the daemons' memory")
    func large() async throws {
        let size = 80_000_000
        try await Self.with { rig, fleet in
            rig.emulator.add(job: .syntheticSingleUse(id: "large", markdownSize: size))
            var sums: [[String]] = []
            for name in ["a", "b"] {
                try await Self.machine(name, rig, fleet) { mount in
                    try await mount.shell("cat \"$M\"/README.txt \"$M\"/.pulsefs/*; stat \"$M\"/jobs/once/status.json")
                    let before = try mount.memory("VmHWM")
                    let found = try await mount.shell(
                        "cd \"$M\"/jobs/large && sha256sum < result.md && sha256sum < result.json", timeout: 180)
                    #expect(found.lines.count == 2, "\(found.errors)")
                    sums.append(found.lines)
                    // What goes on beside readers counts too.
                    let event = name == "a" ? "result_uploaded" : "result_taken"
                    try await mount.eventually("grep -q \(event) \"$M/.pulsefs/log\"")
                    let grown = try mount.memory("VmHWM") - before
                    #expect(grown <= 64 << 20, "\(name) grew by \(grown >> 20) MiB")
                }
            }
            #expect(sums[0] == sums[1])
            #expect(rig.emulator.requests(matching: .path("/large_results/large")).count == 1)
        }
    }

    @Test("S8.2: cache prune --in-store lets go of results that the store has whole, and of no others")
    func pruned() async throws {
        try await Self.with { rig, fleet in
            try await Self.machine("a", rig, fleet) { try await Self.expectWhole($0) }
            let cache = rig.scratch.appending("cache-a").string
            func prune(_ options: [String]) async throws -> Int? {
                let outcome = try await Shell.run(
                    "\"$@\"", [BuiltProducts.pulsefs, "cache", "prune", "--json", "--cache-dir", cache] + options,
                    environment: fleet.environment)
                #expect(outcome.status == 0, "\(outcome.errors)")
                let report = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
                return (report?["in_store"] as? [String: Int])?["files"]
            }
            #expect(try await prune(["--to", "0"]) == 0)
            let names = try await fleet.names().filter { $0.contains("/result-") }
            let result = try await fleet.bytes(names[0])
            try await fleet.plant(Array(result.dropLast(5)), names[0])
            #expect(try await prune(["--in-store"] + fleet.options) == 0)
            try await fleet.plant(result, names[0])
            #expect(try await prune(["--in-store"] + fleet.options) == 1)
            #expect(try await prune(["--in-store"] + fleet.options) == 0)
            try await Self.machine("a", rig, fleet) { try await Self.expectWhole($0) }
            #expect(try await Self.ledger("a", rig) == ["claimed", "delivered", "uploaded", "taken"])
            #expect(Self.asked(rig) == 1)
        }
    }
}
