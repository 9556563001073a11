import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Stuck readers", .timeLimit(.minutes(3)))
struct StuckReaderTests {
    private static let images = "/results/annual-report-fy2024/images/"

    @Test("S5.4 with 20 readers stuck on a stalled image, everything else answers, and they get whole bytes in the end")
    func twentyStuck() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let stalled = RequestPattern.path("\(Self.images)fig-1-revenue-by-segment.png")
                emulator.set(.stallBeforeHeaders, on: stalled)
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    async let readers = mount.shell(
                        """
                        for i in $(seq 20); do cat "$M/jobs/annual-report-fy2024/images/fig-1-revenue-by-segment.png" \
                            | sha256sum & done; wait
                        """)
                    try await emulator.waitForStalled(1, matching: stalled)
                    let others = try await mount.shell(
                        """
                        cd "$M/jobs" && stat annual-report-fy2024/status.json && ls -a annual-report-fy2024/images && ls . &&
                        cat annual-report-fy2024/images/fig-2-revenue-by-region.png annual-report-fy2024/result.md &&
                        cat invoice-2024-0117/result.md && df . && cat ../.pulsefs/metrics && ! cat no-such-job/status.json
                        """, timeout: 20)
                    #expect(others.status == 0, "\(others.errors)")
                    emulator.clearFaults()
                    let sums = try await readers.lines
                    #expect(sums.count == 20)
                    #expect(Set(sums).count == 1)
                    #expect(emulator.requests(matching: stalled).count == 1)
                }
            }
        }
    }

    @Test("S5.3 of 32 readers of a stalled image 31 are killed and leave; the last gets whole bytes")
    func lastOfMany() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                emulator.add(job: .syntheticImages(id: "one", count: 1, size: 3_000_000))
                let stalled = RequestPattern.prefix("/results/one/")
                emulator.set(.stallBody(afterBytes: 1_000_000), on: stalled)
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    async let last = mount.shell("cat \"$M/jobs/one/images/image_0001.png\"")
                    try await emulator.waitForStalled(1, matching: stalled)
                    let killed = try await mount.shell(
                        """
                        for i in $(seq 31); do cat "$M/jobs/one/images/image_0001.png" > /dev/null & readers+=" $!"; done
                        for r in $readers; do
                            until grep -qE 'folio_wait|request_wait|page_cache' /proc/$r/wchan; do [ -d /proc/$r ] || exit 9; done
                            kill -9 $r
                        done
                        n=0; for r in $readers; do wait $r; [ $? = 137 ] && n=$((n + 1)); done; echo $n
                        """, timeout: 30)
                    #expect(killed.text == "31\n")
                    emulator.clearFaults()
                    #expect(try await last.output == SyntheticImage(size: 3_000_000, seed: 1).bytes)
                    #expect(emulator.requests(matching: stalled).count == 1)
                }
            }
        }
    }

    @Test("S2.3 the first 64 KiB of a large image are there while the rest has not been sent")
    func firstBytes() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                emulator.add(job: .syntheticImages(id: "one", count: 1, size: 100_000_000))
                emulator.set(.stallBody(afterBytes: 1_000_000), on: .prefix("/results/one/"))
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    let head = try await mount.shell("head -c 65536 \"$M/jobs/one/images/image_0001.png\"", timeout: 20)
                    #expect(head.output == SyntheticImage(size: 100_000_000, seed: 1).bytes(in: 0..<65536))
                    emulator.clearFaults()
                }
            }
        }
    }
}
