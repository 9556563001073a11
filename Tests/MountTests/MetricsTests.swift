import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Metrics of a mount", .takingTurns, .timeLimit(.minutes(10)))
struct MetricsTests {
    private func metrics(_ mount: MountedPulseFS) async throws -> Exposition {
        try Exposition(String(decoding: try await mount.bytes(".pulsefs/metrics"), as: UTF8.self))
    }

    @Test("S7.5 what a mount does is counted, in well-formed OpenMetrics and without a request")
    func counted() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            // Read before it is in the cache.
            rig.emulator.set(.stallBody(afterBytes: 100), on: .regex("logo"))
            async let script = mount.shell(
                "cd \"$M\"/jobs; cat $1/result.md $1/images/logo.png; ls -l $1; stat no-such-job $2",
                [
                    JobName.invoice, JobName.contoso,
                ])
            try await rig.emulator.waitForStalled(1)
            try await mount.eventually {
                try await self.metrics(mount).samples["pulsefs_cache_reads_total{outcome=\"miss\"}"] ?? 0 >= 1
            }
            rig.emulator.clearFaults()
            _ = try await script
            try await rig.emulator.waitUntilIdle()
            rig.emulator.clearRequests()
            let metrics = try await metrics(mount)
            func requests(_ status: Int) -> Int? {
                metrics.samples["pulsefs_api_requests_total{endpoint=\"job\",method=\"GET\",status=\"\(status)\"}"]
            }
            #expect(requests(200) == 1 && requests(404) == 1 && requests(403) == 1, "\(metrics.samples)")
            #expect(
                metrics.samples["pulsefs_api_requests_total{endpoint=\"image\",method=\"GET\",status=\"206\"}"] == 1)
            #expect((metrics.samples["pulsefs_api_received_bytes_total"] ?? 0) > 1000)
            #expect((metrics.samples["pulsefs_cache_reads_total{outcome=\"hit\"}"] ?? 0) >= 1)
            #expect((metrics.samples["pulsefs_cache_reads_total{outcome=\"miss\"}"] ?? 0) >= 1)
            #expect((metrics.samples["pulsefs_resident_memory_bytes"] ?? 0) > 1 << 20)
            let name = "pulsefs_fuse_operation_duration_seconds"
            for operation in ["lookup", "getattr", "read"] {
                let counted = metrics.samples["pulsefs_fuse_operations_total{operation=\"\(operation)\"}"] ?? 0
                let timed = metrics.samples["\(name)_count{operation=\"\(operation)\"}"] ?? 0
                // The lookup of the file itself is not answered yet when it is counted.
                #expect(timed > 0 && timed <= counted && timed >= counted - 2, "\(operation): \(timed) of \(counted)")
            }
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S7.5 the log of a mount has what failed, and reading it makes no request")
    func log() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.set(
                .status(500, message: "the key \(TestKeys.northwind) is fine"), on: .path("/job/broken"))
            try await mount.shell("cat \"$M\"/jobs/broken/result.md")
            rig.emulator.clearRequests()
            let lines = try await mount.shell("cat \"$M\"/.pulsefs/log").lines
            #expect(lines.allSatisfy { $0.hasPrefix("{\"time\":\"20") && $0.hasSuffix("}") })
            #expect(lines.contains { $0.contains("\"event\":\"request_failed\"") && $0.contains("\"status\":500") })
            #expect(
                lines.contains { $0.contains("\"event\":\"operation_failed\"") && $0.contains("\"errno\":\"EIO\"") })
            #expect(!lines.joined().contains(TestKeys.northwind) && lines.joined().contains("<API key>"))
            #expect(rig.emulator.requests().isEmpty)
        }
    }
}
