import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// Several daemons on one cache directory fetch each thing once between them.
@Suite("Daemons that share a cache", .takingTurns, .timeLimit(.minutes(10)))
struct SharedCacheTests {
    private static let markdown = SyntheticMarkdown(size: 400_000)
    private static let picture = SyntheticImage(size: 300_000, seed: 1)

    /// Reads a file from two mounts at once with 50 readers each, while its first request is held back; returns the hash
    /// that all saw.
    private func read(
        _ file: String, from mounts: [MountedPulseFS], holding pattern: RequestPattern, _ rig: Rig
    ) async throws -> String {
        rig.emulator.set(.stallBeforeHeaders, on: pattern, count: 1)
        let script = """
            for i in {1..50}; do (cat "$M/$1" | sha256sum) & done; wait
            """
        async let first = mounts[0].shell(script, [file])
        async let second = mounts[1].shell(script, [file])
        try await rig.emulator.waitForStalled(1, matching: pattern)
        // Both daemons have readers waiting by now, or will have: what comes later finds the work done.
        rig.emulator.clearFaults()
        let outcomes = try await [first, second]
        let lines = outcomes.flatMap(\.lines)
        let complaints = Set(outcomes.flatMap { $0.errors.split(separator: "\n") })
        #expect(complaints.isEmpty, "\(complaints) \(mounts.map(\.process.errors))")
        #expect(lines.count == 100)
        #expect(Set(lines).count == 1)
        return lines.first ?? ""
    }

    private func withTwoMounts(_ body: (Rig, [MountedPulseFS]) async throws -> Void) async throws {
        let jobs: [EmulatedJob] = [
            .syntheticSingleUse(id: "once", markdownSize: Self.markdown.size),
            .syntheticInline(id: "inline", markdownSize: Self.markdown.size),
            .syntheticImages(id: "pictures", count: 1, size: Self.picture.size),
        ]
        try await Rig.with(adding: jobs) { (rig) async throws in
            try await rig.mounted { (first) async throws in
                try await rig.mounted { (second) async throws in try await body(rig, [first, second]) }
            }
        }
    }

    private func hash(_ bytes: [UInt8], _ rig: Rig) async throws -> String {
        let path = rig.scratch.appending("expected")
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
        _ = try file.closeAfter { try file.writeAll(bytes) }
        return try await Shell.run("sha256sum < \"$1\"", [path.string]).lines.first ?? ""
    }

    @Test("S2.2: 100 readers through two daemons cause one request for a job and one for its image")
    func ordinary() async throws {
        try await withTwoMounts { rig, mounts in
            let inline = try await read("jobs/inline/result.md", from: mounts, holding: .path("/job/inline"), rig)
            #expect(inline == (try await hash(Self.markdown.decodedBytes(in: 0..<Self.markdown.size), rig)))
            #expect(rig.emulator.requests(matching: .path("/job/inline")).count == 1)

            let picture = try await read(
                "jobs/pictures/images/image_0001.png", from: mounts, holding: .prefix("/results/pictures/"), rig)
            #expect(picture == (try await hash(Self.picture.bytes, rig)))
            #expect(rig.emulator.imageRequests(of: "pictures") == 1)
            #expect(rig.emulator.requests(matching: .path("/job/pictures")).count == 1)
        }
    }

    @Test(
        "S2.7: who was shown the beginning of a file finds it whole when another daemon has fetched it, and nobody calls it changed"
    )
    func begunHere() async throws {
        try await withTwoMounts { rig, mounts in
            let image = "jobs/pictures/images/image_0001.png"
            // Each answer goes on a little: the beginning comes, and not the end.
            rig.emulator.set(.cutBody(afterBytes: 60_000), on: .prefix("/results/pictures/"))
            let begun = try await mounts[0].shell("head -c 4096 \"$M/$1\" | wc -c; cat \"$M/$1\" > /dev/null", [image])
            #expect(begun.lines == ["4096"] && begun.status != 0, "\(begun)")
            rig.emulator.clearFaults()
            #expect(try await mounts[1].bytes(image) == Self.picture.bytes)
            #expect(try await mounts[0].bytes(image) == Self.picture.bytes)
        }
    }

    @Test("S3.1: 100 readers through two daemons cause one request for a result that can be fetched only once")
    func singleUse() async throws {
        try await withTwoMounts { rig, mounts in
            let once = try await read("jobs/once/result.md", from: mounts, holding: .path("/large_results/once"), rig)
            #expect(once == (try await hash(Self.markdown.decodedBytes(in: 0..<Self.markdown.size), rig)))
            #expect(rig.emulator.requests(matching: .path("/large_results/once")).count == 1)
            #expect(rig.emulator.requests(matching: .path("/job/once")).count == 1)
            let events = try await Shell.run(
                "grep -ao '\"event\":\"[a-z]*\"' \"$1\"", [rig.cache.appending("ledger").string])
            #expect(events.lines == ["\"event\":\"claimed\"", "\"event\":\"delivered\""])
        }
    }

    @Test("S1.2: a job that is looked up the moment another is forgotten is there at once, and the other is not")
    func forgottenMeanwhile() async throws {
        try await withTwoMounts { rig, mounts in
            let mount = mounts[0]
            for (forgotten, looked) in [("inline", "pictures"), ("pictures", JobName.invoice)] {
                #expect(try await mount.shell("stat \"$M/jobs/$1/status.json\"", [forgotten]).status == 0)
                let script = """
                    "$2" jobs forget --cache-dir "$3" --api-url "$4" "$5" > /dev/null && stat "$M/jobs/$1/status.json"
                    """
                let words = [looked, BuiltProducts.pulsefs, rig.cache.string, rig.emulator.baseURL, forgotten]
                let found = try await mount.shell(script, words, timeout: 20)
                #expect(found.status == 0, "\(found.errors)")
                let gone = try await mount.shell(
                    "while ls \"$M/jobs\" | grep -qx \"$1\"; do sleep 0.05; done", [forgotten])
                #expect(gone.status == 0)
            }
        }
    }

    @Test("S7.6: a blob that another process has deleted is fetched again, and is no error")
    func deletedByOthers() async throws {
        try await withTwoMounts { rig, mounts in
            for mount in mounts {
                #expect(try await mount.bytes("jobs/pictures/images/image_0001.png") == Self.picture.bytes)
            }
            #expect(rig.emulator.imageRequests(of: "pictures") == 1)
            try await Shell.run("rm -r \"$1\"/blobs/*/pictures \"$1\"/blobs/*/inline", [rig.cache.string])
            try await rig.mounted { (third) async throws in
                #expect(try await third.bytes("jobs/pictures/images/image_0001.png") == Self.picture.bytes)
                #expect(
                    try await third.bytes("jobs/inline/result.md")
                        == Self.markdown.decodedBytes(in: 0..<Self.markdown.size))
            }
            #expect(rig.emulator.imageRequests(of: "pictures") == 2)
        }
    }
}
