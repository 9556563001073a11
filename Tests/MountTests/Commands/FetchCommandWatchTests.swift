import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs fetch --watch", .takingTurns, .timeLimit(.minutes(10)))
struct FetchCommandWatchTests {
    /// Runs a script with `$1` the followed file.
    private static func change(_ file: FilePath, _ script: String) async throws {
        let outcome = try await Shell.run(script, [file.string])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private static func jobs(_ ids: String...) -> [EmulatedJob] {
        ids.map { .syntheticInline(id: $0, markdownSize: 10) }
    }

    @Test("lines that are there and lines that are appended are fetched, each id once, each line when it is complete")
    func appended() async throws {
        try await Rig.with(adding: Self.jobs("first", "second", "third")) { (rig) async throws in
            let list = rig.scratch.appending("list")
            try await rig.running("fetch", "--watch", list.string) { (fetch) async throws in
                try await rig.eventually { FileManager.default.fileExists(atPath: rig.cache.string) }
                try await Self.change(list, "printf 'first\\n\\n  first \\nsec' > \"$1\"")
                try await fetch.waitForOutput("first\t")
                try await Self.change(list, "printf 'ond\\nfirst\\n' >> \"$1\"")
                try await fetch.waitForOutput("second\t")
                try await Self.change(list, "printf 'third\\n' >> \"$1\"")
                try await fetch.waitForOutput("third\t")
                fetch.signal(SIGTERM)
                #expect(await fetch.ended() == 0)
                #expect(fetch.errors == "pulsefs: 3 of 3 jobs are whole\n")
                #expect(Shell.lines(fetch.output).map { $0.prefix { $0 != "\t" } } == ["first", "second", "third"])
            }
            #expect(
                rig.emulator.requestCounts.mapValues { $0 } == ["/job/first": 1, "/job/second": 1, "/job/third": 1])
        }
    }

    @Test(
        "after the file was truncated, written anew or replaced, it is read from its beginning, and nothing is done twice",
        arguments: [
            "printf 'b\\n' > \"$1\"",
            "printf 'something-longer\\nb\\nfirst-of-all\\n' > \"$1\"",
            "printf 'first-of-all\\nb\\n' > \"$1\".new; mv \"$1\".new \"$1\"",
            "printf 'last\\n' >> \"$1\"; mv \"$1\" \"$1\".1; printf 'b\\n' > \"$1\"",
            "rm \"$1\"; printf 'b\\n' > \"$1\"",
        ])
    func replaced(_ script: String) async throws {
        let jobs = Self.jobs("first-of-all", "b", "c", "last", "something-longer")
        try await Rig.with(adding: jobs) { (rig) async throws in
            let list = rig.scratch.appending("list")
            try await Self.change(list, "printf 'first-of-all\\nunfinish' > \"$1\"")
            try await rig.running("fetch", "--watch", list.string) { (fetch) async throws in
                try await fetch.waitForOutput("first-of-all\t")
                try await Self.change(list, script)
                try await fetch.waitForOutput("b\t")
                try await Self.change(list, "printf 'c\\n' >> \"$1\"")
                try await fetch.waitForOutput("c\t")
                fetch.signal(SIGINT)
                let status = await fetch.ended()
                // Only what was appended makes that line whole, and then it is a job that nobody knows.
                #expect(status == (script.contains(">>") ? 1 : 0), "\(fetch.errors)")
            }
            #expect(rig.emulator.requestCounts.allSatisfy { $0.value == 1 }, "\(rig.emulator.requestCounts)")
            #expect(rig.emulator.requestCounts["/job/unfinishlast"] == (script.contains(">>") ? 1 : nil))
        }
    }

