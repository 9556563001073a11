import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

/// Jobs that the API lets go of while they are mounted, and what programs see of them.
@Suite("Expiry", .takingTurns, .timeLimit(.minutes(5)))
struct ExpiryTests {
    private static let job = "pictures"
    private static let asked = RequestPattern.path("/job/pictures")
    private static let markdown = "# 3 images\n"

    private static func pictures(_ status: EmulatedJobStatus) -> EmulatedJob {
        var job = EmulatedJob.syntheticImages(id: job, count: 3, size: 40_000)
        job.timetable = .finished(status, created: Date(timeIntervalSince1970: 1_740_000_000), took: .seconds(60))
        return job
    }

    private static func expire(byStatus: Bool, _ rig: Rig) {
        if byStatus { rig.emulator.add(job: pictures(.expired)) } else { rig.emulator.remove(job: job) }
    }

    private static func image(_ number: Int) -> [UInt8] { SyntheticImage(size: 40_000, seed: UInt64(number)).bytes }

    /// Reads a part of the job, and looks at the rest in every way in which the kernel might remember it.
    private static let look = """
        cd "$M/jobs/pictures" || exit
        for pass in 1 2; do
          cat result.md images/image_0001.png status.json > /dev/null || exit
          ls -lR . > /dev/null; stat images images/image_0002.png > /dev/null || exit
          [ ! -e error.txt ] || exit
        done
        """

