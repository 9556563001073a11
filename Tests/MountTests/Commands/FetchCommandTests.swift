import Foundation
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
            #expect(
                try await mount.shell("ls \"$M\"/jobs/once").lines == [
                    "error.txt", "images", "index.html", "status.json",
                ])
            let advice = String(decoding: try await mount.bytes("jobs/once/error.txt"), as: UTF8.self)
            #expect(advice.contains("pulsefs fetch once"), "\(advice)")
            let page = String(decoding: try await mount.bytes("jobs/once/index.html"), as: UTF8.self)
            #expect(page.contains("pulsefs fetch once") && !page.contains("<article"), "\(page)")
            #expect(rig.emulator.requests(matching: Self.link).isEmpty)
            let said = try await rig.pulsefs("fetch", "once")
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(said.cells.first?.prefix(2) == ["once", "2"])
            try await mount.eventually("cat \"$M\"/jobs/once/result.md > /dev/null 2>&1")
            let markdown = SyntheticMarkdown(size: 10_000)
            #expect(try await mount.bytes("jobs/once/result.md") == markdown.decodedBytes(in: 0..<markdown.size))
            try await mount.eventually("! [ -e \"$M\"/jobs/once/error.txt ]")
            try await mount.eventually("grep -q '<article' \"$M\"/jobs/once/index.html")
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
            #expect(said.errors == "pulsefs: PULSEFS_LARGE_RESULTS: \"sometimes\" is not one of: automatic, manual\n")
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
            rig.emulator.set(.status(500), on: .regex("/\(JobName.report)/images/fig-2-"))
            try await Shell.run(
                "curl -fsS -H \"x-api-key: $1\" \"$2\"",
                [TestKeys.northwind, "\(rig.emulator.baseURL)/large_results/once"])
            let said = try await rig.pulsefs(
                "fetch", JobName.processing, JobName.failed, "once", JobName.report, JobName.contoso, JobName.invoice,
                timeout: "1s")
            #expect(said.status == 1)
            #expect(said.cells.map { $0[0] } == [JobName.invoice])
            let errors = said.errors.split(separator: "\n").map(String.init)
            let expected = [
                ("\(JobName.processing): ", "still running (processing)"), ("\(JobName.failed): ", "page 3 is damaged"),
                ("once: ", "downloaded only once"), ("\(JobName.report)/images/fig-", "500"),
                ("\(JobName.contoso): ", "another organization"), ("1 of 6 jobs are whole", ""),
            ]
            #expect(errors.count == expected.count, "\(said.errors)")
            for (line, (beginning, words)) in zip(errors, expected) {
                #expect(line.hasPrefix("pulsefs: \(beginning)") && (words.isEmpty || line.contains(words)), "\(line)")
            }
            rig.emulator.clearFaults()
            let mended = try await rig.pulsefs("fetch", JobName.report)
            #expect(mended.status == 0, "\(mended.errors)")
        }
    }

    private static func pictures(_ count: Int, id: String = "pictures", size: Int = 1000) -> EmulatedJob {
        .syntheticImages(id: id, count: count, size: size)
    }

    @Test("S5.1: what fails for a moment is fetched all the same")
    func passing() async throws {
        try await Rig.with(adding: [Self.pictures(3)]) { (rig) async throws in
            rig.emulator.set(.status(503), on: .path("/job/pictures"), count: 1)
            rig.emulator.set(.status(500), on: .prefix("/results/pictures/"), count: 2)
            let said = try await rig.pulsefs("fetch", "pictures")
            #expect(said.status == 0 && said.cells.map { $0[0] } == ["pictures"], "\(said.errors)")
        }
    }

    @Test("each file that cannot be fetched is named, and the rest of many counted; a second run asks for these alone")
    func partial() async throws {
        try await Rig.with(adding: [Self.pictures(25)]) { (rig) async throws in
            rig.emulator.set(.status(500), on: .regex("images/image_00(0[3-9]|1|2)"))
            let said = try await rig.pulsefs("fetch", "pictures", JobName.invoice, timeout: "1s")
            #expect(said.status == 1)
            #expect(said.cells.map { $0[0] } == [JobName.invoice])
            let errors = said.errors.split(separator: "\n").map(String.init)
            #expect(errors.count == 22, "\(said.errors)")
            for (line, number) in zip(errors, 3...22) {
                let name = EmulatedJob.syntheticImageName(number)
                #expect(line.hasPrefix("pulsefs: pictures/images/\(name): ") && line.contains("500"), "\(line)")
            }
            #expect(errors.dropFirst(20).first == "pulsefs: pictures: and 3 more files could not be fetched")
            #expect(errors.last == "pulsefs: 1 of 2 jobs are whole")

            let json = try #require(
                try await rig.pulsefs("fetch", "--json", "pictures", JobName.invoice, timeout: "1s").json()
                    as? [[String: Any]])
            #expect(json.compactMap { $0["id"] as? String } == ["pictures", JobName.invoice])
            #expect(json.compactMap { $0["whole"] as? Bool } == [false, true])
            #expect(json.compactMap { $0["files"] as? Int }.first == 4)
            let problems = try #require(json.first?["problems"] as? [[String: String]])
            #expect(problems.count == 23 && problems.first?["file"] == "images/image_0003.png")
            #expect(problems.allSatisfy { $0["reason"]?.contains("500") == true })

            rig.emulator.clearFaults()
            rig.emulator.clearRequests()
            let mended = try await rig.pulsefs("fetch", "pictures", JobName.invoice)
            #expect(mended.status == 0 && mended.errors.isEmpty, "\(mended.errors)")
            #expect(mended.cells.first?.prefix(2) == ["pictures", "27"])
            #expect(rig.emulator.requests().count == 23 && rig.emulator.imageRequests(of: "pictures") == 23)
        }
    }

    @Test(
        "what is here when it is killed is not asked for again, and all that is not is", arguments: [SIGKILL, SIGINT])
    func resumed(_ signal: Int32) async throws {
        try await Rig.with(adding: [Self.pictures(12)]) { (rig) async throws in
            rig.emulator.set(Fault(.stallBeforeHeaders, on: .prefix("/results/pictures/"), skipping: 5))
            try await rig.running("fetch", "pictures") { (fetch) async throws in
                try await rig.emulator.waitForStalled(7)
                try await rig.eventually {
                    try await Shell.run("find \"$1\"/blobs -type f", [rig.cache.string]).lines.count == 2 + 5
                }
                fetch.signal(signal)
                #expect(await fetch.ended() == 128 + signal)
                #expect(fetch.output.isEmpty)
                #expect(fetch.errors == "")
            }
            rig.emulator.clearFaults()
            rig.emulator.clearRequests()
            let said = try await rig.pulsefs("fetch", "pictures")
            #expect(
                said.status == 0 && said.cells == [["pictures", "14", said.cells.first?.last ?? ""]], "\(said.errors)")
            #expect(rig.emulator.imageRequests(of: "pictures") == 7)
            #expect(rig.emulator.requests().count == 7)
            #expect(try await rig.pulsefs("cache", "verify").status == 0)
        }
    }

    @Test("at most 16 requests go on at a time over all jobs")
    func width() async throws {
        let jobs = (1...5).map { Self.pictures(10, id: "pictures-\($0)") }
        try await Rig.with(adding: jobs) { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/results/"))
            async let outcome = rig.run(["fetch"] + jobs.map(\.id))
            try await rig.emulator.waitForStalled(16)
            #expect(rig.emulator.activeRequests == 16)
            rig.emulator.clearFaults()
            #expect(try await outcome.cells.map { $0[1] } == jobs.map { _ in "12" })
        }
    }

    @Test("--all is every job that the cache knows for the key, each once, after those that are named")
    func all() async throws {
        let many = (1...1100).map { EmulatedJob.syntheticInline(id: "many-\($0)", markdownSize: 10) }
        try await Rig.with(adding: many + [Self.pictures(3)]) { (rig) async throws in
            let nothing = try await rig.pulsefs("fetch", "--all")
            #expect(nothing.status == 0 && nothing.output.isEmpty)
            #expect(nothing.errors == "pulsefs: there is nothing to fetch: the cache knows no job for this key\n")
            #expect(try await rig.pulsefs("fetch", "--all", "--json").text == "[\n\n]\n")
            let list = many.map { $0.id + "\n" }.joined() + "pictures\n"
            #expect(try await rig.pulsefs("jobs", "add", "--from", "-", input: list).status == 0)
            rig.emulator.clearRequests()
            let said = try await rig.pulsefs(
                "fetch", "--all", "many-7", "--from", "-", input: "\(JobName.invoice)\nmany-7\n")
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            let rest = many.map(\.id).filter { $0 != "many-7" } + ["pictures"]
            #expect(Array(said.cells.map { $0[0] }.prefix(2)) == ["many-7", JobName.invoice])
            #expect(Set(said.cells.dropFirst(2).map { $0[0] }) == Set(rest) && said.cells.count == rest.count + 2)
            #expect(rig.emulator.imageRequests(of: "pictures") == 3)
            #expect(rig.emulator.requests(matching: .prefix("/job/")).map(\.path) == ["/job/\(JobName.invoice)"])
            let other = try await rig.pulsefs("fetch", "--all", key: TestKeys.northwindSecond)
            #expect(other.status == 0 && other.output.isEmpty, "another key is not shown them")
        }
    }

    @Test("--wait waits for jobs that run, however many, and others are fetched meanwhile")
    func waits() async throws {
        let running = (1...20).map { EmulatedJob(id: "slow-\($0)", timetable: .always(.processing)) }
        let timed = EmulatedJob(
            id: "timed", timetable: .running(processingAfter: .zero, endsAfter: .seconds(1)),
            result: .inline(["markdown": "# done"]))
        try await Rig.with(adding: running + [timed]) { (rig) async throws in
            let images = rig.emulator.imageNames(of: JobName.report).count
            let list = rig.scratch.appending("list").string
            try await Shell.run("printf '%s\\n' slow-{1..20} timed \(JobName.report) > \"$1\"", [list])
            try await rig.running("fetch", "--wait", "--json", "--from", list) { (fetch) async throws in
                try await rig.eventually { rig.emulator.imageRequests(of: JobName.report) == images }
                #expect(!fetch.hasEnded && fetch.output.isEmpty)
                for job in running.dropLast() { rig.emulator.add(job: Self.pictures(2, id: job.id)) }
                rig.emulator.add(job: EmulatedJob(id: "slow-20", timetable: .always(.failed), error: "Page 1 is torn."))
                #expect(await fetch.ended() == 1)
                let json = try JSONSerialization.jsonObject(with: Data(fetch.output)) as? [[String: Any]]
                let jobs = try #require(json)
                #expect(jobs.compactMap { $0["id"] as? String } == running.map(\.id) + ["timed", JobName.report])
                #expect(jobs.count { $0["whole"] as? Bool == true } == 21)
                #expect(jobs.prefix(19).allSatisfy { $0["files"] as? Int == 4 })
                #expect(jobs[19]["status"] as? String == "failed")
                let problems = try #require(jobs[19]["problems"] as? [[String: Any]])
                #expect(problems.count == 1 && problems[0]["file"] is NSNull)
                #expect((problems[0]["reason"] as? String)?.contains("Page 1 is torn") == true)
                #expect(
                    fetch.errors.contains("pulsefs: slow-20: ") && fetch.errors.hasSuffix("21 of 22 jobs are whole\n"))
            }
        }
    }

    @Test("--wait goes on when the API cannot be asked for a moment, and gives up after --wait-timeout")
    func waitTimeout() async throws {
        try await Rig.with { (rig) async throws in
            let path = RequestPattern.path("/job/\(JobName.invoice)")
            rig.emulator.set(.status(503), on: path, count: 1)
            let patient = try await rig.pulsefs("fetch", "--wait", JobName.invoice)
            #expect(patient.status == 0 && patient.errors.isEmpty, "\(patient.errors)")
            #expect(rig.emulator.requests(matching: path).count == 2)
            rig.emulator.set(.status(503), on: .path("/job/\(JobName.report)"))
            let impatient = try await rig.pulsefs(
                "fetch", "--wait", "--wait-timeout", "1s", JobName.report, JobName.invoice)
            #expect(impatient.status == 1 && impatient.cells.map { $0[0] } == [JobName.invoice])
            #expect(impatient.errors.hasPrefix("pulsefs: \(JobName.report): "), "\(impatient.errors)")
            #expect(rig.emulator.requestCounts["/job/\(JobName.report)", default: 0] > 1)
        }
    }

    @Test("on a terminal it is shown how far it has come, bytes of a file that is still arriving included")
    func progress() async throws {
        let slow = EmulatedJob(id: "slow", timetable: .always(.processing))
        try await Rig.with(adding: [Self.pictures(1, size: 3_000_000), slow]) { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: 200_000), on: .prefix("/results/"))
            let command = ["script", "-qec", "\"$P\" fetch --wait pictures slow", "/dev/null"]
            try await rig.running(program: command) { (shown) async throws in
                try await rig.emulator.waitForStalled(1)
                try await shown.waitForOutput("] 33 %  0 of 2 jobs, 1 still running, 2 files, ")
                try await rig.eventually {
                    let text = String(decoding: shown.output, as: UTF8.self)
                    return text.contains(#/ 2 files, [1-9][0-9.]* (KiB|MiB) received, [1-9][0-9.]* (KiB|MiB)\/s/#)
                }
                rig.emulator.clearFaults()
                rig.emulator.add(job: .syntheticInline(id: "slow", markdownSize: 10))
                #expect(await shown.ended() == 0)
                let text = String(decoding: shown.output, as: UTF8.self)
                #expect(text.contains("pictures  3  2.9 MiB") && text.contains("slow      2  "), "\(text)")
            }
        }
    }

    @Test(
        "wrong usage is exit code 64, in one line, and nothing is asked",
        arguments: [
            "--watch list --from list", "--watch list --all", "--watch list an-id", "--wait-timeout 1m an-id",
            "--watch .", "",
        ])
    func usage(_ words: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.run(["fetch"] + words.split(separator: " ").map(String.init))
            #expect(said.status == 64 && said.output.isEmpty)
            #expect(
                said.errors.hasPrefix("pulsefs: ") && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
            #expect(rig.emulator.requests().isEmpty)
        }
    }
}
