import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// A daemon that is killed at any moment leaves files that are whole or absent, and loses nothing that it was given once.
@Suite("Crashes", .takingTurns, .timeLimit(.minutes(20)))
struct CrashTests {
    /// One job of each kind, all small enough to be fetched between two breaths.
    private struct Load {
        static let markdown = SyntheticMarkdown(size: 60_000)
        static let picture = SyntheticImage(size: 40_000, seed: 1)

        let name: String
        var once: String { "\(name)-once" }
        var inline: String { "\(name)-inline" }
        var pictures: String { "\(name)-pictures" }
        var link: RequestPattern { .path("/large_results/\(once)") }

        func add(to emulator: Emulator) {
            emulator.add(job: .syntheticSingleUse(id: once, markdownSize: Self.markdown.size))
            emulator.add(job: .syntheticInline(id: inline, markdownSize: Self.markdown.size))
            emulator.add(job: .syntheticImages(id: pictures, count: 3, size: Self.picture.size))
        }

        /// Reads everything, in no order worth relying on.
        var script: String {
            """
            cd "$M/jobs" && { cat \(once)/result.md \(once)/result.json & cat \(pictures)/images/* & cat \(inline)/result.md & wait; }
            """
        }

        /// Whole deliveries that the API made of the result that can be fetched only once.
        func deliveries(_ emulator: Emulator) -> Int {
            emulator.requests(matching: link).count { $0.status == 200 && $0.progress == .complete }
        }

        /// Everything is whole now, whatever happened before.
        func expectWhole(_ mount: MountedPulseFS, _ emulator: Emulator, _ moment: String) async throws {
            let markdown = Self.markdown.decodedBytes(in: 0..<Self.markdown.size)
            #expect(try await mount.bytes("jobs/\(inline)/result.md") == markdown, "\(moment)")
            #expect(try await mount.bytes("jobs/\(pictures)/images/image_0001.png") == Self.picture.bytes, "\(moment)")
            #expect(try await mount.bytes("jobs/\(once)/result.md") == markdown, "\(moment)")
            #expect(try await mount.shell("jq -e .page_count \"$M/jobs/\(once)/result.json\"").status == 0, "\(moment)")
            #expect(deliveries(emulator) == 1, "\(moment)")
        }
    }

    /// What the ledger of a cache says happened to a job, in order.
    private func ledger(_ cache: FilePath, _ job: String) async throws -> [String] {
        let script = #"grep -a "\"job\":\"$2\"" "$1" | grep -ao '"event":"[a-z]*"' | cut -d'"' -f4"#
        return try await Shell.run(script, [cache.appending("ledger").string, job]).lines
    }

    private static let steps = [
        "spooled", "claimed", "downloaded", "digested", "labelled", "synchronized", "renamed", "published", "indexed",
        "delivered",
    ]

    @Test("S3.2 S7.6 a daemon killed at a step of publishing loses nothing and shows nothing half", arguments: steps)
    func killedAtStep(_ step: String) async throws {
        try await Rig.with { (rig) async throws in
            // The first times that the step is reached; what is read by then differs.
            var lost = 0
            for count in 1...4 {
                let load = Load(name: "\(step)-\(count)")
                load.add(to: rig.emulator)
                let cache = rig.scratch.appending("cache-\(count)")
                var died = false
                try? await rig.mounted(cache: cache, environment: ["PULSEFS_TEST_DIE_AT": "\(step):\(count)"]) {
                    mount in
                    _ = try await mount.shell(load.script, timeout: 20)
                    died = await mount.process.ended(within: .seconds(count == 1 ? 10 : 1)) != nil
                }
                #expect(died || count > 1, "\(step) was never reached")
                let isGone = try await rig.mounted(cache: cache) { mount in
                    if try await isLost(load, mount, cache) { return true }
                    try await load.expectWhole(mount, rig.emulator, "after \(step):\(count)")
                    return false
                }
                if isGone {
                    lost += 1
                    continue
                }
                // A claim that was left behind is settled while the mount is in use.
                let settled = try await Shell.run(
                    "until grep -a \"$2\" \"$1\" | grep -qa delivered; do sleep 0.05; done",
                    [cache.appending("ledger").string, load.once], timeout: 20)
                #expect(settled.status == 0)
                let events = try await ledger(cache, load.once)
                #expect(events.last == "delivered" && events.first == "claimed", "after \(step):\(count): \(events)")
                #expect(events.count { $0 == "delivered" } <= 2)
                let left = try await Shell.run(
                    "until [ -z \"$(find \"$1\"/claims -type f -size +0)\" ]; do sleep 0.05; done", [cache.string],
                    timeout: 20)
                let names = try await Shell.run("ls -l \"$1\"/claims; cat \"$1\"/ledger", [cache.string]).text
                #expect(left.status == 0, "after \(step):\(count): \(names)")
            }
            // Of a step of another file the death may meet the result on the wire.
            #expect(lost <= 1)
        }
    }

    /// The rounds of one lane use one cache, so each finds what the crashes before it have left.
    @Test("S3.1 S7.6 daemons killed at random moments lose nothing, 50 rounds on one cache", arguments: 1...4)
    func killedAtRandom(_ lane: Int) async throws {
        try await Rig.with { (rig) async throws in
            var before: Load?
            var lost = 0
            for round in 1...50 {
                let load = Load(name: "round-\(lane)-\(round)")
                load.add(to: rig.emulator)
                let previous = before
                try? await rig.mounted { mount in
                    if let previous {
                        if try await isLost(previous, mount, rig.cache) {
                            lost += 1
                        } else {
                            try await previous.expectWhole(mount, rig.emulator, "round \(round)")
                        }
                    }
                    async let reader = mount.shell(load.script, timeout: 20)
                    try await Task.sleep(for: .microseconds(Int.random(in: 0...90_000)))
                    mount.process.signal(SIGKILL)
                    _ = try await reader
                }
                before = load
            }
            // The API calls a result delivered once its last byte is on the way: what is killed before it arrives has lost
            // it, whoever the client is. That window is a few microseconds.
            #expect(lost <= 2)
            let partial = try await Shell.run("find \"$1\"/claims -type f -size +0 | wc -l", [rig.cache.string]).lines
            print("lane \(lane): \(lost) lost on the wire, left in claims: \(partial)")
        }
    }

    /// The API gave the result away and this cache never had all of it, and the ledger says so.
    private func isLost(_ load: Load, _ mount: MountedPulseFS, _ cache: FilePath) async throws -> Bool {
        let found = try await mount.shell("cat \"$M/jobs/\(load.once)/result.md\" > /dev/null")
        guard found.status != 0 else { return false }
        let events = try await ledger(cache, load.once)
        #expect(events.last == "gone" && events.dropLast().allSatisfy { $0 == "claimed" }, "\(events)")
        #expect(try await mount.shell("cat \"$M/jobs/\(load.once)/error.txt\"").text.contains("claimed by"))
        return true
    }
}
