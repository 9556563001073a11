import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Largest artifact", .takingTurns, .timeLimit(.minutes(10)))
struct ArtifactSizeTests {
    private static let limit = ["--max-artifact-size", "50000"]
    private static let file = "jobs/pictures/images/image_0001.png"
    private static let image = RequestPattern.path("/results/pictures/images/image_0001.png")
    private static let pictures = EmulatedJob.syntheticImages(id: "pictures", count: 2, size: 50_001)

    @Test(
        "S5: larger than --max-artifact-size: EFBIG, for lookups, stats and reads, with and without HEAD",
        arguments: [true, false])
    func announced(_ hasHead: Bool) async throws {
        try await Rig.mounted(adding: [Self.pictures], options: Self.limit) { (rig, mount) async throws in
            if !hasHead { rig.emulator.set(Fault(.status(405), on: .any, method: "HEAD")) }
            for _ in 1...2 {
                #expect(try await mount.errno(of: "os.stat(p)", Self.file) == "EFBIG")
                #expect(try await mount.errno(of: "open(p)", Self.file) == "EFBIG")
            }
            #expect(try await mount.shell("ls \"$M\"/jobs/pictures/images").lines.count == 2)
            // The listing brings no attributes that a lookup would refuse, whether or not the size is known by now.
            for _ in 1...2 {
                let listing = try await mount.shell("LC_ALL=C ls -l \"$M\"/jobs/pictures/images")
                #expect(listing.errors.ranges(of: "File too large").count == 2, "\(listing.text) \(listing.errors)")
            }
            // Its size is known after the first answer, and nothing more is asked.
            #expect(rig.emulator.requests(matching: Self.image).map(\.method) == ["GET"])
            let said = try await mount.shell(
                "\"$1\" explain \"$M/$2\"", [BuiltProducts.pulsefs, Self.file])
            #expect(said.text.contains("EFBIG") && said.text.contains("--max-artifact-size"), "\(said.text)")
            // What is no larger is there.
            #expect(
                try await mount.bytes("jobs/\(JobName.invoice)/images/logo.png")
                    == rig.emulator.imageBytes("logo.png", of: JobName.invoice))
        }
    }

    @Test(
        "S5: a file of unannounced length that grows larger than --max-artifact-size is EFBIG, and nothing of it is kept"
    )
    func growing() async throws {
        try await Rig.mounted(adding: [Self.pictures], options: Self.limit) { (rig, mount) async throws in
            rig.emulator.set(Fault(.status(405), on: .any, method: "HEAD"))
            rig.emulator.set(.chunked, on: Self.image)
            #expect(try await mount.errno(of: "open(p).read()", Self.file) == "EFBIG")
            #expect(try await mount.errno(of: "os.stat(p)", Self.file) == "EFBIG")
            let blobs = try await Shell.run("find \"$1\"/blobs -size +40k", [rig.cache.string])
            #expect(blobs.output.isEmpty, "\(blobs.text)")
        }
    }

    @Test("S5: the answer about a job that is larger is EFBIG, and what is in the cache is shown under any limit")
    func results() async throws {
        let job = EmulatedJob.syntheticInline(id: "inline", markdownSize: 60_000)
        try await Rig.with(adding: [job, Self.pictures]) { (rig) async throws in
            try await rig.mounted(options: Self.limit) { (mount) async throws in
                #expect(try await mount.errno(of: "open(p)", "jobs/inline/result.md") == "EFBIG")
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/inline") == "EFBIG")
            }
            let fetched = try await rig.pulsefs("fetch", "pictures", "--max-artifact-size", "50000")
            #expect(fetched.status == 1 && fetched.errors.contains("larger than 50000 bytes"), "\(fetched.errors)")
            let files = ["jobs/inline/result.md", Self.file]
            let whole = try await rig.mounted { (mount) async throws in
                try await [mount.bytes(files[0]), mount.bytes(files[1])]
            }
            #expect(whole.allSatisfy { $0.count > 50_000 })
            try await rig.mounted(options: Self.limit) { (mount) async throws in
                #expect(try await [mount.bytes(files[0]), mount.bytes(files[1])] == whole)
            }
        }
    }

    @Test("S3.1: a result that can be fetched only once is not lost to --max-artifact-size: it is fetched whole")
    func singleUse() async throws {
        let job = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 60_000)
        try await Rig.mounted(adding: [job], options: Self.limit) { (_, mount) async throws in
            #expect(try await mount.bytes("jobs/once/result.md").count == 60_000)
        }
    }
}
