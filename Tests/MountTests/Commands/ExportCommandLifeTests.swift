import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("How an export goes on and ends", .takingTurns, .timeLimit(.minutes(10)))
struct ExportCommandLifeTests {
    @Test(
        "S7.8 killed at any moment, it leaves each job whole or not at all, and the next export goes on",
        arguments: [false, true])
    func killed(_ replaces: Bool) async throws {
        let jobs = (1...12).map { EmulatedJob.syntheticImages(id: "job-\($0)", count: 6, size: 40_000) }
        try await Rig.with(adding: jobs) { (rig) async throws in
            #expect(try await rig.run(["fetch"] + jobs.map(\.id)).status == 0)
            // Each round exports what the last one left; where jobs are replaced, a file of each is not as it should be.
            let said = try await rig.shell(
                """
                "$P" export job-{1..12} "$D.right" > /dev/null || exit 9
                for round in {1..30}; do
                    if [ "$1" = true ] && [ -d "$D" ]; then
                        for job in "$D"/job-*; do touch "$job/images/image_0001.png"; echo "$round" > "$job/mine"; done
                    fi
                    "$P" export job-{1..12} "$D" > /dev/null 2>&1 & export=$!
                    until compgen -G "$D/.pulsefs-export-*" > /dev/null || ! kill -0 $export 2> /dev/null; do :; done
                    # It writes now: any moment from here on is one to be killed at.
                    sleep "0.$(printf %03d $((RANDOM % 400)))"
                    kill -KILL $export 2> /dev/null; wait $export 2> /dev/null
                    [ -d "$D" ] || continue
                    for job in "$D"/job-*; do
                        [ -d "$job" ] || continue
                        diff -r -x mine "$D.right/${job##*/}" "$job" || echo "half a job: $job in round $round"
                        if [ "$1" = true ] && [ -e "$job/mine" ] && [ "$(cat "$job/mine")" != "$round" ]; then
                            echo "lost: $job in round $round"
                        fi
                    done
                    if [ "$1" = false ]; then rm -rf "$D"/job-$((RANDOM % 12 + 1)); fi
                done
                mkdir "$D/.pulsefs-export-left" "$D/.pulsefs-export-left/job-1.new"; touch "$D/.pulsefs-export-left/lock"
                "$P" export job-{1..12} "$D" > /dev/null || echo "the last one failed"
                diff -r -x mine "$D.right" "$D" && ls -A "$D" | grep -v '^job-'
                exit 0
                """, "\(replaces)", timeout: 300)
            #expect(said.status == 0 && said.output.isEmpty, "\(said.text)\(said.errors)")
        }
    }

    /// A file system of this size in memory, for the length of `body`. Mounting one needs root.
    private func withDisk(_ size: String, in rig: Rig, _ body: (FilePath) async throws -> Void) async throws {
        let disk = try rig.scratch.make("disk")
        let made = try await Shell.run("mount -t tmpfs -o size=\(size),mode=700 tmpfs \"$1\"", [disk.string])
        try #require(made.status == 0, "run as root to mount a small disk: \(made.errors)")
        do {
            try await body(disk)
            try await Shell.run("umount -l \"$1\"", [disk.string])
        } catch {
            try await Shell.run("umount -l \"$1\"", [disk.string])
            throw error
        }
    }

    @Test("S7.8 on a full disk it says so once, and leaves whole jobs; with room it goes on")
    func full() async throws {
        let jobs = (1...10).map { EmulatedJob.syntheticImages(id: "job-\($0)", count: 4, size: 100_000) }
        try await Rig.with(adding: jobs) { (rig) async throws in
            try await withDisk("2m", in: rig) { disk in
                let out = disk.appending("out").string
                let said = try await rig.run(["export"] + jobs.map(\.id) + [out])
                #expect(said.status == 73)
                let errors = said.errors.split(separator: "\n")
                #expect(errors.count == 2 && errors.first?.contains("free some space") == true, "\(said.errors)")
                let whole = said.cells.count
                #expect(whole > 0 && whole < 10 && errors.last == "pulsefs: \(whole) of 10 jobs are exported")
                #expect(try await Shell.run("ls -A \"$1\"", [out]).lines.sorted() == said.cells.map { $0[0] }.sorted())
                #expect(try await Shell.run("mount -o remount,size=20m \"$1\"", [disk.string]).status == 0)
                let rest = try await rig.run(["export"] + jobs.map(\.id) + [out])
                #expect(rest.status == 0 && rest.cells.count { $0[4] == "unchanged" } == whole, "\(rest.errors)")
            }
        }
    }

