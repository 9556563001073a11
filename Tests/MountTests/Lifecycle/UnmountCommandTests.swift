import PulseEmulator
import PulseTestSupport
import SystemPackage
import Testing

@Suite("unmount", .takingTurns, .timeLimit(.minutes(10)))
struct UnmountCommandTests {
    @Test("S7.1: unmount returns when the process has ended, with downloads under way brought to an end")
    func waits() async throws {
        let image = SyntheticImage(size: 3_000_000, seed: 1)
        try await Rig.with(adding: [.syntheticImages(id: "slow", count: 1, size: image.size)]) { (rig) async throws in
            rig.emulator.set(.drip(bytesPerSecond: 2_000_000), on: .prefix("/results/slow/"))
            let said = try await rig.script(
                """
                "$P" mount "$M" > /dev/null || exit; d=$(daemon "$M")
                head -c 1000 "$M/jobs/slow/images/image_0001.png" > /dev/null
                "$P" unmount "$M"; echo $?; running $d || echo ended
                find "$PULSEFS_CACHE_DIR/blobs" -type f -size +2900k | wc -l
                """)
            #expect(said.lines == ["0", "ended", "1"], "\(said.text) \(said.errors)")
        }
    }

    @Test("S7.1: unmount says so when the process does not end in time")
    func impatient() async throws {
        try await Rig.with(adding: [.syntheticImages(id: "slow", count: 1, size: 3_000_000)]) { (rig) async throws in
            rig.emulator.set(.stallBody(afterBytes: 100_000), on: .prefix("/results/slow/"))
            let said = try await rig.script(
                """
                "$P" mount "$M" > /dev/null || exit; d=$(daemon "$M")
                head -c 1000 "$M/jobs/slow/images/image_0001.png" > /dev/null
                "$P" unmount --timeout 1s "$M"; echo $?; mounts; ended $d
                """)
            #expect(said.text == "1\n")
            #expect(said.errors.contains("is unmounted, but its process") && said.errors.contains("has not ended"))
        }
    }

    @Test("S7.1: of a mount in use it is said who uses it, and how")
    func users() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                "$P" mount "$M" > /dev/null || exit
                sleep 100 < "$M/README.txt" & (cd "$M/jobs"; exec tail -f /dev/null) &
                until_so test -e /proc/$!/fd/0; until_so grep -q tail /proc/$!/comm
                "$P" unmount "$M"; echo $?
                echo "(process $(jobs -p %1): open file)"; echo "(process $!: working directory)"
                kill %1 %2; wait; "$P" unmount "$M"; echo $?
                """)
            #expect(said.lines.first == "1" && said.lines.last == "0", "\(said.text) \(said.errors)")
            try #require(said.lines.count == 4)
            #expect(said.errors.contains("sleep \(said.lines[1])") && said.errors.contains("tail \(said.lines[2])"))
            #expect(said.errors.contains("--lazy") && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
        }
    }

    @Test("S7.1: a mount that does not answer, and one whose process is gone, are unmounted", .timeLimit(.minutes(2)))
    func stuck() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                for signal in STOP KILL; do
                  "$P" mount "$M" > /dev/null || exit; d=$(daemon "$M"); kill -$signal $d
                  timeout -s KILL 40 "$P" unmount "$M" 2>> "$D/errors"; echo $?; mounts
                  kill -CONT $d 2> /dev/null; ended $d
                done
                wc -l < "$D/errors"
                """)
            #expect(said.lines == ["0", "0", "1"], "\(said.text) \(said.errors)")
        }
    }

    @Test("S7.1: several mounts are unmounted at once, and one that is none holds up no other")
    func several() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/other"; "$P" mount "$M" > /dev/null && "$P" mount "$D/other" > /dev/null || exit
                "$P" unmount "$M" /proc "$D/other"; echo $?; mounts
                """)
            #expect(said.text == "1\n")
            #expect(said.errors.split(separator: "\n").count == 1 && said.errors.contains("/proc"))
        }
    }

    @Test("S7.1: --all unmounts every mount of the user", .enabled(if: Privilege.isRoot, Privilege.comment))
    func all() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/other"; "$P" mount "$M" > /dev/null && "$P" mount "$D/other" > /dev/null || exit
                "$P" unmount --all; echo $?; grep -c ' - fuse.pulsefs ' /proc/self/mountinfo
                """, isApart: true)
            #expect(said.lines == ["0", "0"], "\(said.text) \(said.errors)")
        }
    }
}
