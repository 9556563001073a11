import Foundation
import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("status", .takingTurns, .timeLimit(.minutes(10)))
struct StatusCommandTests {
    @Test("S7.3: status says where a mount is, who serves it, of what, and that it is well")
    func well() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            rig.emulator.clearRequests()
            let said = try await rig.pulsefs("status", mount.path.string, key: nil)
            #expect(said.status == 0 && said.errors.isEmpty)
            let cells = try #require(said.cells.first)
            #expect(said.cells.count == 1 && cells.count == 6)
            #expect(cells[..<4] == [mount.path.string, "\(mount.daemon)", rig.emulator.baseURL, rig.cache.string])
            #expect(cells[5] == "ok")
            let json = try await rig.pulsefs("status", "--json", mount.path.string, key: nil)
            let row = try #require((try json.json() as? [[String: Any]])?.first)
            #expect(
                Set(row.keys) == [
                    "directory", "health", "reason", "pid", "api", "cache", "mounted_at", "uptime_seconds", "key",
                    "store",
                    "version",
                ])
            #expect(row["health"] as? String == "ok" && row["reason"] is NSNull)
            #expect(row["mounted_at"] as? String == cells[4])
            // Without a directory, it is among all that there are.
            let all = try await rig.pulsefs("status", key: nil)
            #expect(all.cells.contains(cells))
            #expect(rig.emulator.requests().isEmpty)
        }
    }

    @Test("S7.3: status of what is not mounted is exit code 1, and the others are said all the same")
    func notMounted() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let said = try await rig.pulsefs("status", "/proc", rig.scratch.path.string, mount.path.string, key: nil)
            #expect(said.status == 1 && said.cells.count == 1)
            let errors = said.errors.split(separator: "\n")
            #expect(errors.count == 2 && errors[0].contains("another kind") && errors[1].contains("nothing is mounted"))
        }
    }

    @Test("S7.3: status says when the API refuses the key, and when it does not answer")
    func unwell() async throws {
        try await Rig.mounted(options: ["--timeout", "1s"] + KeyScript.quick) { (rig, mount) async throws in
            // Silence, for different things: a connection that is broken off has reached the API.
            rig.emulator.set(.stallBeforeHeaders, on: .any)
            try await mount.shell("for n in {1..6}; do stat \"$M\"/jobs/job-$n & done; wait")
            var said = try await rig.pulsefs("status", mount.path.string, key: nil)
            #expect(said.status == 1 && said.cells.first?.last == "api_kept_back", "\(said.text)")
            rig.emulator.clearFaults()
            rig.emulator.revoke(key: TestKeys.northwind)
            try await mount.shell("stat \"$M\"/jobs/another")
            try await mount.wait(forKeyState: "refused")
            said = try await rig.pulsefs("status", "--json", mount.path.string, key: nil)
            let row = try #require((try said.json() as? [[String: Any]])?.first)
            #expect(said.status == 1 && row["health"] as? String == "closed")
            #expect((row["reason"] as? String)?.contains("closed: ") == true)
        }
    }

    @Test(
        "S7.3: status waits for no mount that does not answer, and knows one whose process is gone",
        .timeLimit(.minutes(2)))
    func stuck() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/other"; "$P" mount "$M" > /dev/null && "$P" mount "$D/other" > /dev/null || exit
                d=$(daemon "$M"); kill -STOP $d
                timeout -s KILL 10 "$P" status "$M" "$D/other" | cut -f 6; echo ${PIPESTATUS[0]}
                kill -KILL $d; until_so sh -c '! stat "$0"' "$M"
                timeout -s KILL 10 "$P" status "$M" | cut -f 3,6; echo ${PIPESTATUS[0]}
                """)
            #expect(
                said.lines == ["not_answering", "ok", "1", "\(rig.emulator.baseURL)\tstale", "1"],
                "\(said.text) \(said.errors)")
        }
    }

    @Test("S7.5: the file that status reads is a control file of JSON")
    func controlFile() async throws {
        try await Rig.mounted { (rig, mount) async throws in
            let said = try await mount.shell("ls \"$M\"/.pulsefs; cat \"$M\"/.pulsefs/mount")
            #expect(said.lines.contains("mount"))
            let start = try #require(said.text.firstIndex(of: "{"))
            let object = try JSONSerialization.jsonObject(with: Data(said.text[start...].utf8)) as? [String: Any]
            #expect(object?["pid"] as? Int32 == mount.daemon)
            #expect(object?["api_kept_back"] as? Bool == false && object?["closed"] is NSNull)
            #expect(rig.emulator.requests().isEmpty)
        }
    }
}