    @Test(
        "S6.4 a job that expires, or is 404, while it is mounted: what was read stays, the rest is ENOENT, and it is said why",
        arguments: [true, false])
    func expires(byStatus: Bool) async throws {
        try await Rig.with(adding: [Self.pictures(.completed)]) { (rig) async throws in
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.shell(Self.look).status == 0)
                Self.expire(byStatus: byStatus, rig)
                #expect(
                    try await mount.errno(of: "open(p, 'rb').read()", "jobs/pictures/images/image_0003.png") == "ENOENT"
                )
                #expect(rig.emulator.requests(matching: Self.asked).count == 2)
                rig.emulator.clearRequests()
                try await waitForExplanation(mount)
                try await expectRemains(mount, byStatus: byStatus)
                #expect(rig.emulator.requests().isEmpty)
            }
            await rig.emulator.shutDown()
            try await rig.mounted { (mount) async throws in try await expectRemains(mount, byStatus: byStatus) }
        }
    }

    /// That there is no error.txt the kernel may believe for ten seconds.
    private func waitForExplanation(_ mount: MountedPulseFS) async throws {
        let outcome = try await mount.shell(
            KeyScript.again + "again cat \"$M\"/jobs/pictures/error.txt", timeout: 30)
        #expect(outcome.status == 0, "there is no error.txt")
    }

    private func expectRemains(_ mount: MountedPulseFS, byStatus: Bool) async throws {
        #expect(try await mount.bytes("jobs/pictures/result.md") == Array(Self.markdown.utf8))
        #expect(try await mount.bytes("jobs/pictures/images/image_0001.png") == Self.image(1))
        for call in ["os.stat(p)", "open(p, 'rb').read()"] {
            for number in 2...3 {
                let errno = try await mount.errno(of: call, "jobs/pictures/images/image_000\(number).png")
                #expect(errno == "ENOENT", "\(call) of image \(number)")
            }
        }
        let listing = try await mount.shell("cd \"$M\"/jobs/pictures && ls && ls -l images")
        #expect(
            listing.lines.prefix(8) == [
                "contents.md", "error.txt", "images", "images.jsonl", "index.html", "result.json", "result.md",
                "status.json",
            ])
        #expect(listing.text.contains("image_0001") && !listing.text.contains("image_0002"), "\(listing.text)")
        #expect(listing.errors.isEmpty)
        let explanation = String(decoding: try await mount.bytes("jobs/pictures/error.txt"), as: UTF8.self)
        #expect(explanation.contains(byStatus ? "The job expired" : "was answered 404"))
        #expect(explanation.contains("submit the document again"))
        let status = String(decoding: try await mount.bytes("jobs/pictures/status.json"), as: UTF8.self)
        #expect(status.contains(byStatus ? "\"expired\"" : "\"completed\""))
        let known = String(decoding: try await mount.bytes(".pulsefs/jobs"), as: UTF8.self)
        #expect(known == "pictures\texpired\n")
    }

    @Test(
        "S6.4 through descriptors and working directories from before: ENOENT for what is gone, bytes for what is here")
    func heldOpen() async throws {
        try await Rig.mounted(adding: [Self.pictures(.completed)]) { (rig, mount) async throws in
            let script = """
                cd "$M/jobs/pictures/images" || exit
                exec 3< image_0001.png 4< image_0002.png
                cat ../result.md image_0001.png > /dev/null
                touch "$1/ready"; until [ -e "$1/expired" ]; do sleep 0.05; done
                cat <&4 2>&1
                cat <&3 | sha256sum; sha256sum < image_0001.png
                ls
                """
            async let outcome = mount.shell(script, [rig.scratch.path.string], timeout: 30)
            try await mount.eventually("[ -e \"$1\"/ready ]", [rig.scratch.path.string])
            Self.expire(byStatus: true, rig)
            try await Shell.run("touch \"$1\"/expired", [rig.scratch.path.string])
            let lines = try await outcome.lines
            try #require(lines.count == 4, "\(lines)")
            #expect(lines[0].contains("No such file or directory"))
            #expect(lines[1] == lines[2])
            #expect(lines[3] == "image_0001.png")
        }
    }

    @Test(
        "S6.4 --on-expiry=drop, as an option or in the environment, removes the files of a job that expires",
        arguments: [true, false])
    func drop(asOption: Bool) async throws {
        try await Rig.with(adding: [Self.pictures(.completed)]) { (rig) async throws in
            let options = asOption ? ["--on-expiry=drop"] : []
            let environment = asOption ? [:] : ["PULSEFS_ON_EXPIRY": "drop"]
            try await rig.mounted(options: options, environment: environment) { (mount) async throws in
                #expect(try await mount.shell(Self.look).status == 0)
                Self.expire(byStatus: true, rig)
                #expect(
                    try await mount.errno(of: "open(p, 'rb').read()", "jobs/pictures/images/image_0003.png") == "ENOENT"
                )
                try await waitForExplanation(mount)
                try await expectDropped(mount)
                let left = try await Shell.run("find \"$1\"/blobs -type f", [rig.cache.string])
                #expect(left.lines.isEmpty)
            }
            rig.emulator.clearRequests()
            try await rig.mounted { (mount) async throws in try await expectDropped(mount) }
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    private func expectDropped(_ mount: MountedPulseFS) async throws {
        #expect(try await mount.shell("ls \"$M\"/jobs/pictures").lines == ["error.txt", "index.html", "status.json"])
        for file in ["result.md", "result.json", "images", "images/image_0001.png"] {
            #expect(try await mount.errno(of: "os.stat(p)", "jobs/pictures/\(file)") == "ENOENT", "\(file)")
        }
        let known = String(decoding: try await mount.bytes(".pulsefs/jobs"), as: UTF8.self)
        #expect(known == "pictures\texpired\n")
    }

    @Test("S3.3 S6.4 what can be fetched only once stays readable with --on-expiry=drop, and after a remount")
    func singleUse() async throws {
        let picture = EmulatedImage(filename: "a.png", content: ByteSource(text: "a picture"))
        let once = EmulatedJob(
            id: "once",
            result: .singleUse([
                "markdown": "once",
                "bounding_boxes": ["Images": [["id": "a", "image_url": .hosted("/results/once/images/a.png")]]],
            ]), images: [picture])
        try await Rig.with(adding: [once]) { (rig) async throws in
            for round in 1...2 {
                try await rig.mounted(options: ["--on-expiry=drop"]) { (mount) async throws in
                    #expect(try await mount.bytes("jobs/once/result.md") == Array("once".utf8))
                    if round == 1 {
                        rig.emulator.remove(job: "once")
                        #expect(try await mount.errno(of: "os.stat(p)", "jobs/once/images/a.png") == "ENOENT")
                    }
                    let advice = try await mount.shell("cat \"$M\"/jobs/once/error.txt")
                    #expect(advice.text.contains("only once: that stays readable"))
                    #expect(try await mount.bytes("jobs/once/result.md") == Array("once".utf8))
                }
            }
            #expect(rig.emulator.requests(matching: .path("/large_results/once")).count == 1)
        }
    }

    @Test("S6.4 pulsefs fetch says of an expired job that it is, honours PULSEFS_ON_EXPIRY, and forgetting asks anew")
    func commands() async throws {
        try await Rig.with(adding: [Self.pictures(.completed)]) { (rig) async throws in
            #expect(try await rig.pulsefs("jobs", "add", Self.job).text == "pictures\tcompleted\n")
            rig.emulator.remove(job: Self.job)
            let fetched = try await Shell.run(
                "PULSEFS_ON_EXPIRY=drop \"$@\"", [BuiltProducts.pulsefs, "fetch", Self.job],
                environment: [
                    "PULSE_API_URL": rig.emulator.baseURL, "PULSEFS_CACHE_DIR": rig.cache.string,
                    "PULSE_API_KEY": TestKeys.northwind,
                ])
            #expect(fetched.status == 1 && fetched.errors.contains("pictures: The job is gone"), "\(fetched.errors)")
            #expect(try await Shell.run("find \"$1\"/blobs -type f", [rig.cache.string]).lines.isEmpty)
            rig.emulator.clearRequests()
            let again = try await rig.pulsefs("fetch", Self.job)
            #expect(again.status == 1 && again.errors.contains("The job is gone"), "\(again.errors)")
            #expect(rig.emulator.requests().isEmpty)
            #expect(try await rig.pulsefs("jobs", "list").cells.first?[1] == "expired")
            rig.emulator.add(job: Self.pictures(.completed))
            #expect(try await rig.pulsefs("jobs", "forget", Self.job).status == 0)
            #expect(try await rig.pulsefs("fetch", Self.job).status == 0)
        }
    }
}
