import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Extended attributes of a mount", .takingTurns, .timeLimit(.minutes(10)))
struct ExtendedAttributeTests {
    private static let workbook = "workbook-q3-forecast"

    /// Python that prints every attribute of the paths that follow it, as it is.
    private static let dump = """
        python3 - "$@" <<'PY'
        import os, sys
        os.chdir(os.environ["M"])
        for p in sys.argv[1:]:
            for name in sorted(os.listxattr(p)): print(p.split("/")[-1], name, ascii(os.getxattr(p, name).decode()))
        PY
        """

    @Test("without --xattrs the kernel asks once, whoever lists or looks, and programs are told that there are none")
    func off() async throws {
        try await Rig.mounted { (_, mount) async throws in
            let said = try await mount.shell(
                """
                cd "$M/jobs/$1"; for try in 1 2 3; do ls -lR > /dev/null; getfattr -dR . ; done; cd /
                python3 - "$M/jobs/$1/result.md" <<'PY'
                import errno, os, sys
                for call in [lambda p: os.getxattr(p, "user.mime_type"), os.listxattr] * 3:
                    try: print(call(sys.argv[1]))
                    except OSError as error: print(error.errno == errno.ENOTSUP)
                PY
                """, [JobName.invoice])
            #expect(said.lines == Array(repeating: "True", count: 6), "\(said.text)")
            let operations = try await mount.operations()
            #expect(operations["getxattr"] == 1 && operations["listxattr"] == 1, "\(operations)")
        }
    }

