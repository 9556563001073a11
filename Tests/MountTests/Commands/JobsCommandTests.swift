import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs jobs", .takingTurns, .timeLimit(.minutes(10)))
struct JobsCommandTests {
    private static let isListed = "ls \"$M\"/jobs | grep -qx -- \"$1\""

    @Test("S1.2 a job that was added is listed by a mount that is running, and costs no request there")
    func add() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            #expect(try await mount.shell("ls \"$M\"/jobs").text.isEmpty)
            let said = try await rig.pulsefs("jobs", "add", JobName.invoice, JobName.failed)
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(said.cells == [[JobName.invoice, "completed"], [JobName.failed, "failed"]])
            try await mount.eventually(Self.isListed, [JobName.invoice])
            rig.emulator.clearRequests()
            let text = try await mount.shell("cat \"$M/jobs/$1/result.md\"", [JobName.invoice]).text
            #expect(text == rig.emulator.markdown(of: JobName.invoice))
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("what cannot be added is named with the reason, and the others are added, in the order given")
    func addSome() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.pulsefs(
                "jobs", "add", JobName.processing, "--from", "-",
                input: "\n  \(JobName.contoso) \nno-such-job\n\(JobName.invoice)\n\(JobName.processing)\n")
            #expect(said.status == 1)
            #expect(said.cells == [[JobName.processing, "processing"], [JobName.invoice, "completed"]])
            let errors = said.errors.split(separator: "\n")
            #expect(errors.count == 2, "\(said.errors)")
            #expect(errors.first?.hasPrefix("pulsefs: \(JobName.contoso): ") == true)
            #expect(said.errors.contains("403") && said.errors.contains("another organization"))
            #expect(errors.last?.hasPrefix("pulsefs: no-such-job: ") == true && said.errors.contains("404"))
            #expect(rig.emulator.requests().count == 4)
        }
    }

    @Test("a file of ids may come from another system: with a byte order mark, and lines that end as there")
    func foreignFile() async throws {
        try await Rig.with { (rig) async throws in
            let list = rig.scratch.appending("list").string
            for text in ["\\xef\\xbb\\xbf%s\\r\\n\\r\\n%s\\r\\n", "\\xef\\xbb\\xbf%s\\n%s", "%s\\r\\n%s\\r"] {
                try await Shell.run("printf \"$1\" $2 $3 > \"$4\"", [text, JobName.invoice, JobName.failed, list])
                for words in [["jobs", "add"], ["wait"], ["fetch"]] {
                    let said = try await rig.run(words + ["--from", list])
                    #expect(said.status != 64, "\(text): \(said.errors)")
                    #expect(said.text.contains(JobName.invoice), "\(text): \(said.text)")
                }
            }
            try await Shell.run("printf 'a\\r\\nb c\\r\\n' > \"$1\"", [list])
            let wrong = try await rig.run(["jobs", "add", "--from", list])
            #expect(wrong.status == 64 && wrong.errors.contains("\"b c\" in line 2"), "\(wrong.errors)")
        }
    }

    @Test("without a key the jobs of all keys are listed, and no request is made")
    func listWithoutKey() async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice)
            _ = try await rig.pulsefs("jobs", "add", JobName.contoso, key: TestKeys.contoso)
            rig.emulator.clearRequests()
            let own = try await rig.pulsefs("jobs", "list")
            #expect(own.cells.map(\.first) == [JobName.invoice], "\(own.text) \(own.errors)")
            let all = try await rig.pulsefs("jobs", "list", key: nil)
            #expect(all.status == 0 && all.errors.isEmpty, "\(all.errors)")
            #expect(all.cells.map(\.first) == [JobName.invoice, JobName.contoso], "\(all.text)")
            #expect(all.cells.first == own.cells.first)
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("many jobs are asked for, each once, at most 16 at a time")
    func addMany() async throws {
        let jobs = (1...40).map { EmulatedJob.syntheticInline(id: "many-\($0)", markdownSize: 10) }
        try await Rig.with(adding: jobs) { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/job/"))
            let list = rig.scratch.appending("list").string
            try await Shell.run("printf 'many-%d\\n' {1..40} > \"$1\"", [list])
            async let outcome = rig.pulsefs("jobs", "add", "--from", list)
            try await rig.emulator.waitForStalled(16)
            #expect(rig.emulator.activeRequests == 16)
            rig.emulator.clearFaults()
            let said = try await outcome
            #expect(said.status == 0, "\(said.errors)")
            #expect(said.cells == jobs.map { [$0.id, "completed"] })
            #expect(rig.emulator.requests().count == 40)
        }
    }

    @Test(
        "a malformed id is exit code 64, in one line, before anything is asked or forgotten",
        arguments: [["jobs", "add"], ["fetch"], ["jobs", "forget"]])
    func malformed(_ command: [String]) async throws {
        try await Rig.with { (rig) async throws in
            _ = try await rig.pulsefs("jobs", "add", JobName.invoice)
            rig.emulator.clearRequests()
            let words = command + [JobName.invoice, "--from", "-"]
            let said = try await rig.run(words, input: "fine-id\n../etc/passwd\n")
            #expect(said.status == 64 && said.output.isEmpty)
            #expect(said.errors.hasPrefix("pulsefs: \"../etc/passwd\" in line 2 of standard input is not a job id"))
            #expect(said.errors.split(separator: "\n").count == 1)
            let none = try await rig.run(command)
            #expect(none.status == 64 && none.errors.contains("--from"))
            let unread = try await rig.run(command + ["--from", rig.scratch.appending("none").string])
            #expect(unread.status == 64 && unread.errors.contains("cannot read"))
            #expect(rig.emulator.requests().isEmpty)
            #expect(try await rig.pulsefs("jobs", "list").cells.count == 1)
        }
    }

    @Test("list says what is known to this key, without a request")
    func list() async throws {
        try await Rig.with { (rig) async throws in
            #expect(try await rig.pulsefs("jobs", "add", JobName.invoice, JobName.processing).status == 0)
            rig.emulator.clearRequests()
            let lines = try await rig.pulsefs("jobs", "list").cells
            #expect(lines.map { $0.count } == [9, 9])
            let invoice = try #require(lines.first { $0[0] == JobName.invoice })
            #expect(invoice[1...3] == ["completed", "2024-01-22T08:00:52Z", "2024-01-22T08:01:01Z"])
            let images = rig.emulator.imageNames(of: JobName.invoice).count
            // The text, the result and its HTML came with the answer; the images did not.
            #expect(invoice[4...5] == ["3", "\(3 + images)"])
            #expect((Int(invoice[6]) ?? 0) > rig.emulator.markdown(of: JobName.invoice)?.utf8.count ?? .max)
            let heading = try #require(rig.emulator.markdown(of: JobName.invoice)?.split(separator: "\n").first)
            #expect(invoice[7...8] == ["extraction", String(heading.drop { $0 == "#" || $0 == " " })])
            #expect(lines.first { $0[0] == JobName.processing }?[7...8] == ["", ""])
            let json = try #require(try await rig.pulsefs("jobs", "list", "--json").json() as? [[String: Any]])
            #expect(
                Set(json.flatMap(\.keys)) == [
                    "id", "status", "created_at", "updated_at", "checked_at", "files_stored", "files_known", "bytes",
                    "kind", "title",
                ])
            #expect(Set(json.compactMap { $0["id"] as? String }) == [JobName.invoice, JobName.processing])
            // Another key of the same organization has not been shown them.
            let other = try await rig.pulsefs("jobs", "list", "--json", key: TestKeys.northwindSecond)
            #expect((try other.json() as? [Any])?.isEmpty == true)
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S1.2 a forgotten job vanishes from a mount that is running, and is asked for again when it is looked up")
    func forget() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let cat = "cat \"$M/jobs/$1\"/result.md"
            let text = try await mount.shell(cat + " \"$M/jobs/$1\"/images/logo.png | sha256sum", [JobName.invoice])
                .text
            try await mount.shell("stat \"$M/jobs/$1\"", [JobName.failed])
            rig.emulator.clearRequests()
            let said = try await rig.pulsefs("jobs", "forget", JobName.invoice, "never-seen", key: nil)
            #expect(said.status == 1)
            #expect(said.cells.first?[0] == JobName.invoice && said.cells.first?[1] == "4" && said.cells.count == 1)
            #expect(said.errors.hasPrefix("pulsefs: never-seen: "))
            #expect(said.errors.split(separator: "\n").count == 1)
            #expect(rig.emulator.requests().isEmpty)
            #expect(try await Shell.run("find \"$1\"/blobs -type f", [rig.cache.string]).output.isEmpty)
            try await mount.eventually("! \(Self.isListed)", [JobName.invoice])
            #expect(try await mount.shell("ls \"$M\"/jobs").lines == [JobName.failed])
            // What the kernel holds of it goes when the mount notices, a second later at most.
            try await mount.eventually {
                let again = try await mount.shell(
                    cat + " \"$M/jobs/$1\"/images/logo.png | sha256sum", [JobName.invoice])
                #expect(again.text == text)
                return rig.emulator.imageRequests(of: JobName.invoice) > 0
            }
            #expect(rig.emulator.requestCounts["/job/\(JobName.invoice)"] == 1)
            #expect(rig.emulator.imageRequests(of: JobName.invoice) == 1)
            #expect(mount.process.errors.whenQuick.isEmpty)
        }
    }

    @Test(
        "S3.3 a result that came once is kept unless --lose-results says otherwise; then error.txt tells who let go of it"
    )
    func forgetSingleUse() async throws {
        try await Rig.mounted(adding: [.syntheticSingleUse(id: "once", markdownSize: 1000)]) {
            (rig, mount) async throws in
            let text = try await mount.bytes("jobs/once/result.md")
            let kept = try await rig.pulsefs("jobs", "forget", "once")
            #expect(kept.status == 1 && kept.output.isEmpty)
            #expect(kept.errors.contains("result.json") && kept.errors.contains("--lose-results"))
            #expect(try await mount.bytes("jobs/once/result.md") == text)
            let lost = try await rig.pulsefs("jobs", "forget", "--lose-results", "once")
            #expect(lost.status == 0 && lost.errors.isEmpty, "\(lost.errors)")
            try await mount.eventually {
                try await mount.shell("cat \"$M\"/jobs/once/result.md").errors.contains("No such file")
            }
            let explanation = String(decoding: try await mount.bytes("jobs/once/error.txt"), as: UTF8.self)
            #expect(explanation.contains("lost by pulsefs jobs forget"), "\(explanation)")
        }
    }

    @Test("a job may be forgotten while a file of it arrives: the reader gets it whole, and the mount goes on")
    func forgetWhileArriving() async throws {
        let picture = SyntheticImage(size: 500_000, seed: 1)
        try await Rig.mounted(adding: [.syntheticImages(id: "pictures", count: 1, size: picture.size)]) {
            (rig, mount) async throws in
            rig.emulator.set(
                Fault(.stallBody(afterBytes: 300_000), on: .prefix("/results/"), method: "GET", count: 1))
            let image = "jobs/pictures/images/image_0001.png"
            try await ChildProcess.with(mount.cat(image)) { (reader) async throws in
                try await rig.emulator.waitForStalled(1)
                try await reader.waitUntilStuck()
                #expect(try await rig.pulsefs("jobs", "forget", "pictures").status == 0)
                rig.emulator.clearFaults()
                _ = await reader.ended()
            }
            try await rig.emulator.waitUntilIdle()
            try await mount.eventually {
                let bytes = try await mount.bytes(image)
                return bytes == picture.bytes && rig.emulator.requests(matching: .path("/job/pictures")).count == 2
            }
            #expect(try await rig.pulsefs("cache", "verify").status == 0)
            #expect(mount.process.errors.whenQuick.isEmpty, "\(mount.process.errors)")
        }
    }
}