    @Test("S7.8 a file system that is read-only takes nothing, and is no trouble when all is there")
    func readOnly() async throws {
        try await Rig.with { (rig) async throws in
            try await withDisk("10m", in: rig) { disk in
                #expect(try await rig.pulsefs("export", JobName.invoice, disk.string).status == 0)
                #expect(try await Shell.run("mount -o remount,ro \"$1\"", [disk.string]).status == 0)
                let same = try await rig.pulsefs("export", JobName.invoice, disk.string)
                #expect(same.status == 0 && same.cells.map { $0[4] } == ["unchanged"], "\(same.errors)")
                let said = try await rig.pulsefs("export", JobName.invoice, JobName.report, disk.string)
                #expect(said.status == 73 && said.errors.contains("cannot write into"), "\(said.errors)")
            }
        }
    }

    @Test("--watch exports what is appended to a file, once it has ended, until ^C", arguments: [SIGINT, SIGTERM])
    func watch(_ signal: Int32) async throws {
        let jobs = [
            EmulatedJob.syntheticInline(id: "first", markdownSize: 10),
            EmulatedJob(
                id: "timed", timetable: .running(processingAfter: .zero, endsAfter: .seconds(1)),
                result: .inline(["markdown": "# done"])),
        ]
        try await Rig.with(adding: jobs) { (rig) async throws in
            let list = rig.scratch.appending("list").string
            try await rig.running("export", "--json", "--watch", list, rig.exported.string) { (export) async throws in
                try await Shell.run("printf 'first\\n' > \"$1\"", [list])
                try await export.waitForOutput("\"first\"")
                #expect(try await rig.shell("ls -A \"$D\"/first").lines.contains("result.md"))
                try await Shell.run("printf 'timed\\nfirst\\n' >> \"$1\"", [list])
                try await export.waitForOutput("\"timed\"")
                #expect(try await rig.shell("cat \"$D\"/timed/result.md").text == "# done")
                export.signal(signal)
                #expect(await export.ended() == 0)
                #expect(export.errors == "pulsefs: 2 of 2 jobs are exported\n")
            }
            #expect(try await rig.shell("ls -A \"$D\"").lines == ["first", "timed"])
        }
    }

    @Test("--wait waits for a job that runs, which is else exported as it is")
    func waits() async throws {
        let slow = EmulatedJob(id: "slow", timetable: .always(.processing))
        try await Rig.with(adding: [slow]) { (rig) async throws in
            let running = try await rig.export(["slow"])
            #expect(running.status == 0 && running.cells.map { $0[1] } == ["processing"], "\(running.errors)")
            #expect(try await rig.shell("ls \"$D\"/slow").lines == ["index.html", "status.json"])
            rig.emulator.clearRequests()
            try await rig.running("export", "--wait", "slow", rig.exported.string) { (export) async throws in
                try await rig.eventually { !rig.emulator.requests().isEmpty }
                #expect(!export.hasEnded)
                rig.emulator.add(job: .syntheticInline(id: "slow", markdownSize: 10))
                #expect(await export.ended() == 0)
                #expect(String(decoding: export.output, as: UTF8.self).hasPrefix("slow\tcompleted\t"))
            }
            #expect(try await rig.shell("ls \"$D\"/slow").lines.contains("result.md"))
        }
    }

