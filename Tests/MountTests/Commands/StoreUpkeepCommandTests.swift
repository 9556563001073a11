import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite(
    "pulsefs store verify and gc", .takingTurns,
    .enabled(if: SeaweedServer.program != nil, Comment(rawValue: SeaweedServer.wanted)), .timeLimit(.minutes(5)))
struct StoreUpkeepCommandTests {
    private static let job = EmulatedJob.syntheticImages(id: "album", count: 3, size: 30_000)

    private static func store(_ words: String, _ fleet: FleetStoreRig) async throws -> Shell.Outcome {
        try await Shell.run(
            "\"$1\" store \(words) s3://fleet/pulse --store-secret-file \"$2\"",
            [BuiltProducts.pulsefs, fleet.secret.string], environment: fleet.environment, timeout: 90)
    }

    private static func object(_ said: Shell.Outcome) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(said.output)) as? [String: Any], "\(said.errors)")
    }

    private static func read(_ rig: Rig, _ fleet: FleetStoreRig, _ cache: String) async throws {
        try await rig.mounted(
            options: fleet.options, cache: rig.scratch.appending(cache), environment: fleet.environment
        ) { mount in
            let outcome = try await mount.shell(
                "cp -r \"$M/jobs/album\" \"$1\"", [rig.scratch.appending("copy-\(cache)").string])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test(
        "S8.6: a store is read through, what is damaged is named, and what is old goes, but for what is not the store's"
    )
    func upkeep() async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [Self.job]) { rig in
                try await Self.read(rig, fleet, "one")
                let well = try await Self.store("verify", fleet)
                #expect(well.status == 0 && well.output.isEmpty, "\(well.text)\(well.errors)")
                try await damaged(fleet)
                try await collected(fleet)
                // Everything is fetched once more, and shared again.
                try await Self.read(rig, fleet, "two")
                #expect(try await Self.store("verify", fleet).status == 0)
                #expect(
                    try await Shell.run(
                        "diff -r \"$1\" \"$2\"",
                        [rig.scratch.appending("copy-one").string, rig.scratch.appending("copy-two").string]
                    ).status == 0)
            }
        }
    }

    /// Objects of others, and objects that are not what they were.
    private func damaged(_ fleet: FleetStoreRig) async throws {
        let names = try await fleet.names()
        let sound = try await fleet.bytes(names[0])
        try await fleet.plant(Array("forged".utf8), names[0])
        try await fleet.plant(sound, names[1])
        try await fleet.plant(Array(try await fleet.bytes(names[2]).dropLast(5)), names[2])
        let kept = "pulse/keep/ab/ab\(String(repeating: "0", count: 38))"
        try await fleet.plant(Array("forged".utf8), "\(kept)/claim")
        try await fleet.plant(Array("forged".utf8), "\(kept)/result-0011")
        for name in ["pulse/holiday.jpg", "pulse/1/j/zz/mine", "pulse/keep/notes.txt", "pulsefs-notes"] {
            try await fleet.plant(Array("mine".utf8), name)
        }
        let said = try await Self.store("verify", fleet)
        #expect(said.status == 1)
        #expect(said.lines.count == 5 && said.lines.allSatisfy { $0.hasPrefix("damaged\t") }, "\(said.text)")
        #expect(said.lines.count { $0.hasSuffix("it cannot be fetched again") } == 2)
        let json = try Self.object(try await Self.store("verify --json", fleet))
        #expect((json["findings"] as? [Any])?.count == 5 && json["foreign"] as? Int == 3)
    }

    private func collected(_ fleet: FleetStoreRig) async throws {
        let before = try await fleet.names()
        let trial = try Self.object(try await Self.store("gc --dry-run --older-than 0d --json", fleet))
        #expect(trial["dry_run"] as? Bool == true && trial["foreign"] as? Int == 3)
        #expect(try await fleet.names() == before)
        let young = try await Self.store("gc", fleet)
        #expect(young.status == 0 && young.lines.contains("stays\t\(before.count - 3)"), "\(young.text)\(young.errors)")
        let gone = try await Self.store("gc --older-than 0d", fleet)
        #expect(gone.status == 0, "\(gone.errors)")
        let left = try await fleet.names()
        #expect(left.count == 6 && left.count { $0.contains("keep/ab/") } == 2, "\(left)")
        let lost = try await Self.store(
            "gc --older-than 0d --single-use-older-than 0d --lose-results", fleet)
        #expect(lost.lines.contains("claim\t1\t6") && lost.lines.contains("result\t1\t6"), "\(lost.text)")
        #expect(try await fleet.names().count == 4)
        // Whoever may only read removes nothing, and reads all.
        let reader = [
            "AWS_ACCESS_KEY_ID": SeaweedServer.readerAccessKey, "AWS_SECRET_ACCESS_KEY": SeaweedServer.readerSecretKey,
        ]
        let refused = try await Shell.run(
            "\"$1\" store gc s3://fleet/pulse --older-than 0d", [BuiltProducts.pulsefs],
            environment: fleet.environment.merging(reader) { $1 }, timeout: 60)
        #expect(refused.status == 1 && refused.errors.contains("403"), "\(refused.errors)")
    }

    @Test("S8.2: what a machine had uploaded that died before it said so is adopted, and others read it")
    func adopted() async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 200_000)]) { rig in
                let dying = fleet.environment.merging(["PULSEFS_TEST_DIE_AT": "uploaded:1"]) { $1 }
                try? await rig.mounted(
                    options: fleet.options, cache: rig.scratch.appending("cache-a"), environment: dying
                ) { mount in
                    try await ChildProcess.with(mount.cat("jobs/once/result.md")) { _ in
                        #expect(await mount.process.ended() != nil, "it was not killed")
                    }
                }
                let trial = try Self.object(try await Self.store("gc --adopt --dry-run --json", fleet))
                #expect((trial["adopted"] as? [String: Any])?["objects"] as? Int == 1)
                let said = try await Self.store("gc --adopt", fleet)
                #expect(said.status == 0 && said.lines.contains("damaged\t0"), "\(said.text)\(said.errors)")
                #expect(said.lines.contains { $0.hasPrefix("adopted\t1\t") })
                try await rig.mounted(
                    options: fleet.options, cache: rig.scratch.appending("cache-b"), environment: fleet.environment
                ) { mount in
                    let bytes = try await mount.bytes("jobs/once/result.md")
                    #expect(bytes == SyntheticMarkdown(size: 200_000).decodedBytes(in: 0..<200_000))
                }
                #expect(rig.emulator.requests(matching: .path("/large_results/once")).count == 1)
                // Without the secret nothing is adopted, and nothing removed.
                let blind = try await Shell.run(
                    "\"$1\" store gc s3://fleet/pulse --adopt", [BuiltProducts.pulsefs], environment: fleet.environment,
                    timeout: 60)
                #expect(blind.status == 1 && blind.errors.contains("secret"), "\(blind.errors)")
            }
        }
    }
}
