import PulseEmulator
import PulseTestSupport
import Testing

@Suite("Stale mounts", .takingTurns, .timeLimit(.minutes(10)))
struct StaleMountTests {
    @Test(
        "S7.1: a mount whose daemon was killed is mended by the next one, with one line",
        arguments: ["", "--foreground"])
    func mended(_ flag: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount "$M" > /dev/null || exit; d=$(daemon "$M"); (cd "$M/jobs"; exec sleep 100) & s=$!
                until_so grep -q sleep /proc/$s/comm; kill -9 $d; ended $d
                stat "$M" 2> /dev/null || echo dead
                "$P" mount \(flag) "$M" > "$D/out" & until_so grep -q mounted "$D/out"
                kill $s; cat "$M/jobs/\(JobName.invoice)/result.md" | wc -c; mounts | wc -l; "$P" unmount "$M"
                """)
            #expect(
                said.lines == ["dead", "\(rig.emulator.markdown(of: JobName.invoice)?.utf8.count ?? 0)", "1"],
                "\(said.text)")
            #expect(said.errors.split(separator: "\n").filter { $0.hasPrefix("pulsefs: ") }.count == 1)
            #expect(said.errors.contains("warning: ") && said.errors.contains("process is gone"), "\(said.errors)")
        }
    }

    @Test("S7.1: of mounts made at the same time on one directory one is made, and the others say why not")
    func race() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                for round in 1 2 3; do
                  for n in 1 2 3 4; do { "$P" mount "$M" > "$D/out$n" 2> "$D/err$n"; echo $? > "$D/code$n"; } & done; wait
                  cat "$D"/code? | sort | tr -d '\\n'; echo " $(mounts | wc -l) $(cat "$D"/out? | wc -l)"
                  cat "$D"/err? | grep -cE 'mounted already, by process|is mounting on'
                  "$P" unmount "$M" || exit
                done
                """, timeout: 100)
            #expect(
                said.lines == Array(repeating: ["0111 1 1", "3"], count: 3).flatMap { $0 },
                "\(said.text) \(said.errors)")
        }
    }
}
