import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("pulsefs doctor", .takingTurns, .timeLimit(.minutes(10)))
struct DoctorCommandTests {
    @Test("S7.3 where all is well nothing fails, the exit code is 0, nothing is made, and nothing stays mounted")
    func well() async throws {
        try await Rig.with { (rig) async throws in
            let place = try rig.scratch.make("place")
            let before = try await Shell.run("find \"$1\"", [rig.scratch.path.string]).text
            let said = try await rig.doctor(place.string, environment: ["TMPDIR": rig.scratch.path.string])
            #expect(said.status == 0 && said.failures == 0, "\(said.said)")
            #expect(said.names == DoctorReport.names && said.keys == ["name", "outcome", "found", "remedy"])
            #expect(said.with("warning").count == said.warnings)
            for name in ["device", "trial-mount", "mountpoint", "settings", "key", "api", "cache", "versions"] {
                #expect(said.outcome(name) == "ok" && said.remedy(name) == nil, "\(name): \(said.found(name))")
            }
            #expect(said.found("trial-mount").contains("NO_OPEN_SUPPORT"))
            #expect(said.found("api").contains(" ms"))
            #expect(said.outcome("clock") == "skipped" && said.outcome("integrity") == "skipped")
            #expect(!said.said.contains(TestKeys.northwind))
            #expect(try await Shell.run("find \"$1\"", [rig.scratch.path.string]).text == before)
            #expect(!(try await Shell.run("cat /proc/mounts").text.contains("pulsefs-trial \(rig.scratch.path)/")))
            // The key is asked about once; the other requests go without it.
            let requests = rig.emulator.requests()
            #expect(requests.count == 3 && requests.count { $0.keyAlias != nil } == 1)
        }
    }

    @Test("S7.3 elsewhere than on a terminal there are four fields a line; on one, words, colours and the counts")
    func lines() async throws {
        try await Rig.with { (rig) async throws in
            let plain = try await rig.pulsefs("doctor")
            #expect(plain.status == 0 && plain.errors.isEmpty)
            #expect(plain.cells.map { $0[1] } == DoctorReport.names && plain.cells.allSatisfy { $0.count == 4 })
            let script = "script -qec '\"$P\" doctor nowhere' /dev/null"
            let shown = try await Shell.run(
                script, environment: rig.environment().merging(["TERM": "xterm", "NO_COLOR": ""]) { $1 })
            #expect(shown.status == 1 && !shown.text.contains("\t"))
            #expect(shown.text.contains("\u{1b}[31mfailure\u{1b}[0m  mountpoint "))
            #expect(shown.text.contains("→ mkdir -p ") && shown.text.contains("1 failure, "))
            let grey = try await Shell.run(
                script, environment: rig.environment().merging(["TERM": "xterm", "NO_COLOR": "1"]) { $1 })
            #expect(!grey.text.contains("\u{1b}") && grey.text.hasPrefix("ok       device "))
        }
    }

    @Test("S7.1 without a key the key fails, and the rest is looked at all the same")
    func noKey() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.doctor(key: nil)
            #expect(said.status == 1 && said.with("failure") == ["key"], "\(said.said)")
            #expect(said.remedy("key")?.contains("PULSE_API_KEY") == true)
            #expect(said.outcome("api") == "ok")
        }
    }

    @Test("S7.1 a key that the API refuses fails, with the API's words and without the key")
    func refusedKey() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.doctor(key: "no-such-key-4711")
            #expect(said.status == 1 && said.with("failure") == ["key"], "\(said.said)")
            #expect(said.found("key").contains("401") && said.found("key").contains("PULSE_API_KEY"))
            #expect(!said.said.contains("no-such-key-4711"))
        }
    }

    @Test("S7.1 an API that nobody serves fails with the cause, and the key is unchecked")
    func down() async throws {
        try await Rig.with { (rig) async throws in
            let port = try ReservedPort()
            let address = "http://127.0.0.1:\(port.number)"
            let said = try await rig.doctor(environment: ["PULSE_API_URL": address])
            #expect(said.status == 1 && said.with("failure") == ["api"], "\(said.said)")
            #expect(said.found("api").contains("refuses connections"))
            #expect(said.outcome("key") == "warning" && said.outcome("clock") == "skipped")
        }
    }

    @Test("S5.5 a certificate that is not trusted is named as the cause")
    func untrusted() async throws {
        try await Rig.with { (rig) async throws in
            try await UntrustedServer.with(in: rig.scratch) { server in
                let said = try await rig.doctor(environment: ["PULSE_API_URL": server.address])
                #expect(said.status == 1 && said.found("api").contains("is not trusted"), "\(said.said)")
                #expect(said.remedy("api")?.contains("update-ca-certificates") == true)
            }
        }
    }

    @Test("an API that does not begin to answer is given up: all ends within fifteen seconds")
    func silent() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .any)
            let begin = ContinuousClock.now
            let said = try await rig.doctor()
            #expect(begin.duration(to: .now) < .seconds(15))
            #expect(said.status == 1 && said.outcome("api") == "failure", "\(said.said)")
            rig.emulator.clearFaults()
        }
    }

    @Test("a clock that is far from the API's is a failure")
    func clock() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.set(
                .status(404, shape: .detail, headers: [("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]), on: .path("/"))
            let said = try await rig.doctor()
            #expect(said.status == 1 && said.with("failure") == ["clock"], "\(said.said)")
            #expect(said.found("clock").contains("ahead of"))
        }
    }

    @Test("S4.3 a proxy is named without its password")
    func proxy() async throws {
        try await Rig.with { (rig) async throws in
            let port = try ReservedPort()
            let said = try await rig.doctor(
                environment: ["http_proxy": "http://me:hunter2@127.0.0.1:\(port.number)", "no_proxy": ""])
            #expect(said.status == 1 && said.with("failure") == ["api"], "\(said.said)")
            #expect(said.found("proxy") == "requests go through http_proxy=http://…@127.0.0.1:\(port.number)")
            #expect(said.remedy("api")?.contains("unset http_proxy") == true)
            #expect(!said.said.contains("hunter2"))
        }
    }

    @Test("S7.2 settings that a mount would not take fail, with their places, and no other API is asked")
    func settings() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.doctor(environment: ["PULSE_API_URL": "nonsense", "PULSEFS_TIMEOUT": "soon"])
            #expect(said.status == 1 && said.with("failure") == ["settings"], "\(said.said)")
            #expect(
                said.found("settings").contains("PULSE_API_URL") && said.found("settings").contains("PULSEFS_TIMEOUT"))
            #expect(said.outcome("api") == "skipped" && rig.emulator.requests().isEmpty)
        }
    }

    @Test(
        "S7.1 someone who is not root is told what holds for them",
        .enabled(if: getuid() == 0, "needs root, to become someone else"))
    func someoneElse() async throws {
        try await Rig.with { (rig) async throws in
            try await Shell.run("chmod 755 \"$1\"", [rig.scratch.path.string])
            let place = try rig.scratch.make("place")
            let said = try await rig.doctor(
                place.string, environment: ["TMPDIR": "/tmp"],
                as: "setpriv --reuid=12345 --regid=12345 --clear-groups")
            #expect(said.status == 1 && said.names == DoctorReport.names, "\(said.said)")
            #expect(said.outcome("mountpoint") == "failure" && said.outcome("cache") == "failure")
            #expect(said.found("fuse.conf").contains("allow-other"))
            #expect(said.outcome("device") == "ok" || said.remedy("device") == "sudo chmod 666 /dev/fuse")
        }
    }
}