    @Test(
        "--xattrs, or its variable, shows what is known of a job, its files and its images", arguments: [true, false])
    func on(_ byFlag: Bool) async throws {
        try await Rig.with { (rig) async throws in
            try await rig.mounted(
                options: byFlag ? ["--xattrs"] : [], environment: byFlag ? [:] : ["PULSEFS_XATTRS": "yes"]
            ) { (mount) async throws in
                let directory = "jobs/\(Self.workbook)"
                let image = "\(directory)/images/excel_image_1_1.png"
                let said = try await mount.shell(Self.dump, [directory, "\(directory)/result.md", image])
                let api = rig.emulator.baseURL
                let job = [
                    "user.pulse.created_at '2024-06-28T08:00:00Z'", "user.pulse.job_id '\(Self.workbook)'",
                    "user.pulse.status 'completed'", "user.pulse.updated_at '2024-06-28T08:00:18Z'",
                ]
                let origin = { (path: String) in "user.xdg.origin.url '\(api)\(path)'" }
                let ofImage = [
                    "user.mime_type 'image/png'", "user.pulse.chart_title 'Revenue'",
                    "user.pulse.chart_type 'BarChart'", "user.pulse.excel_range 'F2:M18'",
                    "user.pulse.image_id 'excel_image_1_1'", "user.pulse.page_number '1'",
                    "user.pulse.sheet_name 'Summary'", "user.pulse.visual_type 'chart'",
                    origin("/results/\(Self.workbook)/images/excel_image_1_1.png"),
                ]
                let ofDirectory = ["user.pulse.credits_used '4'", "user.pulse.page_count '4'"]
                let ofDocument = ["user.mime_type 'text/markdown'", origin("/job/\(Self.workbook)")]
                #expect(
                    said.lines
                        == (job + ofDirectory).sorted().map { "\(Self.workbook) \($0)" }
                        + (job + ofDocument).sorted().map { "result.md \($0)" }
                        + (job + ofImage).sorted().map { "excel_image_1_1.png \($0)" }, "\(said.errors)")
                let dumped = try await mount.shell("cd \"$M\" && getfattr -d \"$1\"", [image])
                #expect(dumped.lines.contains("user.pulse.chart_title=\"Revenue\""), "\(dumped.text)")
            }
        }
    }

    @Test("S2.1 with --xattrs neither ls -l nor a dump of all attributes causes a request, and changes are refused")
    func requests() async throws {
        try await Rig.mounted(options: ["--xattrs"]) { (rig, mount) async throws in
            try await mount.shell(
                "ls -lR \"$M/jobs/$1\"; cat \"$M/jobs/$2/status.json\"", [Self.workbook, JobName.processing])
            try await rig.emulator.waitUntilIdle()
            rig.emulator.clearRequests()
            let said = try await mount.shell("cd \"$M/jobs/$1\" && getfattr -dR . && ls -lR", [Self.workbook])
            #expect(said.status == 0 && said.lines.count { $0.hasPrefix("user.pulse.chart_title=") } == 4)
            #expect(rig.emulator.requests().isEmpty, "\(rig.emulator.requestCounts)")
            let operations = try await mount.operations()
            #expect((operations["getxattr"] ?? 0) > 20 && (operations["listxattr"] ?? 0) > 8)
            for words in ["-n user.mime_type -v a", "-x user.mime_type", "-n user.new -v a"] {
                let refused = try await mount.shell("setfattr \(words) \"$M/jobs/$1/result.md\"", [Self.workbook])
                #expect(refused.errors.contains("Read-only file system"), "\(refused.errors)")
            }
            #expect(try await mount.errno(of: "os.getxattr(p, 'user.other')", "README.txt") == "ENODATA")
            #expect(try await mount.errno(of: "os.getxattr(p, 'security.selinux')", "README.txt") == "ENODATA")
        }
    }

    @Test("S4.3 whatever a document says of an image, its attributes are one line each, and hold no secret")
    func hostile() async throws {
        try await Emulator.with { (stranger) async throws in
            stranger.set(.json("picture"), on: .prefix("/p.png"))
            let image: JSONNode = [
                "id": .string(String(repeating: "図", count: 1000)),
                "chart_title": .verbatim(#""Umsatz\u0000 in\n€ \u001b[31m\ud800""#),
                "image_url": .string("\(stranger.baseURL)/p.png?sig=TOP-SECRET#TOP-SECRET"),
            ]
            let job = EmulatedJob(id: "hostile", result: .inline(["bounding_boxes": ["Images": [image]]]))
            try await Rig.mounted(adding: [job], options: ["--xattrs"]) { (rig, mount) async throws in
                let said = try await mount.shell(Self.dump, ["jobs/hostile/images/p.png"])
                #expect(!said.text.contains("TOP-SECRET") && said.errors.isEmpty, "\(said.errors)")
                let lines = said.lines.map { $0.replacing("p.png ", with: "", maxReplacements: 1) }
                #expect(lines.contains("user.pulse.chart_title 'Umsatz  in \\u20ac  [31m\\ufffd'"), "\(lines)")
                #expect(lines.contains("user.xdg.origin.url '\(stranger.baseURL)/p.png'"), "\(lines)")
                let id = "user.pulse.image_id '\(String(repeating: "\\u56f3", count: 341))'"
                #expect(lines.contains(id), "\(lines)")
                let dumped = try await mount.shell("getfattr -d \"$M/jobs/hostile/images/p.png\"")
                #expect(dumped.status == 0 && !dumped.text.contains("TOP-SECRET"))
            }
        }
    }

    @Test("S4.1 S4.2 another organisation's job and a refused key are EACCES, for attributes as for reads")
    func access() async throws {
        try await Rig.mounted(options: ["--xattrs"]) { (rig, mount) async throws in
            let call = "os.getxattr(p, 'user.pulse.status')"
            #expect(try await mount.errno(of: call, "jobs/\(JobName.contoso)") == "EACCES")
            #expect(try await mount.errno(of: call, "jobs/\(JobName.invoice)/result.md") == "none")
            rig.emulator.revoke(key: TestKeys.northwind)
            #expect(try await mount.errno(of: "os.stat(p)", "jobs/never-seen") == "EACCES")
            #expect(try await mount.errno(of: call, "jobs/\(JobName.invoice)/result.md") == "EACCES")
            #expect(try await mount.errno(of: "os.listxattr(p)", "jobs/\(JobName.invoice)") == "EACCES")
        }
    }
}