    @Test(
        "S3.5 the first ^C finishes a result that can be fetched only once, and says so; it is exported the next time")
    func interrupted() async throws {
        let once = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 400_000)
        try await Rig.with(adding: [once]) { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: 50_000), on: .path("/large_results/once"))
            try await rig.running("export", "once", rig.exported.string) { (export) async throws in
                try await rig.emulator.waitForStalled(1)
                export.signal(SIGINT)
                try await export.waitForErrors("can be fetched only once, and is finished first")
                rig.emulator.clearFaults()
                #expect(await export.ended() == 130)
            }
            #expect(try await rig.shell("ls -A \"$D\"").output.isEmpty)
            let said = try await rig.export(["once"])
            #expect(said.status == 0 && said.cells.map { $0[4] } == ["written"], "\(said.errors)")
            #expect(rig.emulator.requests(matching: .path("/large_results/once")).count == 1)
        }
    }

    @Test("S3.1 with --large-results=manual the result is left alone, as in a mount")
    func manual() async throws {
        let once = EmulatedJob.syntheticSingleUse(id: "once", markdownSize: 10_000)
        try await Rig.with(adding: [once]) { (rig) async throws in
            let said = try await rig.export(["once"], "--large-results", "manual")
            #expect(said.status == 0, "\(said.errors)")
            #expect(
                try await rig.shell("ls \"$D\"/once").lines == ["error.txt", "images", "index.html", "status.json"])
            #expect(rig.emulator.requests(matching: .path("/large_results/once")).isEmpty)
        }
    }

    @Test("S7.8 without libfuse it exports, and a mount says what to install")
    func withoutLibrary() async throws {
        try await Rig.with { (rig) async throws in
            let mountpoint = try rig.scratch.make("mnt").string
            let said = try await rig.shell(
                """
                unshare -m --propagation private bash -c '
                    for library in $(ldconfig -p | sed -n "s|.*=> \\(.*/libfuse3[.]so[.].*\\)|\\1|p"); do
                        mount --bind /dev/null "$(realpath "$library")" || exit 9
                    done
                    "$P" export "$1" "$D" || exit 8
                    "$P" mount "$2"
                ' bash "$1" "$2"
                """, JobName.invoice, mountpoint)
            #expect(said.status == 1 && said.cells.map { $0[0] } == [JobName.invoice], "\(said.errors)")
            #expect(said.errors.contains("apt install fuse3"), "\(said.errors)")
            #expect(said.errors.split(separator: "\n").count == 1, "\(said.errors)")
        }
    }

    @Test(
        "S7.1 without libcurl a mount shows what is cached and says why it can ask nothing, until there is one; doctor names the package"
    )
    func withoutTransfers() async throws {
        try await Rig.with { (rig) async throws in
            let mountpoint = try rig.scratch.make("mnt").string
            let said = try await rig.shell(
                """
                "$P" fetch "$1" > /dev/null || exit 9
                unshare -m --propagation private bash -c '
                    for library in $(ldconfig -p | sed -n "s|.*=> \\(.*/libcurl[.]so[.].*\\)|\\1|p"); do
                        mount --bind /dev/null "$(realpath "$library")" || exit 8
                    done
                    "$P" jobs list > /dev/null || exit 7
                    "$P" doctor | grep "^failure.versions" || exit 6
                    "$P" mount "$2" || exit 5
                    cat "$2/jobs/$1/result.md" | head -c 1 || exit 4
                    ls "$2/jobs/unknown-job" 2> /dev/null && exit 3
                    "$P" explain "$2/jobs/unknown-job"
                    for library in $(ldconfig -p | sed -n "s|.*=> \\(.*/libcurl[.]so[.].*\\)|\\1|p"); do
                        umount "$(realpath "$library")" || exit 2
                    done
                    for try in {1..100}; do ls "$2/jobs/$3/result.md" 2> /dev/null && break; sleep 0.1; done
                    "$P" unmount "$2"
                ' bash "$1" "$2" "$3"
                """, JobName.invoice, mountpoint, JobName.report)
            #expect(said.text.contains("/jobs/\(JobName.report)/result.md"), "\(said.text)")
            #expect(said.status == 0, "\(said.status): \(said.text) \(said.errors)")
            #expect(said.text.contains("apt install libcurl4"), "\(said.text)")
            #expect(said.text.components(separatedBy: "libcurl.so.4").count > 2, "\(said.text)")
        }
    }
}
