import Foundation
import PulseEmulator
import PulseTestSupport
import Synchronization
import SystemPackage
import Testing

@Suite("A mount: parts of results", .timeLimit(.minutes(5)))
struct PartTests {
    /// A result of which every part can be made.
    private static let answer = """
        {"job_id": "parts-1", "status": "completed", "created_at": "2025-01-02T03:04:05Z", "updated_at": "2025-01-02T03:05:00Z",
        "result": {"markdown": "# Report\\n\\n## Costs\\n\\ntext\\n", "page_count": 2,
        "bounding_boxes": {"Images": [{"id": "i-1", "image_url": "data:image/gif;base64,R0lGODlhAQABAAAAACw=", "page_number": 1}],
          "Text": [{"id": "t-1", "page_number": 2, "bounding_box": [0, 0, 1, 1]}],
          "Tables": [{"title": "Costs, by year", "page_number": 2, "cell_data": [
            {"row": 0, "column": 0, "text": "Year"}, {"row": 0, "column": 1, "text": "Cost"},
            {"row": 1, "column": 0, "text": "2024"}, {"row": 1, "column": 1, "text": "1,000 \\"net\\""},
            {"row": 2, "column": 0, "text": "=SUM(A1)"}, {"row": 2, "column": 1, "text": "-5"}]}]},
        "extensions": {"chunking": {"page": ["# Report", {"content": "## Costs"}], "semantic": [{"content": "a", "score": NaN}]}},
        "schema_output": {"values": {"total": 1.50}, "citations": {"total": "t-1"}},
        "split_output": {"splits": {"all": [1, 2]}}, "form_fields": [{"name": "n", "value": "v"}],
        "results": {"loan": {"values": {"sum": 5}}}}}
        """
    private static let paths = [
        "chunks/page.jsonl", "chunks/semantic.jsonl", "citations.jsonl", "contents.md", "form_fields.csv",
        "images.jsonl",
        "pages/0001.md", "pages/0002.md", "schema/loan.json", "splits.json", "structured.json", "tables/01.csv",
        "tables/index.jsonl",
    ]

