import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import Testing

/// What people find of results that are no plain extraction.
@Suite("A mount: results of every shape", .takingTurns, .timeLimit(.minutes(5)))
struct ShapeTests {
    /// The files of each job beside `index.html` and `status.json`.
    private static let files: [(job: String, files: [String])] = [
        (
            "pipeline-framework-agreement",
            [
                "chunks/header.jsonl", "chunks/page.jsonl", "citations.jsonl", "contents.md", "images.jsonl",
                "images/fig-1.png", "pages/0001.md", "pages/0002.md", "pages/0003.md", "result.html", "result.json",
                "result.md", "splits.json", "structured.json", "tables/01.csv", "tables/index.jsonl",
            ]
        ),
        ("pipeline-framework-agreement-linked", ["contents.md", "error.txt", "result.json"]),
        (
            "lease-mill-lane-1987",
            [
                "chunks/page.jsonl", "chunks/semantic.jsonl", "citations.jsonl", "contents.md", "pages/0001.md",
                "pages/0002.md", "result.json", "result.md", "structured.json", "tables/01.csv", "tables/index.jsonl",
            ]
        ),
        (
            "pump-manual-html",
            [
                "chunks/default.jsonl", "contents.md", "result.html", "result.json", "tables/01.csv", "tables/01.html",
                "tables/index.jsonl",
            ]
        ),
        (
            "inspection-certificate-0771",
            [
                "chunks/header.jsonl", "chunks/page.jsonl", "chunks/recursive.jsonl", "chunks/semantic.jsonl",
                "citations.jsonl", "contents.md", "pages/0001.md", "pages/0002.md", "result.json", "result.md",
                "structured.json", "tables/01.csv", "tables/02.csv", "tables/03.csv", "tables/index.jsonl",
            ]
        ),
        (
            "delivery-notes-flat",
            [
                "contents.md", "images.jsonl", "images/stamp_p2.png", "result.json", "result.md", "tables/01.csv",
                "tables/index.jsonl",
            ]
        ),
        (
            "price-list-spans-2025",
            [
                "chunks/page.jsonl", "contents.md", "pages/0001.md", "pages/0002.md", "result.json", "result.md",
                "tables/01.csv", "tables/01.html", "tables/02.csv", "tables/02.html", "tables/index.jsonl",
            ]
        ),
        (
            "schema-loan-file-topics",
            [
                "citations.jsonl", "contents.md", "result.json", "schema/application.json", "schema/income.json",
                "schema/valuation.json",
            ]
        ),
        (
            "tables-port-statistics",
            [
                "contents.md", "result.json", "tables/01.csv", "tables/01.html", "tables/02.csv", "tables/03.csv",
                "tables/index.jsonl",
            ]
        ),
        ("batch-intake-2024-11", ["contents.md", "result.json"]),
        ("scan-blank-0043", ["error.txt"]), ("scan-corrupt-0044", ["error.txt"]),
    ]

    private func list(_ mount: MountedPulseFS, _ job: String) async throws -> [String] {
        try await mount.shell(
            """
            cd "$M/jobs/$1" && find . -type f ! -name .wait ! -name index.html ! -name status.json -printf '%P\\n' | LC_ALL=C sort
            """, [job]
        ).lines
    }

    /// Runs Python in the directory of the jobs.
    private func python(_ mount: MountedPulseFS, _ script: String) async throws {
        let prelude = """
            import csv, json
            def table(job, number):
                with open(f"{job}/tables/{number:02}.csv", newline="") as file: return list(csv.reader(file))
            def lines(job, name):
                with open(f"{job}/{name}") as file: return [json.loads(line) for line in file]
            def value(job, name):
                with open(f"{job}/{name}") as file: return json.load(file)
            def text(job, name):
                with open(f"{job}/{name}") as file: return file.read()
            """
        let said = try await mount.shell("cd \"$M/jobs\" && python3 -c \"$1\"", [prelude + "\n" + script])
        #expect(said.status == 0, "\(said.text)\(said.errors)")
    }

