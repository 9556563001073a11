import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Cold and warm reads", .timeLimit(.minutes(3)))
struct ColdAndWarmTests {
    private static let image = "jobs/annual-report-fy2024/images/fig-3-margins.png"
    private static let path = RequestPattern.path("/results/annual-report-fy2024/images/fig-3-margins.png")

    @Test("S2.2 32 readers of one cold image cause one request; a warm read and a remount cause none")
    func oneRequest() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                let expected = try #require(
                    Fixtures.job("annual-report-fy2024")?.image(named: "fig-3-margins.png")?.content)
                let whole = expected.bytes(in: 0..<expected.count)
                let cache = scratch.appending("cache")
                try await MountedPulseFS.with(api: emulator.baseURL, cache: cache, in: scratch) {
                    (mount) async throws in
                    let readers = try await mount.shell(
                        """
                        for i in $(seq 32); do cat "$M/$1" > "$2.$i" & done; wait
                        for i in $(seq 32); do cmp "$2.1" "$2.$i" || exit 1; done; cat "$2.1"
                        """, [Self.image, scratch.appending("copy").string])
                    #expect(readers.status == 0)
                    #expect(readers.output == whole)
                    #expect(emulator.requests(matching: Self.path).count == 1)
                    #expect(try await mount.bytes(Self.image) == whole)
                }
                let requests = emulator.requests().count
                #expect(requests == 2)
                try await MountedPulseFS.with(api: emulator.baseURL, cache: cache, in: scratch) {
                    (mount) async throws in
                    #expect(try await mount.bytes(Self.image) == whole)
                    #expect(try await mount.shell("ls \"$M/jobs\"").text == "annual-report-fy2024\n")
                }
                #expect(emulator.requests().count == requests)
            }
        }
    }

    @Test("S2.6 the second read of 2,000 small files reaches the daemon not at all")
    func zeroMessages() async throws {
        try await ScratchDirectory.with { (scratch) async throws in
            try await Emulator.with { (emulator) async throws in
                emulator.add(job: .syntheticImages(id: "many", count: 2000, size: 1000))
                try await MountedPulseFS.with(api: emulator.baseURL, cache: scratch.appending("cache"), in: scratch) {
                    (mount) async throws in
                    let read = "cd \"$M/jobs/many/images\" && cat image_*.png | wc -c"
                    #expect(try await mount.shell(read).text == "2000000\n")
                    var costs: [[String: Int]] = []
                    var before = try await mount.operations()
                    for pass in 0..<6 {
                        // The first pass reads nothing: it is what looking at the counters costs.
                        if pass > 0 { #expect(try await mount.shell(read).text == "2000000\n") }
                        let after = try await mount.operations()
                        costs.append(after.merging(before) { $0 - $1 })
                        before = after
                    }
                    // The kernel may take pages back at any time, and then reads those again; nothing else is asked twice.
                    #expect(costs.allSatisfy { $0.filter { $0.key != "read" } == costs[0].filter { $0.key != "read" } })
                    #expect(costs.dropFirst().contains(costs[0]))
                    #expect(costs.allSatisfy { ($0["read"] ?? 0) < 200 })
                    #expect(before["open"] == 1)
                    #expect(emulator.requests(matching: .prefix("/results/many/")).count == 2000)
                }
            }
        }
    }
}
