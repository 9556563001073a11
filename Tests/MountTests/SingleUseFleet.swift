import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// Machines that want one result which can be fetched only once. Everything about claims is twenty times as fast here: a claimant that
/// has said nothing for 3 s is taken over from.
protocol SingleUseFleet {}

extension SingleUseFleet {
    static var size: Int { 400_000 }
    static var markdown: SyntheticMarkdown { SyntheticMarkdown(size: size) }
    static var link: RequestPattern { .path("/large_results/once") }
    static var file: String { "jobs/once/result.md" }
    static var job: EmulatedJob { .syntheticSingleUse(id: "once", markdownSize: size) }

    static func with(
        clock: @escaping @Sendable () -> Date = { Date() }, _ body: (Rig, FleetStoreRig) async throws -> Void
    ) async throws {
        try await FleetStoreRig.with { fleet in
            try await Rig.with(adding: [job], clock: clock) { rig in try await body(rig, fleet) }
        }
    }

    /// A mount with a cache of its own, on a machine of this name.
    static func machine<Value: Sendable>(
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

    static func asked(_ rig: Rig) -> Int { rig.emulator.requests(matching: link).count }

    static func expectWhole(_ mount: MountedPulseFS) async throws {
        let bytes = try await mount.bytes(file)
        #expect(bytes == markdown.decodedBytes(in: 0..<size))
        #expect(try await mount.shell("jq -e .page_count \"$M/jobs/once/result.json\"").status == 0)
    }

    /// What a reader gets.
    static func expect(_ errno: String, _ mount: MountedPulseFS, _ file: String = file) async throws {
        let got = try await mount.errno(of: "open(p)", file)
        #expect(got == errno, "\(mount.process.errors)")
    }

    static func ledger(_ name: String, _ rig: Rig) async throws -> [String] {
        try await Shell.run(
            #"grep -ao '"event":"[a-z]*"' "$1" | cut -d'"' -f4"#,
            [rig.scratch.appending("cache-\(name)").appending("ledger").string]
        ).lines
    }

    static func claim(_ outcome: String, _ mount: MountedPulseFS) async throws -> String? {
        try await mount.shell(
            "grep \"^pulsefs_store_claims_total{outcome=.$1.}\" \"$M/.pulsefs/metrics\" | cut -d' ' -f2", [outcome]
        ).lines.first
    }
}
