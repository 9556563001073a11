import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs wait", .takingTurns, .timeLimit(.minutes(10)))
struct WaitCommandTests {
    private func job(
        _ id: String, _ ending: EmulatedJobStatus = .completed, after time: Duration = .seconds(1)
    ) -> EmulatedJob {
        EmulatedJob(
            id: id, timetable: .running(processingAfter: .zero, endsAfter: time, with: ending),
            result: .inline(["markdown": "# Done\n"]), error: "page 3 is damaged")
    }

    @Test(
        "a signal ends a command whenever it comes, also before the command listens to it", arguments: ["INT", "TERM"])
    func signalled(_ name: String) async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .path("/job/one"))
            let said = try await Shell.run(
                """
                for pause in 0 0.01 0.02 0.03 0.04 0.05 0.06 0.07 0.08 0.1 0.12 0.15 0.2; do
                    timeout -s KILL 20 bash -c '
                        set -m; "$P" wait one > /dev/null 2>&1 & sleep "$1"; kill -"$2" $!; wait $!; echo $?' bash $pause "$1"
                done
                """, [name], environment: rig.environment())
            let ends: Set = ["1", name == "INT" ? "130" : "143"]
            #expect(said.lines.count == 13 && Set(said.lines).isSubset(of: ends), "\(said.lines)\(said.errors)")
        }
    }

    @Test(
        "the exit code says how a job ended, and the line too",
        arguments: [
            ("completed", "completed", 0), ("failed", "failed: page 3 is damaged", 1), ("canceled", "canceled", 2),
            ("cancelled", "canceled", 2), ("expired", "expired", 3),
        ])
    func endings(_ status: String, _ line: String, _ code: Int) async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.add(job: job("one", EmulatedJobStatus(rawValue: status)))
            let said = try await rig.pulsefs("wait", "one")
            #expect(said.status == code)
            #expect(said.text == "one\t\(line)\n" && said.errors.isEmpty, "\(said.errors)")
            // It is known from now on, and not asked about again.
            let asked = rig.emulator.requests().count
            #expect(try await rig.pulsefs("wait", "one").status == code)
            #expect(rig.emulator.requests().count == asked)
        }
    }

    @Test("of several jobs each is said as it ends, and the exit code is the highest")
    func several() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.add(job: job("late", after: .seconds(3)))
            rig.emulator.add(job: job("early", .failed, after: .zero))
            let said = try await rig.run(["wait", "late", "--from", "-"], input: "early\n\(JobName.invoice)\n")
            #expect(said.status == 1)
            #expect(said.cells.last == ["late", "completed"])
            #expect(said.cells.count == 3 && said.cells.contains(["early", "failed: page 3 is damaged"]))
        }
    }

    @Test("the JSON has every job in the order of the ids, with what is known of it")
    func json() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.add(job: job("late", .failed))
            let said = try await rig.pulsefs("wait", "--json", "late", JobName.invoice, "no-such-job")
            #expect(said.status == 4)
            let lines = try #require(try said.json() as? [[String: Any]])
            #expect(lines.map { $0["id"] as? String } == ["late", JobName.invoice, "no-such-job"])
            #expect(lines.map { $0["ended"] as? String } == ["failed", "completed", nil])
            #expect(lines.map { $0["message"] as? String } == ["page 3 is damaged", nil, nil])
            #expect((lines.last?["problem"] as? String)?.contains("404") == true)
            #expect(
                lines.allSatisfy { Set($0.keys) == ["id", "ended", "message", "problem", "updated_at", "seconds"] })
            // On a busy machine it has ended before anyone waits for it.
            let hasWaited = rig.emulator.requests(matching: .path("/job/late")).count > 1
            #expect((lines.first?["seconds"] as? Double ?? 0) > (hasWaited ? 0.5 : 0))
            #expect(said.errors.contains("no-such-job: "))
        }
    }

    @Test("--timeout gives up on what has not ended by then, with exit code 4, and says so")
    func timeout() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.pulsefs("wait", "--timeout", "2s", JobName.processing, JobName.invoice)
            #expect(said.status == 4)
            #expect(said.cells == [[JobName.invoice, "completed"]])
            #expect(said.errors.contains("\(JobName.processing): it has not ended within 2"), "\(said.errors)")
        }
    }

    @Test(
        "S6.2: an API out of reach is tried again until --wait-timeout, and a job that ends in time is none the worse")
    func outOfReach() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.add(job: job("one"))
            rig.emulator.set(.resetBeforeHeaders, on: .prefix("/job/"), count: 2)
            let said = try await rig.pulsefs("wait", "one")
            #expect(said.status == 0 && said.text == "one\tcompleted\n")
            rig.emulator.set(.status(503), on: .prefix("/job/"))
            let late = try await rig.pulsefs("wait", "--wait-timeout", "2s", JobName.processing)
            #expect(late.status == 4 && late.text.isEmpty)
            #expect(late.errors.contains("the API could not be asked about job"), "\(late.errors)")
        }
    }

    @Test("what can never come to an end is said at once: a refused key, no key, another organisation's job")
    func hopeless() async throws {
        try await Rig.with { (rig) async throws in
            for (key, words) in [("pulse-no-such-key", "401"), (nil, "no API key"), (TestKeys.contoso, "403")] {
                let said = try await rig.pulsefs("wait", JobName.processing, key: key)
                #expect(said.status == 4 && said.text.isEmpty)
                #expect(said.errors.contains(words), "\(said.errors)")
            }
            let misused = try await rig.pulsefs("wait", "a/b")
            #expect(misused.status == 64)
        }
    }

    @Test("on a terminal a line shows what is still running, and is gone at the end")
    func progress() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.add(job: job("one", after: .seconds(2)))
            let shown = try await Shell.run(
                "script -qec \"$1 wait one --cache-dir $2\" /dev/null", [BuiltProducts.pulsefs, rig.cache.string],
                environment: ["PULSE_API_URL": rig.emulator.baseURL, "PULSE_API_KEY": TestKeys.northwind])
            #expect(shown.status == 0)
            #expect(shown.text.contains("one: processing"), "\(shown.text)")
            #expect(shown.output.suffix(19) == ArraySlice("\u{1b}[Kone  completed\r\n".utf8), "\(shown.text)")
        }
    }

    @Test("a wait and a mount of the same cache share their polls, and the mount shows the result at once")
    func besideMount() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.add(job: job("one", after: .seconds(4)))
            try await ChildProcess.with(mount.cat("jobs/one/.wait")) { (waiter) async throws in
                try await waiter.waitUntilStuck()
                #expect(try await rig.pulsefs("wait", "one").status == 0)
                #expect(try await mount.bytes("jobs/one/result.md") == Array("# Done\n".utf8))
                #expect(await waiter.ended() == 0)
            }
            // Each alone asks at 0, 1, 2.5 and 4.75 s.
            #expect(rig.emulator.fetchCounts["/job/one", default: 0] <= 6)
        }
    }
}