    @Test("a FIFO is read until its last writer has gone, and then the jobs are awaited")
    func fifo() async throws {
        try await Rig.with(adding: Self.jobs("first", "second")) { (rig) async throws in
            let said = try await Shell.run(
                """
                mkfifo "$1"
                "$P" fetch --watch "$1" > "$1".out & fetch=$!
                exec 3> "$1" 4> "$1"
                printf 'first\\n' >&3
                until grep -q first "$1".out; do sleep 0.05; done
                exec 3>&-
                printf 'second\\n' >&4
                exec 4>&-
                wait $fetch; echo $?; cut -f1 "$1".out
                """, [rig.scratch.appending("fifo").string], environment: rig.environment())
            #expect(said.lines == ["0", "first", "second"] && said.errors.isEmpty, "\(said.errors)")
        }
    }

    @Test("standard input is read to its end, a last line without a newline included")
    func input() async throws {
        try await Rig.with(adding: Self.jobs("first", "second")) { (rig) async throws in
            let said = try await rig.pulsefs("fetch", "--watch", "-", input: "first\nsecond")
            #expect(said.status == 0 && said.errors.isEmpty, "\(said.errors)")
            #expect(Set(said.cells.map { $0[0] }) == ["first", "second"])
            let list = rig.scratch.appending("list").string
            let file = try await Shell.run(
                "printf 'first' > \"$1\"; \"$P\" fetch --watch - < \"$1\"; \"$P\" fetch --watch /dev/null", [list],
                environment: rig.environment())
            #expect(file.status == 0 && file.cells.map { $0[0] } == ["first"])
        }
    }

    @Test("a malformed line is named and stops nothing; the exit code is 1, and JSON comes a line for each job")
    func malformed() async throws {
        try await Rig.with(adding: Self.jobs("first", "second")) { (rig) async throws in
            let long = String(repeating: "a", count: 5000)
            let said = try await rig.pulsefs(
                "fetch", "--watch", "-", "--json", input: "first\n../etc/passwd\n\(long)\nno-such-job\nsecond\n")
            #expect(said.status == 1)
            let jobs = try said.lines.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            #expect(Set(jobs.compactMap { $0["id"] as? String }) == ["first", "second", "no-such-job"])
            #expect(
                jobs.allSatisfy { Set($0.keys) == ["id", "status", "files", "bytes", "whole", "problems"] })
            let absent = try #require(jobs.first { $0["id"] as? String == "no-such-job" })
            #expect(absent["status"] is NSNull && absent["whole"] as? Bool == false)
            let errors = said.errors.split(separator: "\n")
            #expect(errors.count == 4, "\(said.errors)")
            #expect(
                errors.contains {
                    $0.hasPrefix("pulsefs: \"../etc/passwd\" in line 2 of standard input is not a job id")
                })
            #expect(errors.contains { $0.hasPrefix("pulsefs: the text in line 3 of standard input is not a job id") })
            #expect(errors.contains { $0.hasPrefix("pulsefs: no-such-job: ") })
            #expect(errors.last == "pulsefs: 2 of 3 jobs are whole")
        }
    }

    @Test("^C gives up what is under way, and says how much is whole", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: Int32) async throws {
        let pictures = EmulatedJob.syntheticImages(id: "pictures", count: 40, size: 1000)
        let running = EmulatedJob(id: "running", timetable: .always(.processing))
        try await Rig.with(adding: [pictures, running]) { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .prefix("/results/pictures/"))
            let list = rig.scratch.appending("list")
            try await Self.change(list, "printf '%s\\n' \(JobName.invoice) > \"$1\"")
            try await rig.running("fetch", "--watch", list.string) { (fetch) async throws in
                try await fetch.waitForOutput(JobName.invoice)
                try await Self.change(list, "printf '%s\\n' running pictures >> \"$1\"")
                try await rig.emulator.waitForStalled(16)
                fetch.signal(signal)
                #expect(await fetch.ended(within: .seconds(20)) == 1)
                #expect(fetch.errors == "pulsefs: 1 of 3 jobs are whole\n")
                // What waited for its turn was not asked for.
                #expect(rig.emulator.imageRequests(of: "pictures") == 16)
            }
        }
    }
}

extension Shell {
    fileprivate static func lines(_ output: [UInt8]) -> [Substring] {
        String(decoding: output, as: UTF8.self).split(separator: "\n")
    }
}
