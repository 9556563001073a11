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
            rig.emulator.set(.drip(bytesPerSecond: 20_000_000), on: .prefix("/results/slow/"))
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
        try await Rig.with(adding: [.syntheticSingleUse(id: "once", markdownSize: 300_000)]) { (rig) async throws in
            // What can be fetched only once is brought to an end first.
            rig.emulator.set(.stallBody(afterBytes: 100_000), on: .prefix("/large_results/"), count: 1)
            let said = try await rig.script(
                """
                "$P" mount --timeout 1s "$M" > /dev/null || exit; d=$(daemon "$M")
                cat "$M/jobs/once/result.md" > /dev/null 2>&1
                "$P" unmount --timeout 1s "$M"; echo $?; mounts; kill -9 $d; ended $d
                """)
            #expect(said.text == "1\n", "\(said.text) \(said.errors)")
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

    @Test("S1.8: a directory whose name looks like that of a mount is none")
    func alike() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                a=$D/$1; b=$D/$2; mkdir "$a" "$b"; "$P" mount "$a" > /dev/null || exit
                "$P" unmount "$b"; echo $?; "$P" status "$b"; echo $?; "$P" status "$a" | cut -f 6
                "$P" mount "$b" > /dev/null; echo $?; "$P" unmount "$b" "$a"; echo $?; mounts
                """, ["Caf\u{e9}", "Cafe\u{301}"])
            #expect(said.lines == ["1", "1", "ok", "0", "0"], "\(said.text) \(said.errors)")
            #expect(
                said.errors.split(separator: "\n").allSatisfy { $0.contains("nothing is mounted") }, "\(said.errors)")
        }
    }

    @Test("S7.1: a symbolic link to a mount stands for it, also when the mount is stale")
    func links() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                ln -s "$M" "$D/link"; ln -s link "$D/again"; ln -s "$M/jobs" "$D/inside"
                "$P" mount "$D/link" > /dev/null || exit
                "$P" status "$D/again" | cut -f 1,6; "$P" unmount "$D/inside"; echo $?
                "$P" unmount "$D/again"; echo $?; mounts
                "$P" mount "$M" > /dev/null; d=$(daemon "$M"); kill -KILL $d; ended $d
                "$P" status "$D/link" | cut -f 6; "$P" unmount "$D/link/"; echo $?; mounts
                """)
            #expect(
                said.lines == ["\(rig.scratch.appending("mnt"))\tok", "1", "0", "stale", "0"],
                "\(said.text) \(said.errors)")
        }
    }

    @Test(
        "S7.1: --all of root names the mounts of others, and ends them when asked to",
        .enabled(if: Privilege.isRoot, Privilege.comment))
    func others() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/system"; mount -t tmpfs none "$D/system"; cp -a /dev/fuse "$D/system/fuse"
                chmod 666 "$D/system/fuse"; mount --bind "$D/system/fuse" /dev/fuse
                chmod 711 "$D"; mkdir "$D/own"; chown 65534:65534 "$D/own"
                as() { setpriv --reuid 65534 --regid 65534 --clear-groups env PULSEFS_CACHE_DIR="$D/own/cache" "$@"; }
                as mkdir "$D/own/mnt"; cd /; as "$P" mount "$D/own/mnt" > /dev/null && "$P" mount "$M" > /dev/null || exit
                "$P" unmount --all --dry-run; echo $?; as "$P" unmount --all --dry-run
                "$P" unmount --all < /dev/null 2> "$D/errors"; echo $?
                grep -c "$D/own/mnt was mounted by nobody" "$D/errors"; grep -c -- --yes "$D/errors"
                echo n | script -qec '"$P" unmount --all' /dev/null > /dev/null; mounts | grep -c own
                "$P" unmount --all --yes < /dev/null; echo $?; grep -c ' - fuse.pulsefs ' /proc/self/mountinfo
                umount /dev/fuse
                """, isApart: true)
            let (own, other) = (rig.scratch.appending("mnt"), rig.scratch.appending("own/mnt"))
            #expect(
                said.lines == [
                    "\(other)\tnobody", "\(own)\tyou", "0", "\(other)\tyou", "64", "1", "1", "1", "0", "0",
                ], "\(said.text) \(said.errors)")
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
