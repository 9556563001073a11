import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Sharing", .takingTurns, .timeLimit(.minutes(10)))
struct SharingTests {
    @Test("S2.2: 32 readers of one cold image cause one request and get whole bytes, and no later reader another")
    func oneRequest() async throws {
        let picture = SyntheticImage(size: 700_000, seed: 1)
        try await Rig.with(adding: [.syntheticImages(id: "shared", count: 1, size: picture.size)]) { rig in
            let image = "jobs/shared/images/image_0001.png"
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.shell("ls \"$M\"/jobs/shared").status == 0)
                rig.emulator.set(.stallBeforeHeaders, on: .prefix("/results/"), count: 1)
                try await ChildProcess.group(Array(repeating: mount.cat(image), count: 32)) { (readers) async throws in
                    try await rig.emulator.waitForStalled(1)
                    for reader in readers { try await reader.waitUntilStuck() }
                    rig.emulator.clearFaults()
                    for reader in readers {
                        #expect(await reader.ended() == 0)
                        #expect(reader.output == picture.bytes)
                    }
                }
                #expect(try await mount.bytes(image) == picture.bytes)
                try await mount.shell("for i in {1..8}; do cat \"$M/$1\" > /dev/null & done; wait", [image])
                #expect(rig.emulator.imageRequests(of: "shared") == 1)
                #expect(rig.emulator.requests(matching: .path("/job/shared")).count == 1)
            }
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.bytes(image) == picture.bytes)
                #expect(try await mount.shell("cat \"$M\"/jobs/shared/result.md").text == "# 1 images\n")
            }
            #expect(rig.emulator.fetchCounts.values.reduce(0, +) == 2)
        }
    }

    @Test(
        "S2.2 S2.3: a large image comes in parts, whole for 8 readers at once, from wherever they begin, no byte twice")
    func parts() async throws {
        let picture = SyntheticImage(size: 50_000_000, seed: 1)
        try await Rig.mounted(adding: [.syntheticImages(id: "large", count: 1, size: picture.size)]) {
            (rig, mount) async throws in
            let copy = rig.scratch.appending("copy")
            let file = try FileDescriptor.open(copy, .writeOnly, options: [.create], permissions: .ownerReadWrite)
            _ = try file.closeAfter { try file.writeAll(picture.bytes) }
            let script = """
                sum() { sha256sum | cut -d' ' -f1; }
                all() { for at in 1 2 3 4 5 6 7; do tail -c "+$((at * 6000000))" "$1" | sum & done; cat "$1" | sum; wait; }
                all "$M/$1" | sort > "$3"; all "$2" | sort | cmp - "$3" && wc -l < "$3"
                """
            let sums = rig.scratch.appending("sums").string
            let compared = try await mount.shell(
                script, ["jobs/large/images/image_0001.png", copy.string, sums], timeout: 120)
            #expect(compared.lines == ["8"], "\(compared.errors)")
            let ranges = rig.emulator.requests(matching: .prefix("/results/")).filter { $0.method == "GET" }
                .compactMap { $0.range?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } }
                .sorted { $0[0] < $1[0] }
            #expect(ranges.count >= 6)
            var next = 0
            for range in ranges {
                #expect(range[0] == next)
                next = range[1] + 1
            }
            #expect(next == picture.size)
        }
    }

    @Test("S2.2: a job and all its images cost one request each, also after a remount")
    func jobOnce() async throws {
        try await Rig.with { rig in
            let script = "cd \"$M/jobs/$1\" && find . -type f | sort | xargs -d '\\n' sha256sum && ls -lR . > /dev/null"
            let first = try await rig.mounted { mount in try await mount.shell(script, [JobName.report]).text }
            let images = rig.emulator.imageNames(of: JobName.report).count
            #expect(rig.emulator.fetchCounts.values.reduce(0, +) == 1 + images)
            // Whoever reads on is told the sizes with the bytes.
            #expect(rig.emulator.imageHeads(of: JobName.report) == 1)
            let second = try await rig.mounted { mount in try await mount.shell(script, [JobName.report]).text }
            #expect(first == second && !first.isEmpty)
            #expect(rig.emulator.fetchCounts.values.reduce(0, +) == 1 + images)
            // Whoever reads on is told the sizes with the bytes.
            #expect(rig.emulator.imageHeads(of: JobName.report) == 1)
        }
    }

    @Test("S2.2: two mounts of one cache share what either has fetched")
    func twoMounts() async throws {
        try await Rig.mounted { (rig, first) async throws in
            let script = "cat \"$M/jobs/$1\"/images/* \"$M/jobs/$1\"/result.* | sha256sum"
            let one = try await first.shell(script, [JobName.report]).text
            // A mount asks about its key now and then.
            let asked = { rig.emulator.requests().count - rig.emulator.requests(matching: KeyScript.check).count }
            let requests = asked()
            let other = try await rig.mounted { second in try await second.shell(script, [JobName.report]).text }
            #expect(one == other)
            #expect(asked() == requests)
        }
    }

    @Test("S2.1: listings, df and control files make no request")
    func noRequests() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            try await mount.shell("stat \"$M/jobs/$1\"", [JobName.report])
            rig.emulator.clearRequests()
            let said = try await mount.shell(
                """
                ls "$M" "$M"/jobs "$M/jobs/$1" "$M/jobs/$1/images" && df "$M" && cat "$M"/.pulsefs/* "$M"/README.txt \
                "$M/jobs/$1/status.json"
                """, [JobName.report])
            #expect(said.status == 0, "\(said.errors)")
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S2.3: the head of an image is there while the rest has not come")
    func headOfLargeImage() async throws {
        let picture = SyntheticImage(size: 100_000_000, seed: 1)
        try await Rig.mounted(adding: [.syntheticImages(id: "large", count: 1, size: picture.size)]) {
            (rig, mount) async throws in
            rig.emulator.set(.stallBody(afterBytes: 1_000_000), on: .prefix("/results/"))
            let head = try await mount.shell("head -c 64k \"$M\"/jobs/large/images/image_0001.png", timeout: 14)
            #expect(head.output == picture.bytes(in: 0..<65536))
            try await rig.emulator.waitForStalled(1)
            #expect(rig.emulator.requests(matching: .prefix("/results/")).allSatisfy { $0.bytesSent <= 1_000_000 })
            let ranges = rig.emulator.requests(matching: .prefix("/results/")).filter { $0.method == "GET" }.map(
                \.range)
            #expect(Set(ranges).count == ranges.count)
        }
    }

    @Test("S2.6: a second read of 2,000 small files reaches neither the API nor the daemon", arguments: [true, false])
    func kernelServes(_ fromWithin: Bool) async throws {
        try await Rig.mounted(adding: [.syntheticImages(id: "many", count: 2000, size: 1024)]) {
            (rig, mount) async throws in
            let script =
                fromWithin
                ? "cd \"$M\"/jobs/many/images && cat image_* | sha256sum"
                : "cat \"$M\"/jobs/many/images/image_* | sha256sum"
            let first = try await mount.shell(script, timeout: 150)
            #expect(rig.emulator.imageRequests(of: "many") == 2000)
            // Directory listings are kept from their second reading on.
            try await mount.shell(script)
            _ = try await mount.operations()
            var costs: [[String: Int]] = []
            var before = try await mount.operations()
            for pass in 0..<6 {
                // The first pass reads nothing: it is what looking at the counters costs.
                if pass > 0 { #expect(try await mount.shell(script).text == first.text) }
                let after = try await mount.operations()
                costs.append(before.merging(after) { $1 - $0 })
                before = after
            }
            // The kernel may take pages back at any time, those of a listing too, and then reads them again; nothing else is
            // asked twice.
            let pages = ["read", "readdir", "readdirplus"]
            func others(_ cost: [String: Int]) -> [String: Int] { cost.filter { !pages.contains($0.key) } }
            #expect(costs.allSatisfy { others($0) == others(costs[0]) }, "\(costs)")
            #expect(costs.dropFirst().contains(costs[0]))
            #expect(costs.allSatisfy { ($0["read"] ?? 0) < 200 })
            #expect(rig.emulator.imageRequests(of: "many") == 2000)
        }
    }
}