    private func withParts(
        options: [String] = [], _ body: (Rig, MountedPulseFS) async throws -> Void
    ) async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.set(.json(Self.answer), on: .path("/job/parts-1"))
            try await rig.mounted(options: options) { (mount) async throws in try await body(rig, mount) }
        }
    }

    private static let find =
        "cd \"$M/jobs/parts-1\" && find . -type f ! -name .wait -printf '%P\\n' | LC_ALL=C sort | grep -v '^images/\\|^result\\|^status\\|^index.html'"

    @Test(
        "S1.9 S1.11 S1.12 every part is listed with its size, copied whole, the same on two machines, for one request")
    func all() async throws {
        try await withParts { (rig: Rig, mount: MountedPulseFS) async throws in
            let listed = try await mount.shell(Self.find)
            #expect(listed.lines == Self.paths, "\(listed.errors)")
            let sums = "cd \"$1\" && find . -type f ! -name .wait -print0 | LC_ALL=C sort -z | xargs -0 sha256sum"
            let copied = try await mount.shell(
                """
                cd "$M/jobs/parts-1" && for f in $(find . -type f); do [ "$(stat -c %s "$f")" = "$(wc -c < "$f")" ] || echo "$f"; done
                cp -r . "$1" && tar cf - . | tar df - && diff -r . "$1" && rmdir pages 2> /dev/null; ls -d pages tables chunks
                """, [rig.scratch.appending("copy").string])
            #expect(copied.lines == ["chunks", "pages", "tables"], "\(copied.text)\(copied.errors)")
            let here = try await Shell.run(sums, [rig.scratch.appending("copy").string]).text
            #expect(rig.emulator.requests(matching: .path("/job/parts-1")).count == 1)
            try await rig.mounted(cache: rig.scratch.appending("other")) { (other) async throws in
                let there = try await Shell.run(sums, [other.path.appending("jobs/parts-1").string])
                #expect(there.text == here && !here.isEmpty, "\(there.errors)")
            }
            // Again on this cache: nothing is asked for, and nothing made.
            rig.emulator.clearRequests()
            try await rig.mounted { (again) async throws in
                #expect(try await Shell.run(sums, [again.path.appending("jobs/parts-1").string]).text == here)
            }
            #expect(rig.emulator.requests(matching: .path("/job/parts-1")).count == 0)
        }
    }

    @Test("S1.11 S1.12 S1.13 what is in them")
    func content() async throws {
        try await withParts { (_, mount) async throws in
            let said = try await mount.shell(
                """
                cd "$M/jobs/parts-1" && python3 - <<'P'
                import csv, json
                rows = list(csv.reader(open("tables/01.csv", newline="")))
                assert rows == [["Year", "Cost"], ["2024", '1,000 "net"'], ["=SUM(A1)", "-5"]], rows
                index = [json.loads(line) for line in open("tables/index.jsonl")]
                assert index == [{"table": 1, "title": "Costs, by year", "page": 2, "rows": 3, "columns": 2, "files": ["tables/01.csv"]}], index
                assert json.load(open("structured.json")) == {"total": 1.5}
                assert [json.loads(l) for l in open("citations.jsonl")] == [{"field": "total", "ids": ["t-1"], "page": 2, "box": [0, 0, 1, 1]}]
                assert [json.loads(l) for l in open("chunks/semantic.jsonl")] == [{"content": "a", "score": None}]
                assert [json.loads(l) for l in open("images.jsonl")] == [{"file": "images/i-1.gif", "id": "i-1", "page": 1}]
                P
                cat pages/0002.md; echo; grep -c 'Costs (line 3)' contents.md; grep -o 'images/i-1.gif' contents.md
                """)
            #expect(said.lines == ["## Costs", "1", "images/i-1.gif"], "\(said.text)\(said.errors)")
        }
    }

    @Test("S1.9 a file of parts that is evicted or damaged is made again, and is the same")
    func again() async throws {
        try await withParts { (rig: Rig, mount: MountedPulseFS) async throws in
            let sum = "cd \"$M/jobs/parts-1\" && cat contents.md pages/* tables/* | sha256sum"
            let before = try await mount.shell(sum).text
            #expect(try await rig.pulsefs("cache", "prune", "--to", "0").status == 0)
            #expect(try await mount.shell(sum).text == before && !before.isEmpty)
            // Another mount has none of the kernel's pages.
            try await rig.mounted { (other) async throws in #expect(try await other.shell(sum).text == before) }
            let damage =
                "for f in $(find \"$1\"/blobs -name 10); do printf XXXX | dd of=\"$f\" bs=1 seek=8 conv=notrunc status=none; echo damaged; done"
            #expect(try await Shell.run(damage, [rig.cache.string]).lines.count == 1)
            try await rig.mounted { (other) async throws in #expect(try await other.shell(sum).text == before) }
        }
    }

    @Test(
        "S1.5 S2.1 S1.9 parts that were made once stay listed with their sizes while nothing of the job is in the cache; listing asks for nothing",
        arguments: [false, true])
    func evicted(isUnreachable: Bool) async throws {
        try await withParts { (rig: Rig, mount: MountedPulseFS) async throws in
            let list =
                "cd \"$M/jobs/parts-1\" && ls && stat -c '%n %s %F' * && getfattr -n user.pulse.job_id contents.md 2>&1"
            // What is a file of the job itself is looked at before: the sizes of parts are what this is about.
            let before = try await mount.shell(list).text
            #expect(before.contains("contents.md") && before.contains("splits.json") && before.contains("pages"))
            let sum =
                "cd \"$M/jobs/parts-1\" && find . -type f ! -name .wait ! -name index.html -print0 | LC_ALL=C sort -z | xargs -0 sha256sum"
            let sums = try await mount.shell(sum).text
            #expect(try await rig.pulsefs("cache", "prune", "--to", "0").status == 0)
            let asked = rig.emulator.requests(matching: .path("/job/parts-1")).count
            if isUnreachable { rig.emulator.set(.status(503), on: .path("/job/parts-1")) }
            try await rig.mounted { (other) async throws in
                #expect(try await other.shell(list).text == before)
                #expect(rig.emulator.requests(matching: .path("/job/parts-1")).count == asked)
                if isUnreachable { return }
                // A copy is whole, for one request.
                let copied = try await other.shell(
                    "cp -r \"$M/jobs/parts-1\" \"$1\"", [rig.scratch.appending("copy").string])
                #expect(copied.status == 0, "\(copied.errors)")
                let copy = try await Shell.run(
                    sum.replacing("$M/jobs/parts-1", with: "$1"), [rig.scratch.appending("copy").string])
                #expect(copy.text == sums && !sums.isEmpty)
                #expect(rig.emulator.requests(matching: .path("/job/parts-1")).count == asked + 1)
            }
        }
    }

    @Test(
        "S1.9 parts that were never made, or were made otherwise, are listed as soon as the result, which was evicted, is read again",
        arguments: [false, true])
    func evictedBefore(wereMadeOtherwise: Bool) async throws {
        try await withParts { (rig: Rig, mount: MountedPulseFS) async throws in
            let look = wereMadeOtherwise ? "contents.md" : "result.md"
            #expect(try await mount.shell("cat \"$M/jobs/parts-1/\(look)\"").status == 0)
            #expect(try await rig.pulsefs("cache", "prune", "--to", "0").status == 0)
            try await rig.mounted(options: wereMadeOtherwise ? ["--csv-guard"] : []) { (other) async throws in
                let list = "ls \"$M/jobs/parts-1\""
                let asked = rig.emulator.requests(matching: .path("/job/parts-1")).count
                #expect(try await !other.shell(list).lines.contains("contents.md"))
                #expect(rig.emulator.requests(matching: .path("/job/parts-1")).count == asked)
                #expect(try await other.shell("cat \"$M/jobs/parts-1/result.json\"").status == 0)
                let lines = try await other.shell(list).lines
                #expect(lines.contains("contents.md") && lines.contains("pages"), "\(lines)")
                #expect(rig.emulator.requests(matching: .path("/job/parts-1")).count == asked + 1)
            }
        }
    }

    @Test("S1.10 what a result does not have is absent, and explain says why; a name that no part has costs no request")
    func absent() async throws {
        try await Rig.mounted { (rig: Rig, mount: MountedPulseFS) async throws in
            rig.emulator.set(
                .json(#"{"job_id": "plain", "status": "completed", "result": {"markdown": "a", "page_count": 3}}"#),
                on: .path("/job/plain"))
            let names = [
                "pages", "pages/0001.md", "tables", "structured.json", "schema", "chunks/page.jsonl", "splits.json",
            ]
            for name in names {
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/plain/\(name)") == "ENOENT", "\(name)")
            }
            #expect(
                try await mount.shell("ls \"$M/jobs/plain\"").lines == [
                    "contents.md", "images", "index.html", "result.json", "result.md", "status.json",
                ])
            let path = mount.path.appending("jobs/plain/pages/0001.md").string
            let said = try await rig.pulsefs("explain", path, key: nil)
            #expect(said.status == 1 && said.text.contains("no chunks by page"), "\(said.text)\(said.errors)")
            let fine = try await rig.pulsefs("explain", mount.path.appending("jobs/plain/contents.md").string, key: nil)
            #expect(fine.status == 0, "\(fine.text)")
            #expect(rig.emulator.requests(matching: .path("/job/plain")).count == 1)
        }
    }

    @Test(
        "S1.10 S5.4 a result that is no object has no parts but contents.md, and nothing fails; a cache alone explains as a mount does"
    )
    func noObject() async throws {
        try await Rig.mounted { (rig: Rig, mount: MountedPulseFS) async throws in
            for (id, result) in [("list", "[1, 2]"), ("text", "\"x\""), ("number", "5")] {
                rig.emulator.set(
                    .json("{\"job_id\": \"\(id)\", \"status\": \"completed\", \"result\": \(result)}"),
                    on: .path("/job/\(id)"))
                let said = try await mount.shell("cd \"$M/jobs/$1\" && ls && cat contents.md > /dev/null", [id])
                #expect(said.status == 0 && said.lines.contains("contents.md"), "\(said.text)\(said.errors)")
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/\(id)/pages") == "ENOENT")
            }
            let said = try await rig.pulsefs("explain", "--cache-dir", rig.cache.string, "jobs/list/tables")
            #expect(said.status == 1 && said.text.contains("no tables"), "\(said.text)\(said.errors)")
        }
    }

    @Test("S1.9 --parts=none leaves them out; --csv-guard guards the cells of tables alone")
    func settings() async throws {
        try await withParts(options: ["--parts=none"]) { (rig: Rig, mount: MountedPulseFS) async throws in
            #expect(try await mount.shell(Self.find).lines.isEmpty)
            #expect(try await mount.errno(of: "os.stat(p)", "jobs/parts-1/contents.md") == "ENOENT")
            #expect(try await Shell.run("find \"$1\"/blobs -name 10", [rig.cache.string]).lines.isEmpty)
            try await rig.mounted(options: ["--csv-guard"]) { (guarded) async throws in
                let text = try await guarded.shell("cat \"$M/jobs/parts-1/tables/01.csv\"").text
                #expect(text.hasSuffix("'=SUM(A1),-5\r\n"), "\(text)")
            }
        }
    }

    @Test("S6.3 S4.1 a running job has no parts, and has them when it has ended; another organisation's are refused")
    func running() async throws {
        let time = Mutex(Date())
        try await Rig.with(clock: { time.withLock { $0 } }) { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                let contents = "jobs/minutes-board-meeting/contents.md"
                #expect(try await mount.errno(of: "os.stat(p)", contents) == "ENOENT")
                #expect(
                    try await mount.shell("ls \"$M/jobs/minutes-board-meeting\"").lines == [
                        "index.html", "status.json",
                    ])
                time.withLock { $0 += 60 }
                try await mount.eventually("grep -q '^## Files' \"$M/$1\"", [contents])
                #expect(try await mount.errno(of: "os.stat(p)", "jobs/\(JobName.contoso)/contents.md") == "EACCES")
            }
        }
    }

    @Test(
        "S3.1 the parts of a result that can be fetched only once are made of what was fetched once; one is listed before"
    )
    func singleUse() async throws {
        let once = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 40_000)
        try await Rig.mounted(adding: [once]) { (rig: Rig, mount: MountedPulseFS) async throws in
            let listed = try await mount.shell("ls \"$M/jobs/once\"").lines
            #expect(listed.contains("contents.md") && !listed.contains("images.jsonl"))
            #expect(rig.emulator.requests(matching: .prefix("/large_results/")).isEmpty)
            #expect(try await mount.shell("cat \"$M/jobs/once/contents.md\" > /dev/null").status == 0)
            try await mount.eventually("ls \"$M/jobs/once\" | grep -qx contents.md")
            #expect(try await mount.shell("cat \"$M/jobs/once/result.json\" | wc -c").status == 0)
            #expect(rig.emulator.requests(matching: .prefix("/large_results/")).count == 1)
        }
    }
}
