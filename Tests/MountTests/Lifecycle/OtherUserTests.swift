import PulseEmulator
import PulseTestSupport
import Testing

/// Mounts of a user who is not root, through fusermount3(1). The device is opened to all in a mount table of the test's own.
@Suite(
    "Mounts of other users", .takingTurns, .timeLimit(.minutes(10)), .enabled(if: Privilege.isRoot, Privilege.comment))
struct OtherUserTests {
    private static let preparation = """
        mkdir "$D/system"; mount -t tmpfs none "$D/system"; cp -a /dev/fuse "$D/system/fuse"
        chmod 666 "$D/system/fuse"; mount --bind "$D/system/fuse" /dev/fuse
        chmod 711 "$D"; mkdir "$D/own"; chown 65534:65534 "$D/own"
        U=$D/own; export HOME=$U PULSEFS_CACHE_DIR=$U/cache
        as() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
        as mkdir "$U/mnt"; cd /

        """

    @Test("S7.1: a user mounts, reads and unmounts, and sees how the mount is; root is not permitted to look")
    func user() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                Self.preparation + """
                    as "$P" mount "$U/mnt" > /dev/null || exit
                    as "$P" status "$U/mnt" | cut -f 6
                    d=$(as sed -n 's/.*"pid" : \\([0-9]*\\).*/\\1/p' "$U/mnt/.pulsefs/mount")
                    as cat "$U/mnt/jobs/\(JobName.invoice)/result.md" | wc -c
                    as cat /proc/$d/environ > /dev/null 2>&1 || echo closed
                    stat -c %U /proc/$d/environ
                    "$P" status "$U/mnt" | cut -f 6; echo ${PIPESTATUS[0]}
                    "$P" status > /dev/null; echo $?
                    as "$P" mount "$U/mnt" 2>&1 | grep -c "mounted already, by process $d"
                    as "$P" unmount "$U/mnt"; echo $?; running $d || echo ended
                    umount /dev/fuse
                    """, isApart: true)
            #expect(
                said.lines == [
                    "ok", "\(rig.emulator.markdown(of: JobName.invoice)?.utf8.count ?? 0)", "closed", "root",
                    "not_permitted", "1", "0", "1", "0", "ended",
                ], "\(said.text) \(said.errors)")
        }
    }

    @Test("S5.3: a reader of a user's mount is interrupted, though the daemon's memory is closed")
    func interrupted() async throws {
        try await Rig.with { (rig) async throws in
            rig.emulator.set(.stallBeforeHeaders, on: .path("/job/\(JobName.invoice)"))
            let said = try await rig.script(
                Self.preparation + """
                    as "$P" mount "$U/mnt" > /dev/null || exit
                    as timeout -s INT 1 cat "$U/mnt/jobs/\(JobName.invoice)/result.md"; echo $?
                    umount -l "$U/mnt"; umount /dev/fuse
                    """, isApart: true, timeout: 25)
            rig.emulator.clearFaults()
            #expect(said.lines == ["124"], "\(said.text) \(said.errors)")
        }
    }

    static let mistakes: [(String, String, String)] = [
        ("a directory of root's", "mkdir \"$D/roots\"; as \"$P\" mount \"$D/roots\"", "not yours"),
        ("a directory that everyone may write to", "mkdir -m 1777 \"$D/all\"; as \"$P\" mount \"$D/all\"", "not yours"),
        (
            "a directory that may not be looked at", "mkdir -m 700 \"$D/no\" \"$D/no/m\"; as \"$P\" mount \"$D/no/m\"",
            "your own"
        ),
        (
            "--allow-other",
            "echo > \"$D/c\"; mount --bind \"$D/c\" /etc/fuse.conf; as \"$P\" mount --allow-other \"$U/mnt\"; umount /etc/fuse.conf",
            "user_allow_other"
        ),
        ("no device for the user", "chmod 600 /dev/fuse; as \"$P\" mount \"$U/mnt\"", "chmod 666 /dev/fuse"),
        (
            "fusermount3 without its rights",
            "f=$(command -v fusermount3); cp \"$f\" \"$D/f\"; chmod 755 \"$D/f\"; mount --bind \"$D/f\" \"$f\"; as \"$P\" mount \"$U/mnt\"; umount \"$f\"",
            "chmod u+s"
        ),
        (
            "the mount of another",
            "mkdir \"$D/r\"; PULSEFS_CACHE_DIR=$D/c \"$P\" mount \"$D/r\" > /dev/null; as \"$P\" mount \"$D/r\"; as \"$P\" unmount \"$D/r\"; \"$P\" unmount \"$D/r\"",
            "another user|another user"
        ),
        ("something else there", "mount -t tmpfs none \"$M\"; \"$P\" mount \"$M\"", "something else (tmpfs)"),
        (
            "no device at all",
            "mkdir \"$D/dev\"; mount -t tmpfs none \"$D/dev\"; mknod \"$D/dev/null\" c 1 3; mount --bind \"$D/dev\" /dev; \"$P\" mount \"$M\"; umount /dev",
            "modprobe fuse"
        ),
    ]

    @Test("S7.1: what a user may not do is said in a line each, with what to do", arguments: mistakes)
    func mistake(_ name: String, _ script: String, _ advice: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(Self.preparation + script + "; umount /dev/fuse", isApart: true)
            let parts = advice.split(separator: "|")
            let lines = said.errors.split(separator: "\n")
            #expect(lines.count == parts.count && said.output.isEmpty, "\(said.text) \(said.errors)")
            for (line, part) in zip(lines, parts) {
                #expect(line.hasPrefix("pulsefs: ") && line.contains(part), "\(line)")
            }
        }
    }
}
