import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs fetch", .takingTurns, .timeLimit(.minutes(10)))
struct FetchCommandTests {
    private static let once = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 10_000)
    private static let link = RequestPattern.path("/large_results/once")

    @Test(
        "S3.1 with --large-results=manual the result is left alone until pulsefs fetch brings it to the running mount")
    func manual() async throws {
        try await Rig.mounted(adding: [Self.once], options: ["--large-results=manual"]) { (rig, mount) async throws in
            #expect(try await mount.shell("cat \"$M\"/jobs/once/result.md").errors.contains("No such file"))
            #expect(try await mount.shell("ls \"$M\"/jobs/once").lines == ["error.txt", "images", "status.json"])
            let advice = String(decoding: try await mount.bytes("jobs/once/error.txt"), as: UTF8.self)
            #expect(advice.contains("pulsefs fetch once"), "\(advice)")
            #expect(rig.emulator.requests(matching: Self.link).isEmpty)
            let said = try await rig.pulsefs("fetch", "once")
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(said.cells.first?.prefix(2) == ["once", "2"])
            try await mount.eventually("cat \"$M\"/jobs/once/result.md > /dev/null 2>&1")
            let markdown = SyntheticMarkdown(size: 10_000)
            #expect(try await mount.bytes("jobs/once/result.md") == markdown.decodedBytes(in: 0..<markdown.size))
            try await mount.eventually("! [ -e \"$M\"/jobs/once/error.txt ]")
            #expect(rig.emulator.requests(matching: Self.link).count == 1)
            #expect(try await rig.pulsefs("fetch", "once").status == 0)
            #expect(rig.emulator.requests(matching: Self.link).count == 1)
        }
    }

    @Test("S3.1 the variable says so too, and a mount in the background is told")
    func manualInBackground() async throws {
        try await Rig.with(adding: [Self.once]) { (rig) async throws in
            let said = try await Shell.run(
                """
                trap '"$2" unmount --lazy "$1" 2>/dev/null' EXIT
                "$2" mount --api-url "$3" --cache-dir "$4" --large-results manual "$1" > /dev/null || exit
                cat "$1"/jobs/once/error.txt; [ -e "$1"/jobs/once/result.md ] && echo there
                "$2" unmount "$1"
                PULSEFS_LARGE_RESULTS=sometimes "$2" mount --api-url "$3" --cache-dir "$4" "$1"
                """,
                [try rig.scratch.make("mnt").string, BuiltProducts.pulsefs, rig.emulator.baseURL, rig.cache.string],
                environment: ["PULSE_API_KEY": TestKeys.northwind])
            #expect(said.text.contains("pulsefs fetch once") && !said.text.contains("there\n"))
            #expect(said.errors.hasPrefix("pulsefs: \"sometimes\" is not"))
            #expect(rig.emulator.requests(matching: Self.link).isEmpty)
        }
    }

    @Test("S2.2 a fetched job is read whole without another request")
    func whole() async throws {
        try await Rig.with { (rig) async throws in
            let form = "form-supplier-registration"
            let said = try await rig.pulsefs("fetch", JobName.report, form)
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(said.cells.map { $0[0] } == [JobName.report, form])
            let images = rig.emulator.imageNames(of: JobName.report).count
            #expect(said.cells.map { $0[1] } == ["\(3 + images)", "2"])
            #expect(rig.emulator.requests().count == 1 + images + 2)
            rig.emulator.clearRequests()
            try await rig.mounted { (mount) async throws in
                let copied = try await mount.shell(
                    "cp -r \"$M/jobs/$1\" \"$M/jobs/$2\" \"$3\" && ls \"$3/$1\"/images | wc -l",
                    [JobName.report, form, try rig.scratch.make("copy").string])
                #expect(copied.lines == ["\(images)"], "\(copied.errors)")
            }
            let again = try await rig.pulsefs("fetch", JobName.report, form)
            #expect(again.cells == said.cells)
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("files that were evicted come again, those that were cut out of the answer too")
    func evicted() async throws {
        try await Rig.with { (rig) async throws in
            let first = try await rig.pulsefs("fetch", JobName.report)
            #expect(try await rig.pulsefs("cache", "prune", "--to", "0").status == 0)
            rig.emulator.clearRequests()
            let again = try await rig.pulsefs("fetch", JobName.report)
            #expect(again.status == 0 && again.cells == first.cells, "\(again.errors)")
            #expect(rig.emulator.requests().count == 1 + rig.emulator.imageNames(of: JobName.report).count)
            #expect(try await rig.pulsefs("cache", "verify").status == 0)
        }
    }

    @Test("what is not whole is named with the reason, exit code 1, and the others are fetched")
    func some() async throws {
        try await Rig.with(adding: [Self.once]) { (rig) async throws in
            let image = "/results/\(JobName.report)/images/"
            rig.emulator.set(.status(500), on: .prefix(image), count: 1)
            try await Shell.run(
                "curl -fsS -H \"x-api-key: $1\" \"$2\"",
                [TestKeys.northwind, "\(rig.emulator.baseURL)/large_results/once"])
            let said = try await rig.pulsefs(
                "fetch", JobName.processing, JobName.failed, "once", JobName.report, JobName.contoso, JobName.invoice)
            #expect(said.status == 1)
            #expect(said.cells.map { $0[0] } == [JobName.invoice])
            let errors = said.errors.split(separator: "\n").map(String.init)
            let expected = [
                (JobName.processing, "still running (processing)"), (JobName.failed, "page 3 is damaged"),
                ("once", "downloaded only once"), (JobName.report, "1 of"), (JobName.contoso, "another organization"),
            ]
            #expect(errors.count == expected.count, "\(said.errors)")
            for (line, (job, words)) in zip(errors, expected) {
                #expect(line.hasPrefix("pulsefs: \(job): ") && line.contains(words), "\(line)")
            }
            let mended = try await rig.pulsefs("fetch", JobName.report)
            #expect(mended.status == 0, "\(mended.errors)")
        }
    }
}
