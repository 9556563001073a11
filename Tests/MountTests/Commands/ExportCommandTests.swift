import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs export", .takingTurns, .timeLimit(.minutes(10)))
struct ExportCommandTests {
    private static let once = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 300_000)

    private static func inodes(_ files: [String: String]) -> [String: Substring] {
        files.mapValues { $0.prefix { $0 != " " } }
    }

    @Test("S7.8 what is exported is what a mount shows: names, bytes and dates, whatever has become of the jobs")
    func equal() async throws {
        let jobs = [Self.once, .syntheticImages(id: "pictures", count: 40, size: 200_000)]
        let now = Date()
        try await Rig.with(adding: jobs, clock: { now }) { (rig) async throws in
            // Some have images on hosts that there are not: a mount, too, has no bytes of those.
            let fixtures = Fixtures.jobs.filter { $0.organization == .northwind }.map(\.id)
            let own = fixtures.filter { !["hostile-markup", "broken-images"].contains($0) } + jobs.map(\.id)
            let said = try await rig.export(own)
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(said.cells.map { $0[0] } == own && said.cells.allSatisfy { $0.last == "written" })
            #expect(Set(said.cells.map { $0[1] }).isSuperset(of: ["completed", "processing", "failed"]))
            try await rig.mounted { (mount) async throws in
                for id in own {
                    // What a listing has once it was looked at: a mount may have to ask first.
                    try await mount.shell("find \"$M/jobs/$1\" -type f -exec cat {} + > /dev/null", [id])
                    let shown = try await rig.listing(of: mount.path.appending("jobs").appending(id))
                    #expect(try await rig.listing(of: rig.exported.appending(id)) == shown, "\(id)")
                    let compared = try await mount.shell("diff -r \"$M/jobs/$1\" \"$2/$1\"", [id, rig.exported.string])
                    #expect(compared.status == 0 && compared.output.isEmpty, "\(compared.text)\(compared.errors)")
                }
            }
            #expect(try await rig.shell("ls -A \"$D\"").lines.sorted() == own.sorted())
            #expect(
                try await rig.shell("find \"$D\" -type f -printf '%m\\n' -o -printf '%m\\n' | sort -u").lines == [
                    "600", "700",
                ])
        }
    }

    @Test("S7.8 run again, it asks nothing and writes nothing, also when the cache has let go of all files")
    func again() async throws {
        let jobs = [Self.once, .syntheticImages(id: "pictures", count: 20, size: 1000)]
        try await Rig.with(adding: jobs) { (rig) async throws in
            let ids = [
                JobName.invoice, JobName.report, JobName.failed, "form-supplier-registration", "once", "pictures",
            ]
            let first = try await rig.export(ids)
            #expect(first.status == 0, "\(first.errors)")
            let files = try await rig.identities(of: rig.exported)
            let place = try await rig.shell("stat -c '%i %y %z' \"$D\"").text
            for script in ["", "\"$P\" cache prune --to 0"] {
                #expect(try await rig.shell(script).status == 0)
                rig.emulator.clearRequests()
                for options in [[], ["--delete"]] {
                    let said = try await rig.run(["export"] + options + ids + [rig.exported.string])
                    #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
                    #expect(said.cells.map { $0.dropLast() } == first.cells.map { $0.dropLast() })
                    #expect(said.cells.allSatisfy { $0.last == "unchanged" }, "\(said.text)")
                }
                #expect(rig.emulator.requests().isEmpty, "\(rig.emulator.requests().map(\.path))")
            }
            #expect(Self.inodes(try await rig.identities(of: rig.exported)) == Self.inodes(files))
            #expect(try await rig.shell("stat -c '%i %y %z' \"$D\"").text == place)
        }
    }

    @Test(
        "S7.8 what was changed by others is mended, and the other files are left alone",
        arguments: [
            "echo more >> result.md", "touch tables/01.csv", "rm images/logo.png", "rm -r tables", "echo > status.json",
            "rm result.html; ln -s /etc/passwd result.html", "rm -r images; ln -s / images",
            "rm contents.md; mkfifo contents.md", "touch -d '2024-01-22T08:01:01.5Z' result.json",
        ])
    func mended(_ change: String) async throws {
        try await Rig.with { (rig) async throws in
            let directory = rig.exported.appending(JobName.invoice)
            #expect(try await rig.export([JobName.invoice]).status == 0)
            let (content, files) = (
                try await rig.listing(of: directory), try await rig.identities(of: directory)
            )
            let changed = try await rig.shell("cd \"$D\"/*/ && \(change)")
            #expect(changed.status == 0, "\(changed.errors)")
            let left = try await rig.identities(of: directory)
            let said = try await rig.export([JobName.invoice])
            #expect(said.status == 0 && said.cells.map { $0[4] } == ["written"], "\(said.errors)")
            #expect(try await rig.listing(of: directory) == content)
            let now = Self.inodes(try await rig.identities(of: directory))
            for (name, number) in Self.inodes(files) where left[name] == files[name] {
                #expect(now[name] == number, "\(name) was written anew")
            }
            #expect(try await rig.shell("ls -A \"$D\"").lines == [JobName.invoice])
        }
    }

    @Test("S7.8 what is not the job's stays, and goes with --delete; beside the jobs nothing is touched")
    func others() async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await rig.export([JobName.invoice, JobName.report]).status == 0)
            try await rig.shell(
                """
                mkdir "$D/other" "$D/$1/mine"; echo a > "$D/other/a"; echo a > "$D/notes.txt"
                echo mine > "$D/$1/mine/note"; echo old > "$D/$1/tables/99.csv"; ln -s "$D/other" "$D/$1/link"
                echo x >> "$D/$1/result.md"; echo other > "$D/$2/mine"
                """, JobName.invoice, JobName.report)
            #expect(try await rig.export([JobName.invoice]).status == 0)
            let kept = try await rig.shell(
                "cd \"$D/$1\" && cat mine/note tables/99.csv && readlink link", JobName.invoice)
            #expect(kept.lines == ["mine", "old", rig.exported.appending("other").string], "\(kept.errors)")
            let said = try await rig.export([JobName.invoice], "--delete")
            #expect(said.cells.map { $0[4] } == ["written"], "\(said.errors)")
            #expect(try await rig.shell("cd \"$D/$1\" && ls -d mine tables/99.csv link", JobName.invoice).lines.isEmpty)
            let beside = try await rig.shell("cat \"$D\"/other/a \"$D\"/notes.txt \"$D/$1/mine\"", JobName.report)
            #expect(beside.lines == ["a", "a", "other"])
        }
    }

    @Test("S7.8 links that others have put into the directory lead nowhere")
    func links() async throws {
        try await Rig.with { (rig) async throws in
            let outside = try rig.scratch.make("outside")
            try await rig.shell(
                """
                mkdir "$D" "$D/$3"; echo precious > "$1/result.md"; mkdir "$1/images"; echo precious > "$1/images/logo.png"
                ln -s "$1" "$D/$2"; ln -s "$1/images" "$D/$3/images"; ln -s "$1/result.md" "$D/$3/result.md"
                mkdir "$1/left"; ln -s "$1/left" "$D/.pulsefs-export-1"
                """, outside.string, JobName.report, JobName.invoice)
            for options in [[], ["--delete"]] {
                let said = try await rig.run(
                    ["export"] + options + [JobName.invoice, JobName.report, rig.exported.string])
                #expect(said.status == 1 && said.cells.map { $0[0] } == [JobName.invoice])
                #expect(
                    said.errors.hasPrefix(
                        "pulsefs: \(JobName.report): \(rig.exported)/\(JobName.report) is a symbolic link: remove it\n"),
                    "\(said.errors)")
            }
            let found = try await rig.shell(
                "cat \"$1\"/result.md \"$1\"/images/logo.png; ls -A \"$1\" \"$1\"/images", outside.string)
            #expect(
                found.text
                    == "precious\nprecious\n\(outside):\nimages\nleft\nresult.md\n\n\(outside)/images:\nlogo.png\n")
            #expect(
                try await rig.shell("[ -f \"$D/$1/images/logo.png\" ] && [ ! -L \"$D/$1/images\" ]", JobName.invoice)
                    .status == 0)
        }
    }

    @Test("S4.1 a job that the key may not read is named with the reason, and the others are exported")
    func refused() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.export([JobName.contoso, "no-such-job", JobName.invoice])
            #expect(said.status == 1 && said.cells.map { $0[0] } == [JobName.invoice])
            let errors = said.errors.split(separator: "\n")
            #expect(errors.count == 3 && errors.last == "pulsefs: 1 of 3 jobs are exported", "\(said.errors)")
            #expect(errors[0].hasPrefix("pulsefs: \(JobName.contoso): ") && errors[0].contains("another organization"))
            #expect(errors[1].hasPrefix("pulsefs: no-such-job: "))
            #expect(try await rig.shell("ls -A \"$D\"").lines == [JobName.invoice])
            // What another key has brought into the cache is not shown to this one.
            #expect(try await rig.pulsefs("fetch", JobName.contoso, key: TestKeys.contoso).status == 0)
            #expect(try await rig.export([JobName.contoso]).status == 1)
            #expect(try await rig.shell("ls -A \"$D\"").lines == [JobName.invoice])
        }
    }

    @Test(
        "S7.8 a job with a file that cannot be had is not written, and what was there of it stays; what the API lacks is no file"
    )
    func unreadable() async throws {
        let jobs = [EmulatedJob.syntheticImages(id: "pictures", count: 3, size: 1000)]
        try await Rig.with(adding: jobs) { (rig) async throws in
            rig.emulator.set(.status(500), on: .regex("pictures/images/image_0002"))
            try await rig.shell("mkdir -p \"$D\"/pictures; echo old > \"$D\"/pictures/result.md")
            let said = try await rig.run(["export", "pictures", JobName.invoice, rig.exported.string], timeout: "1s")
            #expect(said.status == 1 && said.cells.map { $0[0] } == [JobName.invoice])
            let first = said.errors.split(separator: "\n").first ?? ""
            #expect(
                first.hasPrefix("pulsefs: pictures/images/image_0002.png: ") && first.contains("500"), "\(said.errors)")
            #expect(
                try await rig.shell("cat \"$D\"/pictures/result.md; ls -A \"$D\"/pictures").lines == [
                    "old", "result.md",
                ])
            rig.emulator.clearFaults()
            rig.emulator.set(.status(404), on: .regex("pictures/images/image_0002"))
            #expect(try await rig.export(["pictures"]).status == 0)
            #expect(try await rig.shell("ls \"$D\"/pictures/images").lines == ["image_0001.png", "image_0003.png"])
            try await rig.mounted { (mount) async throws in
                let compared = try await mount.shell(
                    "diff -r \"$M\"/jobs/pictures \"$1\"/pictures", [rig.exported.string])
                #expect(compared.status == 0, "\(compared.text)")
            }
        }
    }

    @Test("the JSON has the documented keys; --umask and --parts are the mount's")
    func json() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.export(
                [JobName.invoice, JobName.contoso], "--json", "--umask", "022", "--parts", "none")
            #expect(said.status == 1)
            let jobs = try #require(try said.json() as? [[String: Any]])
            #expect(jobs.compactMap { $0["id"] as? String } == [JobName.invoice, JobName.contoso])
            for job in jobs {
                #expect(Set(job.keys) == ["id", "status", "exported", "files", "bytes", "written", "problems"])
            }
            #expect(jobs[0]["status"] as? String == "completed" && jobs[0]["exported"] as? Bool == true)
            #expect(jobs[0]["files"] as? Int == 7 && jobs[0]["written"] as? Int == 7, "\(jobs[0])")
            #expect(jobs[1]["status"] is NSNull && jobs[1]["exported"] as? Bool == false)
            let problem = try #require((jobs[1]["problems"] as? [[String: Any]])?.first)
            #expect(problem["file"] is NSNull && (problem["reason"] as? String)?.contains("organization") == true)
            let found = try await rig.shell("cd \"$D/$1\"; ls; stat -c %a . images result.md", JobName.invoice)
            #expect(
                found.lines == [
                    "images", "index.html", "result.html", "result.json", "result.md", "status.json", "755", "755",
                    "644",
                ])
        }
    }

    @Test(
        "a directory that cannot be exported into is said to be none, in one line, with exit code 73",
        arguments: [
            ("$CACHE/in", "is in the cache"), ("$CACHE/..", "the cache"), ("$CACHE", "is in the cache"),
            ("$D/none/deeper", "mkdir -p"), ("$D/file", "is not a directory"), ("/proc/self", "cannot write"),
        ])
    func ground(_ directory: String, _ words: String) async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await rig.pulsefs("fetch", JobName.invoice).status == 0)
            let said = try await rig.shell(
                "CACHE=$PULSEFS_CACHE_DIR; mkdir \"$D\"; touch \"$D/file\"; \"$P\" export \"$1\" \"\(directory)\"",
                JobName.invoice)
            #expect(said.status == 73 && said.output.isEmpty)
            #expect(said.errors.contains(words), "\(said.errors)")
            #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
        }
    }

    @Test("S7.1 a mount is no directory to export into")
    func intoMount() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let said = try await rig.pulsefs("export", JobName.invoice, mount.path.appending("jobs").string)
            #expect(said.status == 73 && said.errors.contains("is in the mount on"), "\(said.errors)")
        }
    }

    @Test(
        "wrong usage is exit code 64, in one line, and nothing is asked",
        arguments: [
            "", "an-id", "--watch list an-id dir", "--watch list --from list dir", "--wait-timeout 1m an-id dir",
            "a/b dir",
        ])
    func usage(_ words: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.run(["export"] + words.split(separator: " ").map(String.init))
            #expect(said.status == 64 && said.output.isEmpty)
            #expect(
                said.errors.hasPrefix("pulsefs: ") && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
            #expect(rig.emulator.requests().isEmpty)
        }
    }
}
