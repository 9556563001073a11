import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("Names", .takingTurns, .timeLimit(.minutes(10)))
struct NameTests {
    @Test("S1.1: a name that is no job id is absent at once, without a request")
    func malformedNames() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let names = [
                ".git", ".Trash", ".Trash-0", "autorun.inf", "desktop.ini", "*", "?", "[a-z]*", "a b", "-x", "_x",
                "a.b",
                "größe", "a:b", "a%2Fb", String(repeating: "a", count: 129),
            ]
            for name in names {
                #expect(try await mount.errno(of: "os.lstat(p)", "jobs/\(name)") == "ENOENT", "\(name)")
            }
            for name in [".git", "autorun.inf", ".hidden"] {
                #expect(try await mount.errno(of: "os.lstat(p)", name) == "ENOENT")
            }
            #expect(try await mount.shell("echo \"$M\"/jobs/*").text == "\(mount.path)/jobs/*\n")
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S1.1: a well-formed id resolves although it was never listed")
    func unlistedJob() async throws {
        let long = String(repeating: "a", count: 128)
        try await Rig.mounted(adding: [EmulatedJob(id: long), EmulatedJob(id: "7")]) { (rig, mount) async throws in
            for id in [JobName.invoice, long, "7"] {
                #expect(try await mount.shell("test -d \"$M/jobs/$1\"", [id]).status == 0)
                #expect(rig.emulator.requests(matching: .path("/job/\(id)")).count == 1)
            }
        }
    }

    @Test("S1.8: images whose names look alike are two files to programs, and cost a request each")
    func alike() async throws {
        let names = ["Caf\u{e9}.png", "Cafe\u{301}.png"]
        var job = EmulatedJob(
            id: "alike",
            result: .inline([
                "markdown": "",
                "bounding_boxes": [
                    "Images": .array(
                        names.map { name -> JSONNode in ["image_url": .hosted("/results/alike/images/\(name)")] })
                ],
            ]))
        job.images = names.map {
            EmulatedImage(filename: $0, content: ByteSource(text: "\($0.utf8.count) bytes"))
        }
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            for _ in 1...2 {
                let said = try await mount.shell(
                    """
                    cd "$M/jobs/alike/images" && ls | wc -l && cat "$1" && echo && cat "$2" && echo
                    """, names)
                #expect(said.lines == ["2", "9 bytes", "10 bytes"], "\(said.text) \(said.errors)")
            }
            #expect(rig.emulator.imageRequests(of: "alike") == 2)
        }
    }

    @Test("S1.4: a walk over images that cannot be had stumbles over none of them a second time, nor after a remount")
    func refusedImages() async throws {
        try await Rig.with(adding: [.syntheticImages(id: "walk", count: 4, size: 100)]) { rig in
            for round in 1...2 {
                for (name, status) in [("image_0001", 404), ("image_0002", 400), ("image_0003", 410)] {
                    rig.emulator.set(.status(status), on: .path("/results/walk/images/\(name).png"))
                }
                try await rig.mounted { (mount) async throws in
                    // The listing that the kernel keeps is taken back a moment later.
                    let walk = """
                        cd "$M/jobs/walk/images"; ls -l > /dev/null
                        for try in {1..50}; do ls -l > /dev/null 2>&1 && break; sleep 0.1; done; ls
                        """
                    let said = try await mount.shell(walk)
                    #expect(said.status == 0 && said.lines == ["image_0004.png"], "\(said.text) \(said.errors)")
                    #expect(said.errors.isEmpty == (round == 2), "\(said.errors)")
                    let named = try await mount.errno(of: "os.stat(p)", "jobs/walk/images/image_0002.png")
                    #expect(named == "ENOENT")
                    let explained = try await rig.pulsefs(
                        "explain", mount.path.appending("jobs/walk/images/image_0001.png").string)
                    #expect(explained.status == 1 && !explained.text.contains("Nothing is wrong"), "\(explained.text)")
                }
            }
        }
    }

    @Test("S1.4: names that only desktops look for cost no request in images/")
    func desktops() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            try await mount.shell("ls \"$M/jobs/$1/images\"", [JobName.invoice])
            rig.emulator.clearRequests()
            for name in [".directory", ".hidden", ".git", "Thumbs.db", "desktop.ini", "index.html"] {
                #expect(
                    try await mount.errno(of: "os.lstat(p)", "jobs/\(JobName.invoice)/images/\(name)") == "ENOENT")
            }
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S1.2: ls jobs lists what was resolved once, makes no request, and remembers over a remount")
    func listing() async throws {
        try await Rig.with { rig in
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.shell("ls -a \"$M\"/jobs").lines == [".", ".."])
                #expect(rig.emulator.requests().isEmpty)
                try await mount.shell(
                    "cd \"$M\"/jobs; stat $1 $2 $3 $4 no-such-job",
                    [JobName.report, JobName.invoice, JobName.failed, JobName.contoso])
                rig.emulator.clearRequests()
                #expect(
                    try await mount.shell("ls \"$M\"/jobs").lines == [JobName.report, JobName.invoice, JobName.failed])
                #expect(rig.emulator.requests().isEmpty)
            }
            try await rig.mounted { (mount) async throws in
                #expect(
                    try await mount.shell("ls \"$M\"/jobs").lines == [JobName.report, JobName.invoice, JobName.failed])
            }
            try await rig.mounted(key: TestKeys.contoso) { (mount) async throws in
                #expect(try await mount.shell("ls \"$M\"/jobs").output.isEmpty)
            }
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S1.3: result.md is the decoded markdown and nothing else; before the job is completed it does not exist")
    func markdown() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            for job in [JobName.invoice, JobName.report, "memo-1998-archive"] {
                let text = try #require(rig.emulator.markdown(of: job))
                #expect(try await mount.bytes("jobs/\(job)/result.md") == Array(text.utf8))
            }
            #expect(
                try await mount.shell("cat \"$M\"/jobs/unusual-json/result.md").text
                    == "# Naïve café 📄\n\nTab\there, slash / and \\, quote \", 中文, \u{2028} and 𝄞.\n")
            for job in [JobName.processing, JobName.failed] {
                #expect(try await mount.errno(of: "open(p)", "jobs/\(job)/result.md") == "ENOENT")
                #expect(try await !mount.shell("ls \"$M/jobs/$1\"", [job]).lines.contains("result.md"))
            }
            let status = try await mount.shell("jq -r .status \"$M/jobs/$1/status.json\"", [JobName.processing])
            #expect(status.text == "processing\n")
            #expect(try await mount.shell("cat \"$M/jobs/$1/error.txt\"", [JobName.failed]).text.contains("page 3"))
        }
    }

    @Test("S1.4: an image that the result does not list exists if the API has it")
    func unlistedImage() async throws {
        let picture = SyntheticImage(size: 5000, seed: 5)
        let job = EmulatedJob(
            id: "unlisted", result: .inline(["markdown": "# One\n", "page_count": 1]),
            images: [EmulatedImage(filename: "extra 1.png", content: ByteSource(picture))])
        try await Rig.mounted(adding: [job]) { (rig, mount) async throws in
            #expect(try await mount.shell("ls \"$M\"/jobs/unlisted/images").output.isEmpty)
            #expect(try await mount.bytes("jobs/unlisted/images/extra 1.png") == picture.bytes)
            #expect(rig.emulator.imageRequests(of: "unlisted") == 1)
            let missing = try await mount.shell("cat \"$M\"/jobs/unlisted/images/nope.png")
            #expect(missing.errors.contains("No such file"))
            #expect(missing.status == 1)
        }
    }
}