    @Test(
        "S1.9 S1.10 S1.14 each result has the files that it has parts for, for one request, compressed or not",
        arguments: [false, true])
    func names(isCompressed: Bool) async throws {
        try await Rig.mounted(adding: Fixtures.shapes) { (rig: Rig, mount: MountedPulseFS) async throws in
            rig.emulator.setFeatures { $0.gzip = isCompressed }
            #expect(Set(Self.files.map(\.job)) == Set(Fixtures.shapes.map(\.id)))
            for (job, files) in Self.files {
                let listed = try await list(mount, job)
                #expect(listed == files, "\(job)")
                let read = try await mount.shell(
                    """
                    cd "$M/jobs/$1" && find . -type f ! -name .wait | while read -r f; do
                      [ "$(stat -c %s "$f")" = "$(cat "$f" | wc -c)" ] || echo "$f"; done
                    """, [job])
                #expect(read.output.isEmpty && read.errors.isEmpty, "\(job): \(read.text)\(read.errors)")
                #expect(rig.emulator.requests(matching: .path("/job/\(job)")).count == 1, "\(job)")
            }
            #expect(rig.emulator.requests(matching: .prefix("/large_results/")).isEmpty)
        }
    }

    @Test(
        "S1.11 cells, however they are written: spans once, prefixes only where they are, quotes, line breaks, no numbers"
    )
    func tables() async throws {
        try await Rig.mounted(adding: Fixtures.shapes) { (_, mount) async throws in
            try await python(
                mount,
                #"""
                job = "inspection-certificate-0771"
                assert table(job, 1) == [["Weld", "Finding"], ["1", "sound"], ["2", 'sound, "as new"'], ["3", "repaired\n(12 March)"]]
                assert table(job, 2) == [["Gauge", "bar"], ["Inlet", "10.8"], ["Outlet", "=B2-0.3"]]
                assert table(job, 3) == [["Code", "Meaning"], ["3a-7", "surface crack"], ["", "(none)"]]
                index = lines(job, "tables/index.jsonl")
                assert [(t["title"], t["page"]) for t in index] == [("Table 1", 1), ("Table 2", 2), ("Table 3", 2)], index
                job = "price-list-spans-2025"
                assert table(job, 1) == [["Hall", "EUR per pallet & week", ""], ["", "chilled", "frozen"],
                    ["Rotterdam", "4.10", "5.80"], ["", "on request < 20 pallets", ""], ["Gdynia", "3.20", "4.60"]]
                assert table(job, 2) == [["Service", "EUR"], ["Relabelling, per pallet\n(\"on site\")", "1.90"], ["=Weighing", ""]]
                job = "tables-port-statistics"
                assert table(job, 1) == [["Ships and goods, 2024", "", ""], ["Port", "1,000 tonnes", ""], ["", "in", "out"],
                    ["Gdynia", "8,412", "6,090"], ["Göteborg", "n/a\u00a0*", "7,733"], ["Le Havre", "", "9,105"]], table(job, 1)
                assert table(job, 2) == [["Port", "Remark", "Ships", "Change"], ["Gdynia", 'ice, "light"', "412", "-3.5"],
                    ["Göteborg", "two berths\nclosed", "388", ""], ["Le Havre", "=SUM(C2:C3)", "", "true"]], table(job, 2)
                assert table(job, 3) == [["Month", "Tonnes"], ["January", "18200"], ["February", "17950"]]
                assert table("delivery-notes-flat", 1) == [["Article", "Pallets"], ["Haddock, frozen", "14"], ["Peas", "6"]]
                assert table("pump-manual-html", 1) == [["Part", "Hours"], ["Filter", "400"], ["Seal", "2,000"]]
                """#)
        }
    }

    @Test("S1.12 values, citations as texts and as objects, topics, splits and chunks; what is not known is left out")
    func values() async throws {
        try await Rig.mounted(adding: Fixtures.shapes) { (_, mount) async throws in
            try await python(
                mount,
                #"""
                job = "inspection-certificate-0771"
                cited = {c["field"]: c for c in lines(job, "citations.jsonl")}
                assert set(cited) == {"certificate", "vessel", "pressure_bar", "weld_3"}
                assert cited["vessel"]["ids"] == ["txt-99", "txt-2"] and cited["vessel"]["page"] == 1
                assert cited["pressure_bar"]["box"] == cited["vessel"]["box"] and cited["pressure_bar"]["confidence"] == 1
                assert cited["weld_3"]["page"] == 1 and len(cited["weld_3"]["box"]) == 8, cited["weld_3"]
                assert [c.get("score") for c in lines(job, "chunks/semantic.jsonl")] == [0.83, None]
                assert lines(job, "chunks/recursive.jsonl") == [{"content": "Receiver B-12"}, {"content": "no leak", "metadata": {"depth": 2}}]
                job = "lease-mill-lane-1987"
                cited = {c["field"]: c for c in lines(job, "citations.jsonl")}
                assert cited["rent"] == {"field": "rent", "page": 2, "box": [0.08, 0.2, 0.92, 0.24]}
                assert cited["landlord"]["confidence"] == 0.98 and cited["years"]["confidence"] == 0.61
                assert cited["reviews[1].year"] == {"field": "reviews[1].year", "ids": ["txt-6"], "page": 2}, cited
                assert value(job, "structured.json")["guarantor"] is None
                job = "schema-loan-file-topics"
                assert value(job, "schema/income.json") == {"employer": "Halden Freight AS", "months": [5210, 5210, None]}
                assert value(job, "schema/valuation.json") == {}
                assert [c["topic"] for c in lines(job, "citations.jsonl")] == ["application"] * 2 + ["income"] * 2
                job = "pipeline-framework-agreement"
                assert value(job, "splits.json")["term and termination"] == [2, 3]
                assert value(job, "structured.json")["notice_months"] == 3
                fields = [c["field"] for c in lines(job, "citations.jsonl")]
                assert "term.months" in fields and "penalty" not in fields
                assert text(job, "pages/0002.md") in text(job, "result.md")
                assert lines("delivery-notes-flat", "images.jsonl") == [{"file": "images/stamp_p2.png", "id": "img-1", "page": 2, "kind": "image"}]
                """#)
        }
    }

    @Test("S1.13 S3.6 what is read first names the children of a batch; failures are told with their cause")
    func told() async throws {
        try await Rig.mounted(adding: Fixtures.shapes) { (_, mount) async throws in
            try await python(
                mount,
                #"""
                batch = text("batch-intake-2024-11", "contents.md")
                assert batch.count("/contents.md)") == 4 and "](../delivery-notes-flat/contents.md)" in batch, batch
                assert "All 4 pages of the document are blank." in text("scan-blank-0043", "error.txt")
                corrupt = text("scan-corrupt-0044", "error.txt")
                assert "The extraction failed; xref table of scan0044.pdf is missing" in corrupt, corrupt
                assert "pulsefs fetch --follow-links" in text("pipeline-framework-agreement-linked", "error.txt")
                """#)
        }
    }

    @Test("S1.14 S3.1 the link of a pipeline, followed by hand, gives the files that the pipeline has without it")
    func followed() async throws {
        try await Rig.mounted(adding: Fixtures.shapes) { (rig: Rig, mount: MountedPulseFS) async throws in
            let plain = "pipeline-framework-agreement"
            let linked = plain + "-linked"
            #expect(try await rig.pulsefs("fetch", "--follow-links", linked).status == 0)
            try await mount.eventually("test -e \"$M/jobs/$1/result.md\"", [linked])
            let same = try await mount.shell(
                "cd \"$M/jobs\" && for d in result.md structured.json splits.json citations.jsonl tables pages chunks; do diff -r \"$1/$d\" \"$2/$d\"; done",
                [plain, linked])
            #expect(same.status == 0 && same.output.isEmpty, "\(same.text)\(same.errors)")
            #expect(rig.emulator.requests(matching: .path("/large_results/\(linked)")).count == 1)
        }
    }
}
