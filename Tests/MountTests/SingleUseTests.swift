import Foundation
import PulseEmulator
import PulseEmulatorFixtures
import PulseTestSupport
import SystemPackage
import Testing

/// Nothing that PulseFS decides loses a result that can be fetched only once, whenever the service calls its link used up.
@Suite("Results that can be fetched only once", .takingTurns, .timeLimit(.minutes(10)))
struct SingleUseTests {
    private static let size = 400_000
    private static let markdown = SyntheticMarkdown(size: size)
    private static let link = RequestPattern.path("/large_results/once")
    private static let job = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: size)

    private func with(
        _ spending: LinkRules.Spending = .atFirstByte, ranges: Bool = false, adding jobs: [EmulatedJob] = [],
        _ body: (Rig) async throws -> Void
    ) async throws {
        try await Rig.with(adding: [Self.job] + jobs) { (rig) async throws in
            rig.emulator.setFeatures { features in
                features.links.spending = spending
                features.links.refusesOverlaps = true
                features.links.ranges = ranges
            }
            try await body(rig)
        }
    }

    /// Every byte of the text is there, and the link was asked so many times in all.
    private func expectWhole(_ mount: MountedPulseFS, _ rig: Rig, asked count: Int) async throws {
        let bytes = try await mount.bytes("jobs/once/result.md")
        #expect(bytes == Self.markdown.decodedBytes(in: 0..<Self.size))
        #expect(try await mount.shell("jq -e .page_count \"$M/jobs/once/result.json\"").status == 0)
        #expect(rig.emulator.requests(matching: Self.link).count == count)
    }

    /// The bytes of what stands in a directory of the cache.
    private func bytes(in directory: String, _ rig: Rig) async throws -> [Int] {
        try await Shell.run(
            "find \"$1\" -type f ! -name '*.facts' -printf '%s\\n'", [rig.cache.appending(directory).string]
        )
        .lines.compactMap { Int($0) }
    }

    // MARK: Silence, cuts, ends

    @Test(
        "S3.5 a link that is silent is waited for, and not asked again, whoever has left",
        arguments: LinkRules.Spending.allCases)
    func silence(_ spending: LinkRules.Spending) async throws {
        try await with(spending) { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: Self.link, count: 1)
            try await rig.mounted(options: ["--timeout", "2s"]) { (mount) async throws in
                #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.md") == "ETIMEDOUT")
                #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.json") == "ETIMEDOUT")
                rig.emulator.release()
                try await mount.eventually("[ -s \"$M/jobs/once/result.md\" ]")
                try await expectWhole(mount, rig, asked: 1)
            }
        }
    }

    @Test(
        "S3.5 S2.9 what was cut is made good while the reader waits, by a range where the server tells its versions apart",
        arguments: [false, true])
    func cuts(_ ranges: Bool) async throws {
        try await with(.atLastByte, ranges: ranges) { (rig) async throws in
            rig.emulator.set(.cutBody(afterBytes: 100_001), on: Self.link, count: 1)
            rig.emulator.set(.resetBody(afterBytes: 50_000), on: Self.link, count: 1)
            try await rig.mounted { (mount) async throws in
                try await expectWhole(mount, rig, asked: 3)
                let asked = rig.emulator.requests(matching: Self.link).map(\.range)
                #expect(asked[0] == nil)
                if ranges { #expect(asked[1] == "bytes=100001-") } else { #expect(asked == [nil, nil, nil]) }
            }
        }
    }

    @Test(
        "S3.5 a mount that is ended amid a download finishes it first, by signal and by unmount",
        arguments: ["signal", "umount"])
    func ending(_ how: String) async throws {
        try await with { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: Self.link, count: 1)
            try? await rig.mounted { (mount) async throws in
                try await ChildProcess.with(mount.cat("jobs/once/result.md")) { (_) async throws in
                    try await rig.emulator.waitForStalled(1, matching: Self.link)
                    if how == "signal" {
                        mount.process.signal(SIGTERM)
                    } else {
                        try await mount.shell("umount -l \"$M\"")
                    }
                    try await mount.process.waitForErrors("only once is on its way")
                    #expect(await mount.process.ended(within: .milliseconds(300)) == nil)
                    rig.emulator.release()
                    #expect(await mount.process.ended(within: .seconds(20)) == 0)
                }
            }
            try await rig.mounted { (mount) async throws in try await expectWhole(mount, rig, asked: 1) }
        }
    }

    @Test(
        "S3.5 a second signal ends it at once, and the part that has come stays, is set aside when the link is spent, and named"
    )
    func secondSignal() async throws {
        try await with { (rig) async throws in
            let half = Self.size / 2
            rig.emulator.set(.stallBody(afterBytes: half), on: Self.link, count: 1)
            try? await rig.mounted { (mount) async throws in
                try await ChildProcess.with(mount.cat("jobs/once/result.md")) { (_) async throws in
                    try await rig.emulator.waitForStalled(1, matching: Self.link)
                    mount.process.signal(SIGTERM)
                    try await mount.process.waitForErrors("only once is on its way")
                    // What was sent has come.
                    try await rig.eventually { try await bytes(in: "claims", rig) == [half] }
                    mount.process.signal(SIGTERM)
                    #expect(await mount.process.ended(within: .seconds(5)) == 128 + SIGTERM)
                }
            }
            #expect(try await bytes(in: "claims", rig) == [half])
            try await rig.mounted { (mount) async throws in
                #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.md") == "ENOENT")
                let said = try await mount.shell("cat \"$M/jobs/once/error.txt\"").text
                #expect(said.contains("410") && said.contains("\(half) bytes"), "\(said)")
                let path = try #require(said.split(separator: "\n").first { $0.contains("/aside/") })
                let file = path.trimmingCharacters(in: .whitespaces).prefix { $0 != "," }
                let kept = try await Shell.run("head -c 12 \"$1\"; stat -c ' %s' \"$1\"", [String(file)])
                #expect(kept.text == "{\"markdown\": \(half)\n", "\(kept.text)")
                #expect(rig.emulator.requests(matching: Self.link).count == 2)
            }
        }
    }

    @Test("S3.5 fetch: the first ^C says that it can be fetched only once, and waits")
    func interruptedFetch() async throws {
        try await with { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: Self.link, count: 1)
            try await rig.running("fetch", "once") { (child) async throws in
                try await rig.emulator.waitForStalled(1, matching: Self.link)
                child.signal(SIGINT)
                try await child.waitForErrors("can be fetched only once, and is finished first")
                #expect(await child.ended(within: .milliseconds(300)) == nil)
                rig.emulator.release()
                #expect(await child.ended(within: .seconds(20)) != nil)
            }
            try await rig.mounted { (mount) async throws in try await expectWhole(mount, rig, asked: 1) }
        }
    }

    @Test("S2.9 S3.5 a part that a killed process left is gone on with", arguments: [false, true])
    func killed(_ ranges: Bool) async throws {
        try await with(.atLastByte, ranges: ranges) { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: 131_072), on: Self.link, count: 1)
            try? await rig.mounted { (mount) async throws in
                try await ChildProcess.with(mount.cat("jobs/once/result.md")) { (_) async throws in
                    try await rig.emulator.waitForStalled(1, matching: Self.link)
                    let part = rig.cache.appending("claims").string
                    let came = try await Shell.run(
                        """
                        until [ -n "$(find "$1" -type f ! -name '*.facts' -size 128k)" ] && ls "$1"/*.facts; do sleep 0.05; done
                        """,
                        [part], timeout: 20)
                    #expect(came.status == 0)
                    mount.process.signal(SIGKILL)
                    #expect(await mount.process.ended(within: .seconds(5)) != nil)
                }
            }
            try await rig.emulator.waitUntilIdle()
            rig.emulator.clearFaults()
            try await rig.mounted { (mount) async throws in
                try await expectWhole(mount, rig, asked: 2)
                let asked = rig.emulator.requests(matching: Self.link).map(\.range)
                #expect(asked == [nil, ranges ? "bytes=131072-" : nil])
            }
        }
    }

    @Test("S3.5 a redirect of the link is followed, without the key")
    func redirected() async throws {
        try await Emulator.with { (other) async throws in
            other.add(job: Self.job)
            try await with { (rig) async throws in
                rig.emulator.set(.redirect(to: "\(other.baseURL)/large_results/once"), on: Self.link)
                try await rig.mounted { (mount) async throws in
                    try await expectWhole(mount, rig, asked: 1)
                    #expect(other.requests().map(\.keyAlias) == [nil])
                }
            }
        }
    }

    // MARK: What is no result

    @Test(
        "S3.6 S3.5 an error object under 200, and other answers that are no results, are each kept, and the link is asked again"
    )
    func noResult() async throws {
        try await with(.atLastByte) { (rig) async throws in
            let texts = [
                "{\"error\": {\"code\": \"GENERAL_500\", \"message\": \"later\"}}", "{\"detail\": \"later\"}", "<html>",
                "[]",
            ]
            for text in texts { rig.emulator.set(.json(text), on: Self.link, count: 1) }
            try await rig.mounted { (mount) async throws in
                for number in 1...texts.count {
                    #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.md") == "EBADMSG")
                    #expect(try await bytes(in: "aside", rig).count == number)
                }
                let kept = try await Shell.run(
                    "cd \"$1\" && for f in $(ls | sort -V); do cat $f; echo; done",
                    [rig.cache.appending("aside").string])
                #expect(kept.lines == texts)
                try await expectWhole(mount, rig, asked: texts.count + 1)
            }
        }
    }

    // MARK: Room

    /// A file system of this size in memory, for the length of `body`. Mounting one needs root.
    private func withDisk(_ size: String, in rig: Rig, _ body: (FilePath) async throws -> Void) async throws {
        let disk = try rig.scratch.make("disk")
        let made = try await Shell.run("mount -t tmpfs -o size=\(size),mode=700 tmpfs \"$1\"", [disk.string])
        try #require(made.status == 0, "run as root to mount a small disk: \(made.errors)")
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(disk)) } catch { outcome = .failure(error) }
        try await Shell.run("umount -l \"$1\"", [disk.string])
        try outcome.get()
    }

    @Test(
        "S3.5 on a full disk the link is not asked, and the answer is ENOSPC; with room it is",
        .enabled(if: Privilege.isRoot, Privilege.comment))
    func full() async throws {
        try await with { (rig) async throws in
            try await withDisk("8m", in: rig) { (disk) async throws in
                try await rig.mounted(cache: disk.appending("cache")) { (mount) async throws in
                    #expect(try await mount.shell("stat \"$M\"/jobs/once/status.json").status == 0)
                    try await Shell.run("head -c 16m /dev/zero > \"$1\"/filler", [disk.string])
                    #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.md") == "ENOSPC")
                    #expect(rig.emulator.requests(matching: Self.link).isEmpty)
                    let said = try await rig.pulsefs("explain", mount.path.appending("jobs/once/result.md").string)
                    #expect(said.text.contains("Free some space"), "\(said.text)")
                    try await Shell.run("rm \"$1\"/filler", [disk.string])
                    try await expectWhole(mount, rig, asked: 1)
                }
            }
        }
    }

    @Test(
        "S3.5 a disk that fills up amid the download loses nothing, while the mount goes on and after its end",
        .enabled(if: Privilege.isRoot, Privilege.comment),
        arguments: [(false, false), (false, true), (true, false), (true, true)])
    func fullAmid(_ isChunked: Bool, _ isRemounted: Bool) async throws {
        let size = 3_000_000
        let job = EmulatedJob.syntheticSingleUse(id: "large", markdownSize: size)
        let link = RequestPattern.path("/large_results/large")
        try await with(adding: [job]) { (rig) async throws in
            try await withDisk("2500k", in: rig) { (disk) async throws in
                let cache = disk.appending("cache")
                let state = ["XDG_STATE_HOME": rig.scratch.appending("state").string]
                if isChunked { rig.emulator.set(.chunked, on: link) }
                try await rig.mounted(cache: cache, environment: state) { (mount) async throws in
                    #expect(try await mount.errno(of: "open(p).read()", "jobs/large/result.md") == "ENOSPC")
                    #expect(rig.emulator.requests(matching: link).count == 1)
                    if isRemounted { return }
                    try await Shell.run("mount -o remount,size=64m \"$1\"", [disk.string])
                    try await mount.eventually("[ -s \"$M/jobs/large/result.md\" ]")
                    #expect(try await mount.shell("wc -c < \"$M\"/jobs/large/result.md").lines == ["\(size)"])
                }
                try await Shell.run("mount -o remount,size=64m \"$1\"", [disk.string])
                try await rig.mounted(cache: cache, environment: state) { (mount) async throws in
                    #expect(try await mount.shell("wc -c < \"$M\"/jobs/large/result.md").lines == ["\(size)"])
                }
                #expect(rig.emulator.requests(matching: link).count == 1)
                #expect(try await Shell.run("find \"$1\" -type f", [state["XDG_STATE_HOME"] ?? ""]).lines.isEmpty)
            }
        }
    }

    @Test("S3.5 what can be fetched again makes room", .enabled(if: Privilege.isRoot, Privilege.comment))
    func evicts() async throws {
        let images = EmulatedJob.syntheticImages(id: "many", count: 14, size: 1_000_000)
        let job = EmulatedJob.syntheticSingleUse(id: "large", markdownSize: 10_000_000)
        try await with(adding: [images, job]) { (rig) async throws in
            try await withDisk("16m", in: rig) { (disk) async throws in
                try await rig.mounted(cache: disk.appending("cache"), environment: ["XDG_STATE_HOME": "/dev/null"]) {
                    (mount) async throws in
                    #expect(try await mount.shell("cat \"$M\"/jobs/many/images/image_* | wc -c").lines == ["14000000"])
                    #expect(try await mount.shell("wc -c < \"$M\"/jobs/large/result.json").status == 0)
                    #expect(try await mount.shell("jq -e .page_count \"$M\"/jobs/large/result.json").status == 0)
                    #expect(rig.emulator.requests(matching: .path("/large_results/large")).count == 1)
                }
            }
        }
    }

    @Test("S3.5 it needs its own size on the disk once", .enabled(if: Privilege.isRoot, Privilege.comment))
    func once() async throws {
        let job = EmulatedJob.syntheticSingleUse(id: "large", markdownSize: 900_000)
        try await with(adding: [job]) { (rig) async throws in
            try await withDisk("2200k", in: rig) { (disk) async throws in
                try await rig.mounted(cache: disk.appending("cache"), environment: ["XDG_STATE_HOME": "/dev/null"]) {
                    (mount) async throws in
                    let found = try await mount.shell(
                        "cd \"$M\"/jobs/large && wc -c < result.md && jq -r .markdown result.json | wc -c")
                    #expect(found.lines.first == "900000", "\(found.text) \(found.errors) \(mount.process.errors)")
                    #expect(found.lines.count == 2)
                }
            }
        }
    }

    // MARK: Other processes

    @Test(
        "S3.5 S5.4 a stopped process that has begun to fetch it holds up no reader for longer than --timeout, and is named"
    )
    func stopped() async throws {
        try await with { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: Self.size / 2), on: Self.link, count: 1)
            try await rig.running("fetch", "once") { (child) async throws in
                try await rig.emulator.waitForStalled(1, matching: Self.link)
                child.signal(SIGSTOP)
                try await rig.mounted(options: ["--timeout", "2s"]) { (mount) async throws in
                    #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.md") == "ETIMEDOUT")
                    let log = try await mount.shell("cat \"$M/.pulsefs/log\"").text
                    #expect(log.contains("process \(child.identifier) (pulsefs, stopped)"), "\(log)")
                    rig.emulator.release()
                    child.signal(SIGCONT)
                    try await mount.eventually("[ -s \"$M/jobs/once/result.md\" ]")
                    try await expectWhole(mount, rig, asked: 1)
                }
                #expect(await child.ended(within: .seconds(20)) == 0)
            }
        }
    }

    @Test("S5.4 a stopped process that fetches a file which can be had again holds up nobody")
    func stoppedWithAnImage() async throws {
        let image = SyntheticImage(size: 300_000, seed: 1)
        try await with(adding: [.syntheticImages(id: "many", count: 1, size: image.size)]) { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: 1000), on: .prefix("/results/many/"), count: 1)
            try await rig.running("fetch", "many") { (child) async throws in
                try await rig.emulator.waitForStalled(1, matching: .prefix("/results/many/"))
                child.signal(SIGSTOP)
                try await rig.mounted(options: ["--timeout", "20s"]) { (mount) async throws in
                    #expect(try await mount.bytes("jobs/many/images/image_0001.png") == image.bytes)
                }
                child.signal(SIGCONT)
                rig.emulator.release()
                #expect(await child.ended(within: .seconds(20)) == 0)
            }
        }
    }

    @Test(
        "S3.5 a daemon that is killed while the link is silent has lost it only where asking used it up, and error.txt says who asked",
        arguments: LinkRules.Spending.allCases)
    func killedWhileSilent(_ spending: LinkRules.Spending) async throws {
        try await with(spending) { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: Self.link, count: 1)
            try? await rig.mounted { (mount) async throws in
                try await ChildProcess.with(mount.cat("jobs/once/result.md")) { (_) async throws in
                    try await rig.emulator.waitForStalled(1, matching: Self.link)
                    mount.process.signal(SIGKILL)
                    #expect(await mount.process.ended(within: .seconds(5)) != nil)
                    // The server has noticed that nobody listens any more before it goes on.
                    try await rig.emulator.waitUntilIdle()
                }
            }
            rig.emulator.clearFaults()
            try await rig.mounted { (mount) async throws in
                guard spending == .whenAsked else { return try await expectWhole(mount, rig, asked: 2) }
                #expect(try await mount.errno(of: "open(p).read()", "jobs/once/result.md") == "ENOENT")
                let said = try await mount.shell("cat \"$M/jobs/once/error.txt\"").text
                #expect(said.contains("claimed by the mount on"), "\(said)")
            }
        }
    }
}