@Suite("Awkward image names", .takingTurns, .timeLimit(.minutes(10)))
struct AwkwardNameTests {
    @Test("S1.4: no name leaves its directory or is shared, and every name that can be one is kept")
    func names() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let listed = try await mount.shell(
                "find \"$M/jobs/$1/images\" -mindepth 1 -printf '%P\\0'", [JobName.oddities])
            let names = listed.text.split(separator: "\0").map(String.init)
            #expect(Set(names).count == names.count)
            for name in names {
                #expect(name.utf8.count <= 255 && !name.contains("/") && name != "..", "\(name)")
                #expect(name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }, "\(name)")
            }
            for name in ["chart.png", "Umsatz & Gewinn (2024) größer 100 %.png", "図表 1.png", "a+b=c;d,e'f.png"] {
                #expect(names.contains(name))
                #expect(
                    try await mount.bytes("jobs/\(JobName.oddities)/images/\(name)")
                        == rig.emulator.imageBytes(name, of: JobName.oddities))
            }
        }
    }

    @Test("S1.4: a data: URI is a file named for its id and type, and what is not one is no file")
    func inlineImages() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let images = "jobs/\(JobName.oddities)/images"
            let logo = rig.emulator.imageBytes("chart.png", of: JobName.oddities)
            #expect(try await mount.bytes("\(images)/inline-1.png") == logo)
            #expect(try await mount.bytes("\(images)/chart.png.png") == logo)
            // These two do not follow each other, so nothing is fetched ahead of them either.
            #expect(rig.emulator.imageRequests(of: JobName.oddities) == 0)
            #expect(
                try await mount.bytes("\(images)/inline-1.svg")
                    == Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8))
            #expect(try await mount.errno(of: "os.stat(p)", "\(images)/broken-inline.png") == "ENOENT")
        }
    }

    @Test("S1.4: nothing hostile in a result becomes a path in the cache or on the API")
    func hostileNames() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            // What cannot be fetched may fail; nothing else may come of it.
            try await mount.shell("cat \"$M/jobs/$1/images\"/* > /dev/null", [JobName.oddities])
            let strangers = try await Shell.run(
                "find \"$1\" -mindepth 1 | grep -E 'passwd|escape|/etc|break|\\.\\.'", [rig.cache.string])
            #expect(strangers.output.isEmpty, "\(strangers.text)")
            for request in rig.emulator.requests() {
                let path = request.path
                let own = path == "/job/\(JobName.oddities)" || path.hasPrefix("/results/\(JobName.oddities)/images/")
                #expect(own && !path.contains("/../") && !path.hasSuffix("/.."), "\(path)")
            }
        }
    }
}
