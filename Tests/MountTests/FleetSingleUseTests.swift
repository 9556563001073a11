import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A result that can be fetched only once is asked for by one machine, and no state of its claim loses what a machine has made durable.
@Suite(
    "Machines that share a result which can be fetched only once", .takingTurns, .serialized,
    .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)), .timeLimit(.minutes(20)))
struct FleetSingleUseTests: SingleUseFleet {
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
