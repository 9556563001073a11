import PulseEmulator
import PulseTestSupport
import Testing

@Suite("The mount helper", .takingTurns, .timeLimit(.minutes(10)))
struct MountHelperTests {
    private static let link = "H=\"$D/mount.fuse.pulsefs\"; ln -s \"$P\" \"$H\"\n"

    @Test(
        "S7.4: called by mount(8), the program mounts with the options of fstab",
        arguments: ["mount.pulsefs", "mount.fuse.pulsefs"])
    func mounts(_ name: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                (umask 077; echo $PULSE_API_KEY > "$D/a,key"); ln -s "$P" "$D/$1"
                unset PULSE_API_KEY; api=$PULSE_API_URL; unset PULSE_API_URL PULSEFS_CACHE_DIR
                "$D/$1" "$api" "$M" -n -v -o "rw,_netdev,nofail,xattrs,x-systemd.automount,comment=a b,umask=022,uid=1,gid=2" \\
                  -o "api_key_file=\\"$D/a,key\\",cache_dir=$D/ca\\\\054che,log-file=$D/lo\\\\,g" -t fuse.pulsefs || exit
                stat -c '%a %u %g' "$M/README.txt"; getfattr --absolute-names --only-values -n user.mime_type "$M/README.txt"; echo; cat "$M/jobs/\(JobName.invoice)/result.md" | wc -c
                ls -d "$D/ca,che" "$D/lo,g" | wc -l; "$P" unmount "$M"
                """, [name])
            #expect(said.status == 0 && said.errors.whenQuick.isEmpty, "\(said.errors)")
            #expect(
                said.lines.dropFirst() == [
                    "444 1 2", "text/plain", "\(rig.emulator.markdown(of: JobName.invoice)?.utf8.count ?? 0)", "2",
                ],
                "\(said.text)")
        }
    }

    @Test(
        "S7.4: what the helper does not understand is refused in one line with exit code 1",
        arguments: [
            ("pulse \"$M\" -o nonsense=1", "nonsense"), ("pulse \"$M\" -o foreground", "foreground"),
            ("pulse \"$M\" -o umask=999", "umask"), ("pulse \"$M\" -o allow_other=yes", "allow"),
            ("pulse", "usage"), ("pulse \"$M\" more", "usage"), ("other \"$M\"", "https://"),
            ("pulse \"$M\" -x", "-x"), ("pulse \"$M\" -o", "-o"), ("pulse \"$M\" -o =1", "not an option"),
        ])
    func refused(_ words: String, _ part: String) async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(Self.link + "\"$H\" \(words); echo $?; mounts")
            #expect(said.text == "1\n")
            #expect(
                said.errors.split(separator: "\n").count == 1 && said.errors.hasPrefix("pulsefs: "), "\(said.errors)")
            #expect(said.errors.contains(part), "\(said.errors)")
        }
    }

    @Test("S7.4: a mount that cannot be made is exit code 32, a fake one does nothing, a sloppy one lets options pass")
    func codes() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                Self.link + """
                    "$H" pulse "$D/none" 2> "$D/errors"; echo $?; "$H" pulse "$D/none" -f; echo $?; mounts
                    "$H" -s pulse "$M" -o nonsense > /dev/null; echo $?; "$P" unmount "$M"; cat "$D/errors"
                    """)
            #expect(said.lines.prefix(3) == ["32", "0", "0"], "\(said.text) \(said.errors)")
            #expect(said.lines.last?.contains("mkdir -p") == true)
        }
    }

    @Test("S7.4: remount leaves a mount as it is, and is an error where there is none")
    func remount() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                Self.link + """
                    "$H" pulse "$M" -o remount,ro; echo $?; "$H" pulse "$M" > /dev/null || exit; d=$(daemon "$M")
                    for options in remount,ro rw,remount remount,ro,nosuid,api_key_file=/none; do
                      "$H" pulse "$M" -n -o $options; echo $?
                    done
                    [ "$(daemon "$M")" = $d ] && echo same; "$P" unmount "$M"
                    """)
            #expect(said.lines == ["1", "0", "0", "0", "same"], "\(said.text) \(said.errors)")
            #expect(said.errors.split(separator: "\n").count == 1 && said.errors.contains("nothing is mounted"))
        }
    }

    @Test("S7.4: mount -t fuse.pulsefs and a line of fstab mount", .enabled(if: Privilege.isRoot, Privilege.comment))
    func system() async throws {
        try await Rig.with { (rig) async throws in
            let said = try await rig.script(
                """
                mkdir "$D/over"; mount -t tmpfs none "$D/over"; mkdir "$D/over/up" "$D/over/work"
                sbin=$(readlink -f /sbin)
                mount -t overlay overlay -o "lowerdir=$sbin,upperdir=$D/over/up,workdir=$D/over/work" "$sbin" || exit
                ln -s "$P" /sbin/mount.fuse.pulsefs
                (umask 077; echo $PULSE_API_KEY > "$D/the key"); api=$PULSE_API_URL
                unset PULSE_API_KEY PULSE_API_URL PULSEFS_CACHE_DIR HOME XDG_CACHE_HOME
                mount -t fuse.pulsefs -o "api_key_file=$D/the key,cache_dir=$D/cache" "$api" "$M"; echo $?
                mount -o remount,ro "$M" || echo no remount
                head -c 2 "$M/jobs/\(JobName.invoice)/result.md"; umount "$M"
                until_so sh -c '! grep -q "fuse.pulsefs" /proc/self/mountinfo'
                echo "$api $M fuse.pulsefs noauto,_netdev,api_key_file=$D/the\\\\040key 0 0" > "$D/fstab"
                mount -t tmpfs none /var/cache; mount -T "$D/fstab" "$M"; echo $?
                "$P" status "$M" | cut -f 3,4,6; "$P" unmount "$M"
                mount -t fuse.pulsefs -o nonsense pulse "$M" 2> /dev/null; echo $?
                umount "$sbin" /var/cache
                """, isApart: true)
            #expect(
                said.lines == [
                    "mounted \(rig.emulator.baseURL) on \(rig.scratch.appending("mnt"))", "0",
                    "# mounted \(rig.emulator.baseURL) on \(rig.scratch.appending("mnt"))", "0",
                    "\(rig.emulator.baseURL)\t/var/cache/pulsefs\tok", "1",
                ], "\(said.text) \(said.errors)")
        }
    }
}
